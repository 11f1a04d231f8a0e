import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Actor } from '../model/actor.ts';
import { isFailure } from '../model/failure.ts';
import type { Journal } from './journal.ts';
import { putBackDeleted } from './follow-file.ts';
import { JournalDatabase, type ReplaceDatabase } from './journal-database.ts';
import { journalFiles, type JournalOwner, prepareJournalFile } from './journal-files.ts';
import { readMeta, writeMeta } from './journal-meta.ts';
import { migrate } from './migrate.ts';
import { isMissing } from './open-damaged.ts';
import {
  isRecoveryPending,
  type JournalRecovery,
  recoverJournal,
  withRecoveryLock,
} from './recover-journal.ts';
import { damaged, isDamage, nameSqliteError } from './sqlite-failure.ts';
import { SqliteJournal } from './sqlite-journal.ts';

export type { JournalOwner } from './journal-files.ts';

/** Milliseconds that a call waits for another process's transaction; each is one small write. */
const busyTimeoutMs = 10_000;

/** A bigger file is looked through once a day only: a look reads all of it, and every backup opens the journal. */
const smallFile = 4 * 1024 * 1024;
const dayMs = 86_400_000;

export interface OpenJournalDeps {
  /** Undefined leaves everything to the present user. */
  readonly owner: JournalOwner | undefined;
  readonly now: () => number;
  /** With it a damaged journal is moved aside and rebuilt out of what can be read; without it, damage is thrown. */
  readonly recovery?: RecoveryWish | undefined;
}

export interface RecoveryWish {
  /** For the audit trail. */
  readonly actor: Actor;
  readonly onRecovered: (recovery: JournalRecovery) => void;
}

/**
 * Opens `journal.sqlite` in the given directory and makes both where they are not there yet.
 *
 * Root and the database owner use the same file. Root therefore gives directory and file to the owner before SQLite
 * sees them, and SQLite, run as root, gives the `-wal` and `-shm` files that it makes to the owner of the database
 * (`robustFchown` in SQLite's os_unix.c).
 *
 * @throws Failure journal-damaged, or file-unusable when directory or file cannot be made or opened
 */
export function openJournal(directory: string, deps: OpenJournalDeps): Journal {
  const { recovery } = deps;
  if (recovery === undefined) return openWhole(directory, deps);
  try {
    if (!isRecoveryPending(directory)) return openWhole(directory, deps);
  } catch (error) {
    if (!isDamage(error)) throw error;
  }
  return withRecoveryLock(directory, deps.owner, () => openRecovered(directory, deps, recovery));
}

/** Under the lock: another process may have done it meanwhile. */
function openRecovered(
  directory: string,
  deps: OpenJournalDeps,
  { actor, onRecovered }: RecoveryWish,
): Journal {
  try {
    if (!isRecoveryPending(directory)) return openWhole(directory, deps);
  } catch (error) {
    if (!isDamage(error)) throw error;
  }
  onRecovered(recoverJournal(directory, { owner: deps.owner, now: deps.now, actor }));
  return openWhole(directory, deps);
}

/**
 * Moves a journal aside that opens but has damage within, as `journal --verify` finds it, and opens the new one. The
 * caller has closed it.
 */
export function rebuildJournal(
  directory: string,
  deps: OpenJournalDeps & { readonly recovery: RecoveryWish },
): Journal {
  const { owner, now, recovery } = deps;
  return withRecoveryLock(directory, owner, () => {
    recovery.onRecovered(recoverJournal(directory, { owner, now, actor: recovery.actor }));
    return openWhole(directory, deps);
  });
}

function openWhole(directory: string, deps: OpenJournalDeps): Journal {
  const { journal: file } = journalFiles(directory);
  const replace: ReplaceDatabase = (open, why) => {
    if (why === 'deleted')
      withRecoveryLock(directory, deps.owner, () => putBackDeleted(open, file, deps.owner));
    else open.close();
    return openChecked(directory, file, deps);
  };
  return new SqliteJournal(new JournalDatabase(openChecked(directory, file, deps), file, replace), deps.now);
}

function openChecked(directory: string, file: string, deps: OpenJournalDeps): DatabaseSync {
  // The log first: where another process makes a new journal right now, the file has its first page before there is a log.
  if (!isMissing(`${file}-wal`) && isMissing(file)) {
    throw damaged(file, 'the file is gone, its write-ahead log is still there');
  }
  prepareJournalFile(directory, file, deps.owner);
  const raw = openDatabase(file);
  // Another process has moved the damaged file away since it was looked for, so that this one is new and empty.
  if (isRecoveryPending(directory) && statSync(file, { throwIfNoEntry: false })?.size === 0) {
    raw.close();
    throw damaged(file, 'it is being rebuilt by another process');
  }
  try {
    enterWalMode(raw);
    raw.exec('PRAGMA synchronous = FULL');
    const checked = checkIfSmall(raw, file);
    migrate(raw, file);
    if (!checked) checkDaily(raw, file, deps.now());
    return raw;
  } catch (error) {
    raw.close();
    throw nameSqliteError(error, file);
  }
}

/** Two that make a new journal at the same moment: the other one needs a few milliseconds. */
const [walAttempts, walPauseMs] = [100, 20];

/**
 * While root makes the log it is root's for a moment, before SQLite gives it to the owner of the database (`findCreateFileMode`
 * and `robustFchown` in SQLite's os_unix.c): the owner cannot open it then.
 */
const foreignAttempts = 15;

/**
 * The change to WAL is the one statement that does not wait for others: of two connections that make it at once, SQLite
 * tells one at once that the file is busy (sqlite.org/wal.html, "Sometimes Queries Return SQLITE_BUSY In WAL Mode").
 */
function enterWalMode(raw: DatabaseSync): void {
  for (let attempt = 1; ; attempt += 1) {
    try {
      raw.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      const named = nameSqliteError(error, '');
      const isForeign = isFailure(named, 'file-unusable') && attempt < foreignAttempts;
      if (!isForeign && !(isFailure(named, 'timed-out') && attempt < walAttempts)) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, walPauseMs);
    }
  }
}

function openDatabase(file: string): DatabaseSync {
  try {
    return new DatabaseSync(file, { enableForeignKeyConstraints: true, timeout: busyTimeoutMs });
  } catch (error) {
    throw nameSqliteError(error, file);
  }
}

function checkIfSmall(raw: DatabaseSync, file: string): boolean {
  if (statSync(file).size > smallFile) return false;
  refuseDamage(raw, file);
  return true;
}

function checkDaily(raw: DatabaseSync, file: string, now: number): void {
  const database = new JournalDatabase(raw, file);
  const last = Number(readMeta(database, 'checked-at') ?? 0);
  if (Math.abs(now - last) < dayMs) return;
  refuseDamage(raw, file);
  writeMeta(database, 'checked-at', String(now));
}

function refuseDamage(database: DatabaseSync, file: string): void {
  const row = database.prepare('PRAGMA quick_check(1)').get();
  const verdict = String(row?.['quick_check'] ?? 'no answer');
  if (verdict !== 'ok') throw damaged(file, `sqlite finds it damaged: ${verdict}`);
}
