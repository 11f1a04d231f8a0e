import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';

const [walHeader, frameHeader] = [32, 24];

/**
 * Makes a database file out of a write-ahead log alone, for a journal whose file was deleted beside it: SQLite would
 * throw such a log away. It holds every page that was written since the last checkpoint, which for a young journal is
 * all of it. Frames count up to the last one that ends a transaction
 * (https://www.sqlite.org/fileformat2.html#the_write_ahead_log); checksums are not looked at, because what comes out is
 * read as a damaged file anyway.
 *
 * @returns false when there is nothing in it
 */
export function replayWal(wal: string, target: string): boolean {
  const log = readFileSync(wal);
  if (log.length < walHeader) return false;
  const pageSize = log.readUInt32BE(8);
  if (pageSize < 512 || pageSize > 65_536) return false;
  const salts = log.subarray(16, 24);
  let pending: [page: number, start: number][] = [];
  const pages = new Map<number, number>();
  for (let at = walHeader; at + frameHeader + pageSize <= log.length; at += frameHeader + pageSize) {
    if (!log.subarray(at + 8, at + 16).equals(salts)) break;
    pending.push([log.readUInt32BE(at), at + frameHeader]);
    const endsTransaction = log.readUInt32BE(at + 4) !== 0;
    if (!endsTransaction) continue;
    for (const [page, start] of pending) pages.set(page, start);
    pending = [];
  }
  if (pages.size === 0) return false;
  const descriptor = openSync(target, 'w', 0o640);
  try {
    for (const [page, start] of pages) {
      writeSync(descriptor, log, start, pageSize, (page - 1) * pageSize);
    }
  } finally {
    closeSync(descriptor);
  }
  return true;
}
