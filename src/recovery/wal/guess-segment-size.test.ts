import { describe, expect, it } from 'vitest';
import { hex8, segmentName } from '../../model/wal.ts';
import { type ArchiveDirectory, DirectoryBuilder } from './archive-directory.ts';
import { guessSegmentSize } from './guess-segment-size.ts';

const mebibyte = 2 ** 20;

function made(high: number, lows: readonly number[]): ArchiveDirectory {
  const name = `00000001${hex8(high)}`;
  const builder = new DirectoryBuilder(name);
  for (const low of lows) builder.add(`${name}${hex8(low)}-${'a'.repeat(40)}`, 1, 1);
  return builder.finish(0);
}

const upTo = (end: number): number[] => Array.from({ length: end + 1 }, (_, index) => index);

describe('guessSegmentSize', () => {
  it.each([1, 2, 4, 16, 64, 512, 1024])('takes %i MiB from where a set begins', (size) => {
    const bytes = size * mebibyte;
    const startLsn = 3n * BigInt(bytes) + 40n;
    const archiveStart = segmentName({ timeline: 1, number: 3n }, bytes);
    const sets = [{ startLsn, archiveStart }];
    expect(guessSegmentSize([], sets)).toBe(bytes);
  });

  it('takes it from directories that are full', () => {
    expect(guessSegmentSize([made(0, upTo(3)), made(1, upTo(3)), made(2, [0])], [])).toBe(1024 * mebibyte);
    expect(guessSegmentSize([made(0, upTo(63)), made(1, upTo(63)), made(2, [0])], [])).toBe(64 * mebibyte);
    expect(guessSegmentSize([made(0, upTo(4095))], [])).toBe(mebibyte);
  });

  it('is 16 MiB where nothing tells it', () => {
    expect(guessSegmentSize([], [])).toBe(16 * mebibyte);
    expect(guessSegmentSize([made(0, [1, 2])], [{ startLsn: undefined, archiveStart: undefined }])).toBe(
      16 * mebibyte,
    );
    // One that was cut short says nothing.
    expect(guessSegmentSize([made(0, upTo(127)), made(1, [0])], [])).toBe(16 * mebibyte);
  });
});
