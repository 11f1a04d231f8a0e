import { basename } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSegmentName, segmentName, wholeSegmentOf } from '../../src/model/wal.ts';
import {
  type Archive,
  isArchived,
  lastArchived,
  segmentsIn,
} from '../../src/recovery/apply/archive-listing.ts';
import { createLedgerBed, type LedgerBed, ownArchive } from './ledger-bed.ts';

let bed: LedgerBed;
let archive: Archive;
let last: string;

beforeAll(async () => {
  bed = await createLedgerBed();
  last = await bed.archiveSegments(2);
  archive = { engine: bed.bed.engine, stanza: 'main', repositoryKey: 1, id: ownArchive };
});
afterAll(() => bed[Symbol.asyncDispose]());

describe('what a restore takes for archived', () => {
  it('is what is stored', async () => {
    expect(await isArchived(archive, last)).toBe(true);
    expect(await segmentsIn(archive, last.slice(0, 16))).toContain(last);
    expect(await lastArchived(archive, 1)).toEqual(bed.filesIn(1));
    expect(wholeSegmentOf(basename((await lastArchived(archive, 1)).at(-1) ?? ''))).toBe(last);
    expect(await lastArchived(archive, 2)).toEqual([]);
  });

  it('is not what archive-push was writing when the host was lost, nor the end of a timeline that was left', async () => {
    const present = parseSegmentName(last);
    if (present === undefined) throw new Error(`${last} is no segment`);
    const next = segmentName({ ...present, number: present.number + 1n });
    const folder = next.slice(0, 16);
    const stored = bed.filesIn(1);
    for (const file of [
      `${next}-${'b'.repeat(40)}.zst.pgbackrest.tmp`,
      `${next}.partial-${'b'.repeat(40)}.zst`,
    ])
      bed.plant(1, `${folder}/${file}`);
    expect(await isArchived(archive, next)).toBe(false);
    expect(await segmentsIn(archive, folder)).not.toContain(next);
    expect(await lastArchived(archive, 1)).toEqual(stored);
  });

  it('is a history file under its own name', async () => {
    expect(await isArchived(archive, '00000002.history')).toBe(false);
    bed.plant(1, '00000002.history', '1\t0/5000000\tno recovery target specified\n');
    expect(await isArchived(archive, '00000002.history')).toBe(true);
  });
});
