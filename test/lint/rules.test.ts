import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allFamilies, allRules } from '../../src/lint/rules/all-families.ts';

const root = join(import.meta.dirname, '../..');

function textsBelow(directory: string, ending: string): string[] {
  return readdirSync(join(root, directory), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .map((file) => readFileSync(join(root, directory, file), 'utf8'));
}

/** Names of the constants that rules are, by the names of the rules. */
function constantsOfRules(): ReadonlyMap<string, string> {
  const sources = [...textsBelow('src/lint/rules', '.ts'), ...textsBelow('src/lint/engine-verdict', '.ts')];
  const pattern = /export const (\w+): LintRule = \{\s*name: '([^']+)'/g;
  return new Map(
    sources.flatMap((text) =>
      [...text.matchAll(pattern)].map(([, constant = '', name = '']) => [name, constant]),
    ),
  );
}

describe('the rules', () => {
  it('are each found by a test', () => {
    const constants = constantsOfRules();
    const tests = [
      ...textsBelow('src/lint/rules', '.test.ts'),
      ...textsBelow('test/lint/integrations', '.ts'),
      ...textsBelow('test/integration', 'engine-verdict.test.ts'),
    ].join('\n');
    const words = new Set(tests.match(/[\w-]+/g));
    const untested = allRules.filter(({ name }) => !words.has(name) && !words.has(constants.get(name) ?? ''));
    expect(untested.map(({ name }) => name)).toEqual([]);
  });

  it('have names of their own, in small letters with dashes', () => {
    const names = allRules.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)+$/);
  });

  it('have families with titles of their own', () => {
    const titles = allFamilies.map(({ title }) => title);
    expect(new Set(titles).size).toBe(titles.length);
  });

  it.each(allRules.map((rule) => [rule.name, rule] as const))(
    '%s says what really happens, what is right, how to see it, and where that is known from',
    (_name, rule) => {
      expect(rule.title).toMatch(/^\S.*[^.]$/);
      expect(rule.consequence.trim()).toMatch(/[.)]$/);
      expect(rule.correct.trim()).not.toBe('');
      expect(rule.reproduction.trim()).not.toBe('');
      expect(rule.source.trim()).not.toBe('');
    },
  );
});
