import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSegmentName } from '../../model/wal.ts';
import {
  createSyntheticArchive,
  segmentSize,
  type SyntheticArchive,
  type SyntheticSet,
} from '../../../test/support/synthetic-archive.ts';
import { hasSegment } from '../wal/ledger.ts';
import { isOnChain, segmentOnChain } from '../wal/timeline-chain.ts';
import type { ArchiveToJudge } from './archive-to-judge.ts';
import { describeWindows } from './describe-windows.ts';

const longest = 30;

const setArbitrary: fc.Arbitrary<SyntheticSet> = fc
  .record({
    first: fc.integer({ min: 1, max: longest - 3 }),
    length: fc.integer({ min: 0, max: 3 }),
    timeline: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined, freq: 4 }),
    error: fc.boolean(),
  })
  .map(({ first, length, timeline, error }) => ({
    first,
    last: first + length,
    error,
    ...(timeline === undefined ? {} : { timeline }),
  }));

/** Up to three timelines with segments anywhere, also where production never was; sets anywhere. */
const archiveArbitrary: fc.Arbitrary<SyntheticArchive> = fc
  .record({
    missing: fc.tuple(
      ...[1, 2, 3].map(() => fc.uniqueArray(fc.integer({ min: 1, max: longest }), { maxLength: 6 })),
    ),
    switches: fc.uniqueArray(fc.integer({ min: 2, max: longest * 2 - 1 }), { maxLength: 2 }),
    sets: fc.array(setArbitrary, { maxLength: 5 }),
    pendingFrom: fc.option(fc.integer({ min: 1, max: longest }), { nil: undefined }),
  })
  .map(({ missing, switches, sets, pendingFrom }) => ({
    segments: Object.fromEntries(
      missing.map((gone, index) => [
        index + 1,
        Array.from({ length: longest }, (_, n) => n + 1).filter((n) => !gone.includes(n)),
      ]),
    ),
    switches: switches
      .toSorted((left, right) => left - right)
      .map((half, index) => ({ timeline: index + 1, at: half / 2 })),
    sets,
    ...(pendingFrom === undefined ? {} : { pendingFrom }),
  }));

/** The rule in its plainest words: some set ends before, and every segment from its start to here is there. */
function isRestorable(archive: ArchiveToJudge, segment: number): boolean {
  return archive.sets.some((set) => {
    const start = parseSegmentName(set.archiveStart ?? '', segmentSize);
    const stop = parseSegmentName(set.archiveStop ?? '', segmentSize);
    if (start === undefined || stop === undefined || set.stopLsn === undefined || set.error) return false;
    if (!isOnChain(archive.chain, stop.timeline, set.stopLsn) || stop.number > BigInt(segment)) return false;
    return isWhole(archive, Number(start.number), segment);
  });
}

function isWhole({ ledger, chain }: ArchiveToJudge, first: number, last: number): boolean {
  for (let number = first; number <= last; number += 1) {
    if (!hasSegment(ledger, segmentOnChain(chain, BigInt(number)))) return false;
  }
  return true;
}

const numberOf = (name: string | undefined): number =>
  Number(parseSegmentName(name ?? '', segmentSize)?.number ?? -1);

describe('windows of any archive', () => {
  it('hold exactly what can be restored', () => {
    fc.assert(
      fc.property(archiveArbitrary, (made) => {
        const archive = createSyntheticArchive(made);
        const { contiguous } = describeWindows(archive);
        for (let segment = 1; segment <= longest; segment += 1) {
          const inWindow = contiguous.some(
            ({ from, to }) => numberOf(from.segment) <= segment && segment <= numberOf(to.segment),
          );
          expect([segment, inWindow]).toEqual([segment, isRestorable(archive, segment)]);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('have every missing segment behind the oldest set in one hole, but what is on its way', () => {
    fc.assert(
      fc.property(archiveArbitrary, (made) => {
        const archive = createSyntheticArchive({ ...made, pendingFrom: longest + 1 });
        const { holes } = describeWindows(archive);
        const sets = archive.sets.filter(({ archiveStop, stopLsn = 0n }) =>
          isOnChain(archive.chain, parseSegmentName(archiveStop ?? '', segmentSize)?.timeline ?? 0, stopLsn),
        );
        const oldest = Math.min(...sets.map(({ archiveStart }) => numberOf(archiveStart)));
        const newest = Math.max(
          Number(archive.stretches.at(-1)?.last ?? 0n),
          ...sets.map(({ archiveStop }) => numberOf(archiveStop)),
        );
        for (let segment = 1; segment <= longest; segment += 1) {
          const missing = segment >= oldest && segment <= newest && !isWhole(archive, segment, segment);
          const named = holes.filter(
            ({ first, last }) => numberOf(first) <= segment && segment <= numberOf(last),
          );
          expect([segment, named.length]).toEqual([segment, missing ? 1 : 0]);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('never have a time at their end that is before their beginning, and windows do not overlap', () => {
    fc.assert(
      fc.property(archiveArbitrary, (made) => {
        const { contiguous } = describeWindows(createSyntheticArchive(made));
        let last = -1;
        for (const { from, to } of contiguous) {
          expect(to.time).toBeGreaterThanOrEqual(from.time ?? 0);
          expect(numberOf(from.segment)).toBeGreaterThan(last);
          last = numberOf(to.segment);
        }
      }),
      { numRuns: 200 },
    );
  });
});
