import { chmodSync, chownSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure } from '../model/failure.ts';

/** The user that must be able to use the journal, whoever made it. */
export interface JournalOwner {
  readonly uid: number;
  readonly gid: number;
}

/** Where the parts of a journal lie in a state directory. */
export function journalFiles(directory: string): {
  readonly journal: string;
  readonly lock: string;
  readonly rebuilding: string;
  readonly rebuilt: string;
} {
  return {
    journal: join(directory, 'journal.sqlite'),
    /** Held, in SQLite's own way, by the one process that rebuilds: a crash gives it back. */
    lock: join(directory, 'journal.lock'),
    /** There while a damaged journal is being rebuilt; then it gets the time as its name and is kept. */
    rebuilding: join(directory, 'journal.rebuilding'),
    rebuilt: join(directory, 'journal.rebuilding', 'rebuilt.sqlite'),
  };
}

/** Makes directory and file where they are not there yet. @throws Failure file-unusable */
export function prepareJournalFile(directory: string, file: string, owner: JournalOwner | undefined): void {
  try {
    makeDirectory(directory, owner);
    if (!existsSync(file)) makeOwnedFile(file, owner);
  } catch (error) {
    throw unusable(error, file);
  }
}

/** The failure for files that cannot be made, moved or copied. */
export function unusable(error: unknown, file: string): unknown {
  const { code, message, syscall } = error as NodeJS.ErrnoException;
  if (syscall === undefined) return error;
  return new Failure(code === 'ENOSPC' ? 'disk-full' : 'file-unusable', {
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

/** Only directories that are made here are given away: one that was there keeps its owner and mode. */
function makeDirectory(directory: string, owner: JournalOwner | undefined): void {
  const first = mkdirSync(directory, { recursive: true, mode: 0o750 });
  if (first === undefined) return;
  // mkdir's mode is cut by the umask, and parents are made with the same mode: they must let others pass.
  for (let path = directory; path.length >= first.length; path = dirname(path)) {
    chmodSync(path, path === directory ? 0o750 : 0o755);
  }
  giveAway(directory, owner);
}

/** Made empty and given away before SQLite opens it; a second process that was faster is no error. */
export function makeOwnedFile(file: string, owner: JournalOwner | undefined): void {
  const descriptor = openSync(file, 'a', 0o640);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  giveAway(file, owner);
}

export function giveAway(path: string, owner: JournalOwner | undefined): void {
  if (owner !== undefined && process.getuid?.() === 0) chownSync(path, owner.uid, owner.gid);
}

/** Renames in this directory are on disk when this returns: fsync(2) of the directory. */
export function flushPath(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
