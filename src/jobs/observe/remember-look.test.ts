import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openJournal } from '../../store/open-journal.ts';
import { describeLook, lastPositionOn, rememberLook } from './remember-look.ts';

const segmentSize = 16 * 1024 * 1024;
const minute = 60_000;

it('what a look found comes back with the next ones, each with the timeline that it was on', () => {
  const directory = mkdtempSync(join(tmpdir(), 'hf-looks-'));
  try {
    using journal = openJournal(directory, { owner: undefined, now: () => 1000 });
    const archiver = {
      archivedCount: 1,
      lastArchivedAt: 1,
      failedCount: 0,
      lastFailed: undefined,
      lastFailedAt: undefined,
    };
    const look = (timeline: number, segment: bigint, lastArchived: string) => {
      const insertLsn = segment * BigInt(segmentSize);
      const facts = { insertLsn, timeline, segmentSize, archiver: { ...archiver, lastArchived } };
      return describeLook(facts, undefined);
    };
    const before = look(1, 16n, '00000001000000000000000F');
    // The last one that was archived is of the timeline before.
    const after = look(2, 17n, '00000001000000000000000F');
    rememberLook(journal.samples, 'main', minute, before);
    const track = rememberLook(journal.samples, 'main', 2 * minute, after);
    expect(track).toEqual([
      { at: minute, ...before },
      { at: 2 * minute, ...after },
    ]);
    expect(track.map(({ timeline, claimedEnd }) => [timeline, claimedEnd])).toEqual([
      [1, 16n * BigInt(segmentSize)],
      [2, undefined],
    ]);
    const last = (timeline: number, from: number, until: number) =>
      lastPositionOn(journal.samples, 'main', timeline, { from, until });
    expect(last(1, 0, 2 * minute)).toBe(before.lsn);
    expect(last(2, 0, 9 * minute)).toBe(after.lsn);
    expect(last(1, minute + 1, 9 * minute)).toBeUndefined();
    expect(last(1, 0, minute)).toBeUndefined();
    expect(last(3, 0, 9 * minute)).toBeUndefined();
  } finally {
    rmSync(directory, { recursive: true });
  }
});
