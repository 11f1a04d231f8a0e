import { describe, expect, it } from 'vitest';
import { parseStoredSegment, wholeSegmentOf } from './wal.ts';

const segment = '0000000200000001000000FE';
const checksum = '0123456789abcdef0123456789abcdef01234567';

describe('a file in a WAL archive', () => {
  it.each(['', '.gz', '.lz4', '.zst', '.bz2'])('is a whole segment with the suffix "%s"', (suffix) => {
    const file = `${segment}-${checksum}${suffix}`;
    expect(parseStoredSegment(file)).toEqual({ segment, isPartial: false, checksum, suffix });
    expect(wholeSegmentOf(file)).toBe(segment);
  });

  it('may be a part of one', () => {
    const file = `${segment}.partial-${checksum}.zst`;
    expect(parseStoredSegment(file)).toEqual({ segment, isPartial: true, checksum, suffix: '.zst' });
    expect(wholeSegmentOf(file)).toBeUndefined();
  });

  it.each([
    `${segment}-${checksum}.pgbackrest.tmp`,
    `${segment}-${checksum}.zst.pgbackrest.tmp`,
    `${segment}-${checksum}.xz`,
    `${segment}-${checksum.slice(1)}.zst`,
    `${segment}.00000028.backup`,
    `${segment}`,
    '00000002.history',
    `${segment.toLowerCase()}-${checksum}`,
  ])('is neither when it is %s', (file) => {
    expect(parseStoredSegment(file)).toBeUndefined();
    expect(wholeSegmentOf(file)).toBeUndefined();
  });
});
