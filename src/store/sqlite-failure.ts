import { Failure, isFailure } from '../model/failure.ts';

/** Primary result codes: https://www.sqlite.org/rescode.html */
const codes = { busy: 5, readOnly: 8, ioError: 10, corrupt: 11, full: 13, cannotOpen: 14, notADatabase: 26 };

/** The failure for a journal that cannot be used; the remedy never deletes it. */
export function damaged(file: string, problem: string, cause?: unknown): Failure {
  return new Failure('journal-damaged', {
    operation: 'use the journal',
    place: file,
    problem,
    details: { rebuildable: true },
    hint:
      'Run `holdfast journal --rebuild`: it moves the file aside, keeps it, and takes everything that can still be read ' +
      'over into a new one. Backups are not affected.',
    cause,
  });
}

/** True for damage that rebuilding heals; a file of another program or of a newer Holdfast is none. */
export function isDamage(error: unknown): boolean {
  return isFailure(error, 'journal-damaged') && error.details?.['rebuildable'] === true;
}

/** SQLite's own errors as failures; everything else as it came. `file` is the journal's. */
export function nameSqliteError(error: unknown, file: string): unknown {
  const { code, errcode, errstr } = error as { code?: string; errcode?: number; errstr?: string };
  if (code !== 'ERR_SQLITE_ERROR') return error;
  const primary = (errcode ?? 0) & 0xff;
  const problem = `sqlite: ${errstr ?? String(error)}`;
  const fields = { operation: 'use the journal', place: file, problem, cause: error };
  switch (primary) {
    case codes.corrupt:
    case codes.notADatabase:
      return damaged(file, problem, error);
    case codes.busy:
      return new Failure('timed-out', {
        ...fields,
        hint: 'Another process holds the journal; see which one with `fuser`, and try again.',
      });
    case codes.full:
      return new Failure('disk-full', {
        ...fields,
        hint: 'Make room in the file system of the state directory, and try again.',
      });
    case codes.readOnly:
    case codes.cannotOpen:
      return new Failure('file-unusable', {
        ...fields,
        hint: 'Run Holdfast as root or as the user that owns the journal, or set stateDirectory in holdfast.yaml.',
      });
    case codes.ioError:
      return new Failure('file-unusable', {
        ...fields,
        hint: 'Look for errors of the disk in the log of the kernel (`dmesg`), and for room in its file system.',
      });
    default:
      return error;
  }
}
