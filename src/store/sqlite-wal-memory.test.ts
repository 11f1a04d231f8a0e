import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Journal } from './journal.ts';
import { openJournal } from './open-journal.ts';
import type { RememberedDirectory } from './wal-memory.ts';

let directory: string;
let journal: Journal;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'hf-A-wal-'));
  journal = openJournal(directory, { owner: undefined, now: () => 1 });
});
afterEach(() => {
  journal[Symbol.dispose]();
  rmSync(directory, { recursive: true });
});

const made = (number: number, seenAt: number, rows = 1): RememberedDirectory => ({
  name: `00000001${number.toString(16).toUpperCase().padStart(8, '0')}`,
  seenAt,
  rows: Buffer.alloc(32 * rows, number),
});
const whole = (seen: readonly RememberedDirectory[]) => ({ lookedAt: 100, histories: [2, 10], seen });

it('gives back what was listed, also to the next one who opens the journal', async () => {
  expect(journal.wal.recallArchive('a')).toBeUndefined();
  const seen = Array.from({ length: 300 }, (_, index) => made(index, 100 + index, index % 3));
  await journal.wal.replaceArchive('a', whole(seen));
  await journal.wal.replaceArchive('empty', { lookedAt: 5, histories: [], seen: [] });
  journal[Symbol.dispose]();
  journal = openJournal(directory, { owner: undefined, now: () => 1 });
  expect(journal.wal.recallArchive('a')).toEqual({ lookedAt: 100, histories: [2, 10], directories: seen });
  expect(journal.wal.recallArchive('empty')).toEqual({ lookedAt: 5, histories: [], directories: [] });
});

it('takes over what a look changed', async () => {
  await journal.wal.replaceArchive('a', whole([made(0, 100), made(1, 100), made(2, 100)]));
  await journal.wal.replaceArchive('b', whole([made(0, 1)]));
  journal.wal.updateArchive('a', {
    lookedAt: 200,
    histories: [2],
    seen: [made(2, 200, 3), made(3, 200)],
    gone: [made(0, 0).name],
  });
  expect(journal.wal.recallArchive('a')).toEqual({
    lookedAt: 200,
    histories: [2],
    directories: [made(1, 100), made(2, 200, 3), made(3, 200)],
  });
  expect(journal.wal.recallArchive('b')?.directories).toHaveLength(1);
});

it('does not know an archive whose listing was not written down to its end', async () => {
  await journal.wal.replaceArchive('a', whole([made(0, 100)]));
  const seen = Array.from({ length: 300 }, (_, index) => made(index, 100));
  const replacing = journal.wal.replaceArchive('a', whole(seen));
  // The first part is written: a process that is killed now leaves this.
  expect(journal.wal.recallArchive('a')).toBeUndefined();
  await replacing;
  expect(journal.wal.recallArchive('a')?.directories).toHaveLength(300);
});

it('forgets what nobody looks at any more', async () => {
  await journal.wal.replaceArchive('old', { ...whole([made(0, 100)]), lookedAt: 10 });
  await journal.wal.replaceArchive('new', whole([made(0, 100)]));
  expect(journal.wal.forgetArchivesBefore(50)).toBe(1);
  expect(journal.wal.recallArchive('old')).toBeUndefined();
  expect(journal.wal.recallArchive('new')).toBeDefined();
});
