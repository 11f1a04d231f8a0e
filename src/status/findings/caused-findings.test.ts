import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findingFamilies } from './all-findings.ts';

/** Rule and test of each row of the table in docs/testing.md. */
function readTable(): readonly { readonly rule: string; readonly where: string }[] {
  const page = readFileSync('docs/testing.md', 'utf8');
  const begin = page.indexOf('## Which test causes which finding');
  const table = page.slice(begin, page.indexOf('\n## ', begin + 1));
  return [...table.matchAll(/^\| `([a-z-]+)` \| ([^|]+) \|/gm)].map(([, rule = '', where = '']) => ({
    rule,
    where: where.trim(),
  }));
}

describe('the table of tests that cause findings', () => {
  it('has every rule of the catalogue once, and no other', () => {
    const rules = findingFamilies.flatMap(({ findings }) => findings.map(({ rule }) => rule));
    expect(
      readTable()
        .map(({ rule }) => rule)
        .toSorted(),
    ).toEqual(rules.toSorted());
  });

  it('names tests that are there and speak of the rule, or says that there is none', () => {
    for (const { rule, where } of readTable()) {
      if (where === 'not for real') continue;
      const file = where.replaceAll('`', '');
      expect(existsSync(file), `${rule}: ${file}`).toBe(true);
      expect(readFileSync(file, 'utf8'), `${file} has nothing of it`).toContain(rule);
    }
  });
});
