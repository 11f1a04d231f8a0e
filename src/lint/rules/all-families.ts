import type { LintRule, RuleFamily } from '../lint-rule.ts';

/** Every family, in the order of docs/lint.md. */
export const allFamilies: readonly RuleFamily[] = [];

/** Every rule of every family. */
export const allRules: readonly LintRule[] = allFamilies.flatMap((family) => family.rules);
