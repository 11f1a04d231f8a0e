import {
  closeSync,
  copyFileSync,
  existsSync,
  fstatSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { replayWal } from './replay-wal.ts';

/** Size of SQLite's pages in a journal: the default, which no migration changes. */
const pageSize = 4096;
const headerSize = 100;

/**
 * Opens a copy of a damaged journal for reading: as it is; with a whole header, when only that is not readable; with the
 * whole first page of an empty journal, whose tables lie where those of most journals lie. The damaged file itself is
 * not touched: SQLite would write into it (it plays the `-wal` back).
 *
 * @param template a whole, empty journal
 * @returns undefined when there is no way to read anything
 */
export function openDamaged(damaged: string, copy: string, template: string): DatabaseSync | undefined {
  for (const repair of [0, headerSize, pageSize]) {
    for (const suffix of ['', '-wal', '-shm']) rmSync(copy + suffix, { force: true });
    if (!copyDamaged(damaged, copy)) return undefined;
    if (repair > 0) putBeginning(copy, template, repair);
    const database = openReadable(copy);
    if (database !== undefined) return database;
  }
  return undefined;
}

/** @returns false when there is nothing to read */
function copyDamaged(damaged: string, copy: string): boolean {
  const wal = `${damaged}-wal`;
  if (isMissing(damaged)) return existsSync(wal) && replayWal(wal, copy);
  copyFileSync(damaged, copy);
  if (existsSync(wal)) copyFileSync(wal, `${copy}-wal`);
  return true;
}

/** True for a file that is not there or has nothing in it: SQLite begins anew there, and removes a log beside it. */
export function isMissing(file: string): boolean {
  return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) === 0;
}

/**
 * Takes the first bytes from the template, but for the count of pages: 0 makes SQLite take the file's own size
 * (https://www.sqlite.org/fileformat2.html#in_header_database_size), and so do counters that differ.
 */
function putBeginning(copy: string, template: string, length: number): void {
  const bytes = Buffer.alloc(length);
  const from = openSync(template, 'r');
  try {
    readSync(from, bytes, 0, length, 0);
  } finally {
    closeSync(from);
  }
  bytes.writeUInt32BE(0, 28);
  const to = openSync(copy, 'r+');
  try {
    if (fstatSync(to).size >= pageSize) writeSync(to, bytes, 0, length, 0);
  } finally {
    closeSync(to);
  }
}

function openReadable(file: string): DatabaseSync | undefined {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file);
    const row = database.prepare(`SELECT count(*) AS tables FROM sqlite_schema WHERE name = 'run'`).get();
    database.prepare('SELECT * FROM run LIMIT 0').all();
    if (Number(row?.['tables']) === 1) return database;
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_SQLITE_ERROR') throw error;
  }
  database?.close();
  return undefined;
}
