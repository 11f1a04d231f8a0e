import { describe, expect, it } from 'vitest';
import { createSyntheticArchive, minuteOf, nameOf } from '../../../test/support/synthetic-archive.ts';
import { findPendingFrom } from './pending-wal.ts';

/** Segments 1 to 3 and 5 to 8, the last of which was stored at minute 8. */
const { ledger, chain, stretches } = createSyntheticArchive({
  segments: { 1: [1, 2, 3, 5, 6, 7, 8] },
  sets: [],
});
const pendingFrom = (lastArchived: string | undefined, minute: number): bigint | undefined =>
  findPendingFrom(ledger, chain, stretches, lastArchived, minuteOf(minute));

describe('findPendingFrom', () => {
  it('believes PostgreSQL where it names a segment', () => {
    expect(pendingFrom(nameOf(1, 3), 6)).toBe(4n);
    expect(pendingFrom(nameOf(1, 8), 6)).toBe(9n);
  });

  it('goes by the times of storing where PostgreSQL tells nothing', () => {
    expect(pendingFrom(undefined, 6)).toBe(4n);
    expect(pendingFrom('00000002.history', 6)).toBe(4n);
    expect(pendingFrom(undefined, 60)).toBeUndefined();
  });

  it('takes nothing for pending from before a backup whose history file was archived', () => {
    expect(pendingFrom(`${nameOf(1, 6)}.00000028.backup`, 6)).toBe(7n);
    expect(pendingFrom(`${nameOf(1, 2)}.00000028.backup`, 6)).toBe(4n);
    expect(pendingFrom(`${nameOf(1, 6)}.00000028.backup`, 60)).toBeUndefined();
  });
});
