import type { Rule } from './rule.ts';

/** Every family of rules. */
export const allRules: readonly Rule[] = [];
