import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  intersectKept,
  lengthOf,
  mergeRanges,
  reachedFrom,
  subtractRanges,
  type TimeRange,
  windowsOf,
} from './time-range.ts';

const second = 1000;
const anyRange = fc
  .tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 12 }))
  .map(([from, length]) => ({ from: from * second, to: (from + length) * second }));
const anyRanges = fc.array(anyRange, { maxLength: 8 }).map(mergeRanges);

/** Halves of seconds that lie in them: never an end, so that it does not matter which ends belong to a range. */
function insideOf(ranges: readonly TimeRange[]): readonly number[] {
  return Array.from({ length: 60 }, (_, index) => (index + 0.5) * second).filter((at) =>
    ranges.some(({ from, to }) => from < at && at < to),
  );
}

it('takes ranges together and apart as sets of moments', () => {
  fc.assert(
    fc.property(anyRanges, anyRanges, (left, right) => {
      const kept = {
        kind: 'ranges' as const,
        from: '',
        oldestTimeline: '',
        ranges: right.map(({ from, to }) => ({
          first: new Date(from).toISOString(),
          last: new Date(to).toISOString(),
        })),
      };
      const [there, stays] = [insideOf(left), new Set(insideOf(right))];
      expect(insideOf(intersectKept(left, kept, 0))).toEqual(there.filter((at) => stays.has(at)));
      const gone = subtractRanges(left, right);
      expect(insideOf(gone)).toEqual(there.filter((at) => !stays.has(at)));
      expect(lengthOf(gone)).toBe(insideOf(gone).length * second);
      expect(mergeRanges([...left, ...right])).toEqual(mergeRanges([...right, ...left].toReversed()));
    }),
  );
});

it('finds windows as one would by looking at every stretch of WAL, and how far back the last one goes', () => {
  const anySet = fc.record({
    startTime: fc.integer({ min: 0, max: 50 }),
    took: fc.integer({ min: 0, max: 4 }),
    online: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(anySet, { maxLength: 10 }), anyRanges, (drawn, wal) => {
      const sets = drawn.map((set) => ({ ...set, stopTime: set.startTime + set.took }));
      const expected = sets.flatMap(({ startTime, stopTime, online }) => {
        const [start, stop] = [startTime * second, stopTime * second];
        const range = wal.find(({ from, to }) => from <= (online ? start : stop) && stop <= to);
        if (range !== undefined) return [{ from: stop, to: range.to }];
        return online ? [] : [{ from: stop, to: stop }];
      });
      expect(windowsOf(sets, wal)).toEqual(mergeRanges(expected));
      const last = wal.at(-1);
      const live = expected.filter(({ from, to }) => to === last?.to && from >= last.from);
      expect(reachedFrom(sets, wal)).toBe(
        live.length === 0 ? undefined : Math.min(...live.map(({ from }) => from)),
      );
    }),
  );
});
