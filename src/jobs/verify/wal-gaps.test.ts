import { describe, expect, it } from 'vitest';
import { findGaps, isCovered } from './wal-gaps.ts';

const name = (low: number, timeline = 1): string =>
  `0000000${timeline}00000000000000${low.toString(16).toUpperCase().padStart(2, '0')}`;
const range = (first: number, last: number, timeline = 1): { first: string; last: string } => ({
  first: name(first, timeline),
  last: name(last, timeline),
});

describe('holes in WAL', () => {
  it('are between ranges of one timeline, from where all WAL is kept', () => {
    const ranges = [range(1, 3), range(5, 9), range(12, 20)];
    expect(findGaps(ranges, name(1), undefined)).toEqual([
      { after: name(3), before: name(5) },
      { after: name(9), before: name(12) },
    ]);
    expect(findGaps(ranges, name(6), undefined)).toEqual([{ after: name(9), before: name(12) }]);
    expect(findGaps(ranges, name(12), undefined)).toEqual([]);
  });

  it('are not where one timeline follows another', () => {
    expect(findGaps([range(1, 9), range(9, 20, 2)], name(1), undefined)).toEqual([]);
  });

  it('are not where something has arrived since', () => {
    const ranges = [range(1, 3), range(6, 9)];
    expect(findGaps(ranges, name(1), new Set([name(5)]))).toEqual([]);
    expect(findGaps(ranges, name(1), new Set([name(3), name(6)]))).toHaveLength(1);
  });

  it('leave a set uncovered when they are in what it needs', () => {
    const ranges = [range(1, 3), range(6, 9)];
    expect(isCovered(range(1, 3), ranges, undefined)).toBe(true);
    expect(isCovered(range(7, 8), ranges, undefined)).toBe(true);
    expect(isCovered(range(2, 7), ranges, undefined)).toBe(false);
    expect(isCovered(range(3, 4), ranges, undefined)).toBe(false);
    expect(isCovered(range(2, 7), ranges, new Set([name(4)]))).toBe(true);
    expect(isCovered(range(2, 7), [], undefined)).toBe(false);
  });
});
