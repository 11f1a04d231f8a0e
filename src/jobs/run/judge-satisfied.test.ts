import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backupSet } from '../../../test/support/backup-set.ts';
import type { BackupSet, BackupType } from '../../model/backup-set.ts';
import { formatOccurrence, judgeSatisfied, occurrenceAnnotation } from './judge-satisfied.ts';

const occurrence = Date.UTC(2026, 10, 21, 2, 0);

function set(more: Partial<BackupSet> & { readonly begun: number }): BackupSet {
  const { begun, ...rest } = more;
  const startTime = occurrence / 1000 + begun;
  const label = `20261121-02${String(begun).padStart(4, '0')}F`;
  return backupSet({ label, startTime, stopTime: startTime + 60, ...rest });
}

/** An hour later, as a schedule that had to wait. */
const now = occurrence + 3_600_000;

function judge(sets: readonly BackupSet[], type: BackupType = 'diff'): string | undefined {
  return judgeSatisfied({ type, occurrence, databaseId: 1, now }, sets)?.label;
}

const madeFor = (time: number): BackupSet['annotations'] => ({
  [occurrenceAnnotation]: formatOccurrence(time),
});

describe('judgeSatisfied', () => {
  it('takes the newest set that was begun at the time or after it', () => {
    const sets = [set({ begun: -3600 }), set({ begun: 0 }), set({ begun: 700 })];
    expect(judge(sets)).toBe(sets[2]?.label);
    expect(judge(sets.slice(0, 2))).toBe(sets[1]?.label);
    expect(judge(sets.slice(0, 1))).toBeUndefined();
    expect(judge([])).toBeUndefined();
  });

  it.each<[BackupType, BackupType, boolean]>([
    ['full', 'full', true],
    ['full', 'diff', false],
    ['full', 'incr', false],
    ['diff', 'full', true],
    ['diff', 'diff', true],
    ['diff', 'incr', false],
    ['incr', 'full', true],
    ['incr', 'diff', true],
    ['incr', 'incr', true],
  ])('a %s is there when a %s is: %s', (wanted, there, satisfied) => {
    expect(judge([set({ begun: 5, type: there })], wanted) !== undefined).toBe(satisfied);
  });

  it('lets clocks differ by half a minute, unless the set was made for another time', () => {
    expect(judge([set({ begun: -30 })])).toBeDefined();
    expect(judge([set({ begun: -31 })])).toBeUndefined();
    expect(judge([set({ begun: -20, annotations: madeFor(occurrence - 900_000) })])).toBeUndefined();
    expect(judge([set({ begun: 20, annotations: madeFor(occurrence - 900_000) })])).toBeDefined();
  });

  it('knows a set that was made for this time whatever the clocks say', () => {
    expect(judge([set({ begun: -7200, annotations: madeFor(occurrence) })])).toBeDefined();
  });

  it('believes no set that has not begun yet, unless it was made for this time', () => {
    const ahead = (seconds: number): number => 3600 + seconds;
    expect(judge([set({ begun: ahead(30) })])).toBeDefined();
    expect(judge([set({ begun: ahead(31) })])).toBeUndefined();
    const year = 365 * 86_400;
    for (const type of ['full', 'diff', 'incr'] as const) {
      const future = { type: 'full', begun: year, annotations: madeFor(occurrence + year * 1000) } as const;
      expect(judge([set(future)], type)).toBeUndefined();
      const present = set({ type: 'full', begun: 5 });
      expect(judge([present, set(future)], type)).toBe(present.label);
    }
    // The clock of the database alone is ahead.
    expect(judge([set({ begun: ahead(7200), annotations: madeFor(occurrence) })])).toBeDefined();
  });

  it('counts neither damaged sets nor those of before an upgrade', () => {
    expect(judge([set({ begun: 5, error: true })])).toBeUndefined();
    expect(judge([set({ begun: 5, databaseId: 2 })])).toBeUndefined();
  });

  it('says the same of the same sets at every later time of a schedule only when they are newer', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -100_000, max: 100_000 }), { maxLength: 8 }),
        fc.integer({ min: 0, max: 100_000 }),
        (begins, later) => {
          const sets = begins.toSorted((left, right) => left - right).map((begun) => set({ begun }));
          const at = (seconds: number): boolean =>
            judgeSatisfied(
              { type: 'full', occurrence: occurrence + seconds * 1000, databaseId: undefined, now },
              sets,
            ) !== undefined;
          // What is satisfied at a later time is so at every earlier one.
          expect(!at(later) || at(0)).toBe(true);
        },
      ),
    );
  });
});
