import { describe, expect, it } from 'vitest';
import { mostSegments } from './measure-drill.ts';

const mebibyte = 1024n * 1024n;
const set = (startTime: number, archiveStart: string, startLsn: bigint, databaseId = 1) => ({
  startTime,
  archiveStart,
  startLsn,
  databaseId,
});

describe('the most WAL between two sets', () => {
  it('is that between the two that are farthest apart, in any order of the list', () => {
    const sets = [
      set(300, '000000010000000000000014', 0x14n * 16n * mebibyte + 40n),
      set(100, '000000010000000000000002', 0x2n * 16n * mebibyte + 40n),
      set(200, '000000010000000000000004', 0x4n * 16n * mebibyte + 40n),
    ];
    expect(mostSegments(sets)).toBe(16);
  });

  it('is not counted over a change of timeline or database, and not of one set', () => {
    const one = set(100, '000000010000000000000002', 0x2n * 16n * mebibyte + 40n);
    expect(mostSegments([one])).toBe(0);
    expect(mostSegments([one, set(200, '000000020000000000000009', 0x9n * 16n * mebibyte + 40n)])).toBe(0);
    expect(mostSegments([one, set(200, '000000010000000000000009', 0x9n * 16n * mebibyte + 40n, 2)])).toBe(0);
  });
});
