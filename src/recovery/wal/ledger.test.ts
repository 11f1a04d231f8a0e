import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hex8, parseSegmentName, segmentName } from '../../model/wal.ts';
import {
  type ArchiveEntry,
  type ArchiveLedger,
  buildLedger,
  createLedger,
  eachMissing,
  eachSegment,
  findSegment,
  findStoredAfter,
  hasSegment,
  listDuplicates,
  listMissing,
  listPartials,
  listStretches,
  sumStoredBytes,
} from './ledger.ts';
import { readDirectory } from './archive-directory.ts';
import { buildChain, segmentOnChain, type TimelineChain } from './timeline-chain.ts';

const mebibyte = 2 ** 20;
const sizes = fc.constantFrom(1, 16, 64, 1024).map((size) => size * mebibyte);
const checksums = fc.constantFrom(...['a', 'b', '0'].map((digit) => digit.repeat(40)));
const suffixes = fc.constantFrom('', '.gz', '.zst', '.lz4', '.bz2');

const names = fc
  .tuple(
    fc.integer({ min: 1, max: 3 }),
    fc.constantFrom(0, 0, 0, 0, 1, 2),
    fc.oneof({ weight: 4, arbitrary: fc.nat(5) }, fc.nat(5000)),
  )
  .map(([timeline, high, low]) => ({
    directory: hex8(timeline) + hex8(high),
    name: hex8(timeline) + hex8(high) + hex8(low),
  }));

const files = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(names, checksums, suffixes)
      .map(([{ directory, name }, sum, suffix]) => `${directory}/${name}-${sum}${suffix}`),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(names, checksums)
      .map(([{ directory, name }, sum]) => `${directory}/${name}.partial-${sum}.zst`),
  },
  {
    weight: 2,
    arbitrary: fc.oneof(
      fc.string(),
      fc.constantFrom(
        '00000002.history',
        '0000000A.history',
        '00000002.history.bak',
        '15-1',
        '/',
        '0000000100000000/',
      ),
      names.map(({ directory, name }) => `${directory}/${name}.00000028.backup`),
      fc
        .tuple(names, checksums)
        .map(([{ directory, name }, sum]) => `${directory}/${name}-${sum}.zst.pgbackrest.tmp`),
      fc.tuple(names, checksums).map(([{ name }, sum]) => `00000009FFFFFFFF/${name}-${sum}`),
      fc.tuple(names, checksums).map(([{ directory, name }, sum]) => `${directory}/sub/${name}-${sum}`),
    ),
  },
);
const listings = fc.uniqueArray(
  fc.record({ name: files, size: fc.nat(2 ** 31 - 1), time: fc.nat(2 ** 31 - 1) }),
  { selector: ({ name }) => name, maxLength: 60 },
);

/** What is meant, without regard to memory and time. */
function naive(entries: readonly ArchiveEntry[], size: number) {
  const segments = new Map<string, ArchiveEntry>();
  const contents = new Map<string, Set<string>>();
  const partials = new Set<string>();
  for (const entry of entries) {
    const match = /^([0-9A-F]{16})\/([0-9A-F]{24})(\.partial)?-([0-9a-f]{40})(\.(gz|lz4|zst|bz2))?$/.exec(
      entry.name,
    );
    const name = match?.[2];
    if (match === null || name === undefined || !name.startsWith(match[1] as string)) continue;
    if (parseSegmentName(name, size) === undefined) continue;
    if (match[3] !== undefined) partials.add(`${name}.partial`);
    else {
      segments.set(name, entry);
      contents.set(name, (contents.get(name) ?? new Set()).add(match[4] as string));
    }
  }
  return {
    segments,
    duplicates: [...contents]
      .filter(([, sums]) => sums.size > 1)
      .map(([name]) => name)
      .toSorted(),
    partials: [...partials].toSorted(),
  };
}

/** @param switches numbers of the segments in which timelines were left */
function chainOf(size: number, switches: readonly number[]): TimelineChain {
  const history = switches
    .toSorted((left, right) => left - right)
    .map((number, index) => ({
      timeline: index + 1,
      switchLsn: BigInt(number) * BigInt(size) + 40n,
      reason: '',
    }));
  return buildChain(switches.length + 1, history, size);
}

/** Where the segments are, mostly. */
const chains = fc.array(fc.oneof(fc.nat(7), fc.nat(600)), { maxLength: 2 });

