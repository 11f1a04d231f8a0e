import { chownSync, closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Failure } from '../model/failure.ts';
import type { JournalOwner } from './open-journal.ts';

/** Milliseconds to wait for another that is just ending, or that tries at the same moment and loses too. */
const patienceMs = 1500;

/** `SQLITE_BUSY`, sqlite.org/rescode.html. */
const busy = 5;

/**
 * Claims a state directory for one process.
 *
 * The claim is a lock of the operating system on `holdfast.lock` (SQLite's exclusive lock, which is fcntl(2)'s): it
 * ends with the process however that ends, and nothing that is left on disk can be mistaken for it. The file stays:
 * removing it would let two processes hold "it" at once.
 *
 * @param directory is there already
 * @param owner gets the file when it is made; undefined: the present user keeps it
 * @returns undefined when another process has it. @throws Failure file-unusable when the lock cannot be made
 */
export function claimDirectory(directory: string, owner: JournalOwner | undefined): Disposable | undefined {
  const file = join(directory, 'holdfast.lock');
  let database: DatabaseSync | undefined;
  try {
    makeFile(file, owner);
    database = new DatabaseSync(file, { timeout: patienceMs });
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database?.close();
    if ((error as { errcode?: number }).errcode === busy) return undefined;
    throw unusable(file, error as Error);
  }
  const held = database;
  return { [Symbol.dispose]: () => held.close() };
}

function unusable(file: string, cause: Error): Failure {
  return new Failure('file-unusable', {
    operation: 'claim the state directory',
    place: file,
    problem: cause.message,
    hint: 'Make sure that the state directory belongs to the user that runs pgBackRest and that its disk is not full.',
    cause,
  });
}

function makeFile(file: string, owner: JournalOwner | undefined): void {
  try {
    closeSync(openSync(file, 'wx', 0o640));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
    throw error;
  }
  if (owner) chownSync(file, owner.uid, owner.gid);
}
