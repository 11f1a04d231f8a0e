import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findingFamilies, findMeaning } from './all-findings.ts';

const rules = join(import.meta.dirname, '../rules');

/** Words of that form in the sources of rules that are no rules. Each must occur there. */
const otherWords = [
  'ahead-of-production',
  'different-contents',
  'edited-by-hand',
  'expire-undercuts',
  'queue-drops',
  'repository-full',
  'still-running',
  'timeline-unknown-to-production',
  'wal-full',
];

/** Every text in quotes that could be the name of a rule. */
function wordsInRules(): ReadonlySet<string> {
  const sources = readdirSync(rules)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => readFileSync(join(rules, name), 'utf8'))
    // What is compared or imported is not made.
    .map((text) => text.replaceAll(/^import .*$/gm, ''));
  return new Set(
    sources.flatMap((text) => [...text.matchAll(/'([a-z]+(?:-[a-z0-9]+)+)'/g)].map(([, word]) => word ?? '')),
  );
}

const meanings = findingFamilies.flatMap(({ findings }) => findings);

describe('the catalogue of findings', () => {
  it('has an entry for every rule that is made, and no other', () => {
    const words = [...wordsInRules()].filter((word) => !otherWords.includes(word)).toSorted();
    expect(meanings.map(({ rule }) => rule).toSorted()).toEqual(words);
  });

  it('excepts only words that are there', () => {
    const words = wordsInRules();
    expect(otherWords.filter((word) => !words.has(word))).toEqual([]);
  });

  it.each(meanings.map((meaning) => [meaning.rule, meaning] as const))('says all of %s', (rule, meaning) => {
    expect(findMeaning(rule)).toBe(meaning);
    expect(meaning.seenBy.length).toBeGreaterThan(0);
    expect(meaning.seeYourself.length).toBeGreaterThan(0);
    for (const text of [meaning.means, meaning.matters, meaning.do]) expect(text).toMatch(/\S.*[.)]$/s);
  });
});
