import { describe, expect, it } from 'vitest';
import { allFamilies, allRules } from '../../src/lint/rules/all-families.ts';

describe('the rules', () => {
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
      expect(rule.consequence).toMatch(/\.$/);
      expect(rule.correct.trim()).not.toBe('');
      expect(rule.reproduction.trim()).not.toBe('');
      expect(rule.source.trim()).not.toBe('');
    },
  );
});
