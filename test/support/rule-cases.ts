import { expect, it } from 'vitest';
import type { LintRule } from '../../src/lint/lint-rule.ts';
import { judgeRule } from './judge-rule.ts';

/** Title, rule, files by name, what is found as `line: text`, and the version that is judged for (2.45). */
export type RuleCase = readonly [
  string,
  LintRule,
  Readonly<Record<string, string>>,
  readonly string[],
  string?,
];

/** A pgbackrest.conf that begins with [global]. */
export const global = (...lines: string[]) => ({ 'pgbackrest.conf': `[global]\n${lines.join('\n')}\n` });

/** A pgbackrest.conf that begins with [main]. */
export const main = (...lines: string[]) => ({ 'pgbackrest.conf': `[main]\n${lines.join('\n')}\n` });

/** A script. */
export const script = (...lines: string[]) => ({ 'run.sh': `#!/bin/sh\n${lines.join('\n')}\n` });

/** A server that archives with pgbackrest. */
export const pushes = {
  'postgresql.conf': "archive_command = 'pgbackrest --stanza=main archive-push %p'\n",
};

/** All that a repository in a bucket needs, but for its keys. */
export const bucket = ['repo1-type=s3', 'repo1-s3-bucket=b', 'repo1-s3-endpoint=e', 'repo1-s3-region=r'];

/** One test for each case, and one that every rule has a case that is found and one that is not. */
export function tryCases(rules: readonly LintRule[], cases: readonly RuleCase[]): void {
  it.each(cases.map(([title, ...rest]) => ({ title, rest })))('$title', ({ rest }) => {
    const [rule, files, found, engine] = rest;
    expect(judgeRule(rule, files, engine === undefined ? {} : { engine })).toEqual(found);
  });

  it.each(rules.map((rule) => ({ name: rule.name, rule })))('$name is tried both ways', ({ rule }) => {
    const own = cases.filter((one) => one[1] === rule);
    expect(own.some((one) => one[3].length > 0)).toBe(true);
    expect(own.some((one) => one[3].length === 0)).toBe(true);
  });
}
