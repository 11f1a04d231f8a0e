import { chmodSync, chownSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Failure } from '../model/failure.ts';
import type { Journal } from './journal.ts';
import { JournalDatabase } from './journal-database.ts';
import { migrate } from './migrate.ts';
import { damaged, nameSqliteError } from './sqlite-failure.ts';
import { SqliteJournal } from './sqlite-journal.ts';

/** The user that must be able to use the journal, whoever made it. */
export interface JournalOwner {
  readonly uid: number;
  readonly gid: number;
}

/** Milliseconds that a call waits for another process's transaction; each is one small write. */
const busyTimeoutMs = 10_000;

/**
 * Opens `journal.sqlite` in the given directory and makes both where they are not there yet.
 *
 * Root and the database owner use the same file. Root therefore gives directory and file to the owner before SQLite
 * sees them, and SQLite, run as root, gives the `-wal` and `-shm` files that it makes to the owner of the database
 * (`robustFchown` in SQLite's os_unix.c).
 *
 * @param owner undefined leaves everything to the present user
 * @throws Failure journal-damaged, or file-unusable when directory or file cannot be made or opened
 */
export function openJournal(
  directory: string,
  deps: { readonly owner: JournalOwner | undefined; readonly now: () => number },
): Journal {
  const file = join(directory, 'journal.sqlite');
  prepareFile(directory, file, deps.owner);
  const database = openDatabase(file);
  try {
    refuseDamage(database, file);
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    migrate(database, file);
  } catch (error) {
    database.close();
    throw nameSqliteError(error, file);
  }
  return new SqliteJournal(new JournalDatabase(database, file), deps.now);
}

function openDatabase(file: string): DatabaseSync {
  try {
    return new DatabaseSync(file, { enableForeignKeyConstraints: true, timeout: busyTimeoutMs });
  } catch (error) {
    throw nameSqliteError(error, file);
  }
}

function prepareFile(directory: string, file: string, owner: JournalOwner | undefined): void {
  try {
    makeDirectory(directory, owner);
    if (!existsSync(file)) makeFile(file, owner);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Failure('file-unusable', {
      operation: 'open the journal',
      place: file,
      problem: message,
      hint:
        code === 'EACCES' || code === 'EPERM' || code === 'ENOENT'
          ? 'Run Holdfast as root or as the user that owns the database, or set stateDirectory in holdfast.yaml.'
          : 'Make sure that the directory can be written, or set stateDirectory in holdfast.yaml.',
      cause: error,
    });
  }
}

/** Only directories that are made here are given away: one that was there keeps its owner and mode. */
function makeDirectory(directory: string, owner: JournalOwner | undefined): void {
  const first = mkdirSync(directory, { recursive: true, mode: 0o750 });
  if (first === undefined) return;
  // mkdir's mode is cut by the umask, and parents are made with the same mode: they must let others pass.
  for (let path = directory; path.length >= first.length; path = dirname(path)) {
    chmodSync(path, path === directory ? 0o750 : 0o755);
  }
  give(directory, owner);
}

/** Made empty and given away before SQLite opens it; a second process that was faster is no error. */
function makeFile(file: string, owner: JournalOwner | undefined): void {
  const descriptor = openSync(file, 'a', 0o640);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  give(file, owner);
}

function give(path: string, owner: JournalOwner | undefined): void {
  if (owner !== undefined && process.getuid?.() === 0) chownSync(path, owner.uid, owner.gid);
}

function refuseDamage(database: DatabaseSync, file: string): void {
  const row = database.prepare('PRAGMA quick_check(1)').get();
  const verdict = String(row?.['quick_check'] ?? 'no answer');
  if (verdict !== 'ok') throw damaged(file, `sqlite finds it damaged: ${verdict}`);
}
