import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { flushPath, giveAway, type JournalOwner } from './journal-files.ts';

/** Number of the file that a path names, undefined when there is none. */
export function fileNumber(path: string): bigint | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino;
}

/**
 * Puts a journal back whose file was deleted while it was open: everything is still there for whoever has it open. Where
 * another process has put a journal there meanwhile, that one stays.
 *
 * @param open the connection to the deleted file; closed when this returns
 */
export function putBackDeleted(open: DatabaseSync, file: string, owner: JournalOwner | undefined): void {
  const copy = `${file}.put-back`;
  rmSync(copy, { force: true });
  // https://www.sqlite.org/lang_vacuum.html#vacuuminto: a whole copy, and a transaction of its own.
  open.exec(`VACUUM INTO '${copy.replaceAll("'", "''")}'`);
  open.close();
  if (existsSync(file)) {
    rmSync(copy);
    return;
  }
  // Left from the deleted file, they would be played into the copy.
  for (const suffix of ['-wal', '-shm']) rmSync(file + suffix, { force: true });
  giveAway(copy, owner);
  flushPath(copy);
  renameSync(copy, file);
  flushPath(dirname(file));
}