describe('a ledger', () => {
  it('knows exactly the segments that are listed', () => {
    fc.assert(
      fc.property(listings, sizes, (entries, size) => {
        const ledger = buildLedger(entries, size);
        const wanted = naive(entries, size);
        for (const [name, entry] of wanted.segments) {
          expect(findSegment(ledger, name)).toMatchObject({
            name,
            ...parseSegmentName(name, size),
            file: entry.name,
            storedBytes: entry.size,
            storedAt: entry.time,
          });
        }
        const all = [...ledger.timelines.keys()].flatMap((timeline) => [...eachSegment(ledger, timeline)]);
        expect([...new Set(all.map(({ name }) => name))]).toEqual([...wanted.segments.keys()].toSorted());
        expect(listDuplicates(ledger)).toEqual(wanted.duplicates);
        expect(listPartials(ledger)).toEqual(wanted.partials);
      }),
    );
  });

  it('finds the same stretches, holes and sums as looking at every segment does', () => {
    fc.assert(
      fc.property(
        listings,
        sizes,
        chains,
        fc.oneof(fc.nat(3), fc.nat(300)),
        (entries, size, switches, offset) => {
          const ledger = buildLedger(entries, size);
          const wanted = naive(entries, size);
          const chain = chainOf(size, switches);
          const first = BigInt(offset);
          const last = first + 400n;
          const range = Array.from({ length: 401 }, (_, index) => first + BigInt(index));
          const isThere = (number: bigint): boolean => wanted.segments.has(segmentOnChain(chain, number));
          const missing = range
            .filter((number) => !isThere(number))
            .map((number) => segmentOnChain(chain, number));
          expect([...eachMissing(ledger, chain, first, last)]).toEqual(missing);
          expect(listMissing(ledger, chain, first, last, 3)).toEqual(missing.slice(0, 3));
          const within = listStretches(ledger, chain).flatMap((stretch) =>
            range.filter((number) => stretch.first <= number && number <= stretch.last),
          );
          expect(within).toEqual(range.filter(isThere));
          const bytes = range
            .filter(isThere)
            .reduce(
              (sum, number) => sum + (wanted.segments.get(segmentOnChain(chain, number))?.size ?? 0),
              0,
            );
          expect(sumStoredBytes(ledger, chain, first, last)).toBe(bytes);
          const limit = 2 ** 30;
          expect(findStoredAfter(ledger, chain, { first, last }, (time) => time > limit)).toBe(
            range.find((number) => (wanted.segments.get(segmentOnChain(chain, number))?.time ?? 0) > limit),
          );
        },
      ),
    );
  });

  it('takes the segment of a switch from the newer timeline alone', () => {
    const size = 16 * mebibyte;
    const entry = (timeline: number, low: number): ArchiveEntry => ({
      name: `${hex8(timeline)}00000000/${hex8(timeline)}00000000${hex8(low)}-${'a'.repeat(40)}`,
      size: 1,
      time: 1,
    });
    const ledger = buildLedger([entry(1, 1), entry(1, 2), entry(1, 3), entry(2, 4)], size);
    const chain = chainOf(size, [3]);
    expect(listStretches(ledger, chain)).toEqual([
      { first: 1n, last: 2n },
      { first: 4n, last: 4n },
    ]);
    expect(listMissing(ledger, chain, 1n, 4n)).toEqual(['000000020000000000000003']);
    expect(sumStoredBytes(ledger, chain, 1n, 4n)).toBe(3);
  });

  it('has stretches that do not touch, in order', () => {
    fc.assert(
      fc.property(
        listings,
        sizes,
        chains,
        fc.array(names, { maxLength: 5 }),
        (entries, size, switches, more) => {
          const chain = chainOf(size, switches);
          const salvaged = more.flatMap(({ name }) => parseSegmentName(name, size) ?? []);
          const stretches = listStretches(buildLedger(entries, size), chain, salvaged);
          for (const [index, stretch] of stretches.entries()) {
            expect(stretch.first <= stretch.last).toBe(true);
            const before = stretches[index - 1];
            if (before) expect(stretch.first > before.last + 1n).toBe(true);
          }
          for (const segment of salvaged) {
            if (segmentOnChain(chain, segment.number) !== segmentName(segment, size)) continue;
            expect(
              stretches.some(({ first, last }) => first <= segment.number && segment.number <= last),
            ).toBe(true);
          }
        },
      ),
    );
  });

  it('is the same after its rows were stored and read again', () => {
    fc.assert(
      fc.property(listings, sizes, (entries, size) => {
        const ledger = buildLedger(entries, size);
        const again = [...ledger.directories.values()].map(({ name, seenAt, rows }) =>
          readDirectory(name, seenAt, Buffer.from(rows)),
        );
        expect(listAll(createLedger(again, ledger.histories, size))).toEqual(listAll(ledger));
      }),
    );
  });

  it('does not care for the order of a listing, but for which content came last', () => {
    const entry = (low: number, sum: string): ArchiveEntry => ({
      name: `0000000100000000/0000000100000000${hex8(low)}-${sum.repeat(40)}`,
      size: 1,
      time: 1,
    });
    const ledger = buildLedger([entry(5, 'b'), entry(1, 'a'), entry(5, 'a'), entry(3, 'c')], 16 * mebibyte);
    expect([...eachSegment(ledger, 1)].map(({ number }) => number)).toEqual([1n, 3n, 5n, 5n]);
    expect(findSegment(ledger, '000000010000000000000005')?.checksum).toBe('a'.repeat(40));
    expect(hasSegment(ledger, '000000010000000000000002')).toBe(false);
    expect(listDuplicates(ledger)).toEqual(['000000010000000000000005']);
  });

  it('does not call the same content with two compressions a duplicate', () => {
    const base = `0000000100000000/000000010000000000000001-${'a'.repeat(40)}`;
    const ledger = buildLedger(
      ['.gz', '.zst'].map((end) => ({ name: base + end, size: 1, time: 1 })),
      16 * mebibyte,
    );
    expect(listDuplicates(ledger)).toEqual([]);
  });

  it('costs 32 bytes a segment', () => {
    const entries = Array.from({ length: 1000 }, (_, index) => ({
      name: `00000001${hex8(Math.floor(index / 256))}/00000001${hex8(Math.floor(index / 256))}${hex8(index % 256)}-${'a'.repeat(40)}.zst`,
      size: 1,
      time: 1,
    }));
    const { directories } = buildLedger(entries, 16 * mebibyte);
    const bytes = [...directories.values()].reduce((sum, { rows }) => sum + rows.buffer.byteLength, 0);
    // A block for each directory; those below 4 KiB share a pool of node's.
    expect(bytes).toBeLessThan(1000 * 32 + directories.size * 65_536);
    expect([...directories.values()].reduce((sum, { rows }) => sum + rows.length, 0)).toBe(32_000);
  });
});

function listAll(ledger: ArchiveLedger): unknown {
  return [...ledger.timelines.keys()].flatMap((timeline) => [...eachSegment(ledger, timeline)]);
}
