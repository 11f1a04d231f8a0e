import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hex8 } from '../../model/wal.ts';
import { type ArchiveDirectory, countRows, DirectoryBuilder, lowAt } from './archive-directory.ts';
import { cutBehind, findUnsettled } from './settle-listing.ts';

const name = '0000000100000000';

function made(lows: readonly number[]): ArchiveDirectory {
  const builder = new DirectoryBuilder(name);
  for (const low of lows) builder.add(`${name}${hex8(low)}-${'a'.repeat(40)}`, 1, 1);
  return builder.finish(0);
}

const lowsOf = (directory: ArchiveDirectory): number[] =>
  Array.from({ length: countRows(directory) }, (_, index) => lowAt(directory, index));

describe('findUnsettled', () => {
  it('doubts a gap behind which nothing had been seen before', () => {
    expect(findUnsettled(undefined, made([1, 2, 4]), false)).toBe(3);
    expect(findUnsettled(made([1, 2]), made([1, 2, 4]), false)).toBe(3);
    expect(findUnsettled(made([1, 2, 4]), made([1, 2, 4, 5]), false)).toBeUndefined();
    expect(findUnsettled(made([1, 2, 4]), made([1, 2, 4, 6]), false)).toBe(5);
  });

  it('doubts missing first segments only where a directory comes before it', () => {
    expect(findUnsettled(undefined, made([2, 3]), false)).toBeUndefined();
    expect(findUnsettled(undefined, made([2, 3]), true)).toBe(0);
    expect(findUnsettled(made([2]), made([2, 3]), true)).toBeUndefined();
  });

  it('never leaves a hole that is none, whatever of a directory in order a listing catches', () => {
    const catches = fc.array(fc.boolean(), { maxLength: 20 });
    fc.assert(
      fc.property(fc.nat(20), catches, (settled, caught) => {
        // What was there when the listing began is in it; of what came meanwhile anything may be.
        const there = Array.from({ length: settled }, (_, low) => low);
        const came = caught.flatMap((isCaught, index) => (isCaught ? [settled + index] : []));
        const listed = made([...there, ...came]);
        const unsettled = findUnsettled(made(there), listed, true);
        const kept = unsettled === undefined ? listed : cutBehind(listed, unsettled);
        expect(lowsOf(kept)).toEqual(Array.from({ length: countRows(kept) }, (_, low) => low));
        expect(countRows(kept)).toBeGreaterThanOrEqual(settled);
      }),
    );
  });
});
