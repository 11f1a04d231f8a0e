import { existsSync, mkdirSync, readFileSync, renameSync, statSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Actor } from '../model/actor.ts';
import { rebuiltAction } from './audit-losses.ts';
import { JournalDatabase } from './journal-database.ts';
import {
  flushPath,
  giveAway,
  journalFiles,
  type JournalOwner,
  makeOwnedFile,
  unusable,
} from './journal-files.ts';
import { writeMeta } from './journal-meta.ts';
import { migrate } from './migrate.ts';
import { openDamaged } from './open-damaged.ts';
import { nothingSalvaged, type Salvage, salvageJournal } from './salvage-journal.ts';
import { SqliteAuditTrail } from './sqlite-audit-trail.ts';
import { nameSqliteError } from './sqlite-failure.ts';

/** What became of a damaged journal. */
export interface JournalRecovery {
  /** The directory with the damaged files, which are kept as they were. */
  readonly aside: string;
  /** Undefined when a killed rebuilding had done all but its last step; the audit trail has what it found. */
  readonly salvage: Salvage | undefined;
}

export interface RecoveryDeps {
  readonly owner: JournalOwner | undefined;
  readonly now: () => number;
  /** For the audit trail. */
  readonly actor: Actor;
}

/** Milliseconds that others wait for the one that rebuilds. */
const lockTimeoutMs = 120_000;

/** True when a rebuilding was begun and not ended. */
export function isRecoveryPending(directory: string): boolean {
  return existsSync(journalFiles(directory).rebuilding);
}

/**
 * Holds the lock of rebuilding while `work` runs: a write lock on an SQLite file of its own, which ends with the process.
 *
 * @throws Failure timed-out, file-unusable, disk-full
 */
export function withRecoveryLock<Result>(
  directory: string,
  owner: JournalOwner | undefined,
  work: () => Result,
): Result {
  const { lock } = journalFiles(directory);
  let database: DatabaseSync | undefined;
  try {
    if (!existsSync(lock)) makeOwnedFile(lock, owner);
    database = new DatabaseSync(lock, { timeout: lockTimeoutMs });
    database.exec('BEGIN EXCLUSIVE');
    return work();
  } catch (error) {
    throw unusable(nameSqliteError(error, lock), lock);
  } finally {
    database?.close();
  }
}

/**
 * Moves a damaged journal aside and puts a new one with all that can be read in its place. Killed at any line, the next
 * call goes on: until the damaged files are all in `journal.rebuilding` they are moved; then the new journal is made
 * there, anew each time; with it in place, `journal.rebuilding` is renamed to `journal.damaged-TIME`, and stays.
 *
 * The caller holds the lock.
 *
 * @throws Failure file-unusable, disk-full: then nothing is lost, and the next call goes on
 */
export function recoverJournal(directory: string, deps: RecoveryDeps): JournalRecovery {
  const { journal, rebuilding } = journalFiles(directory);
  try {
    if (!existsSync(rebuilding)) {
      mkdirSync(rebuilding, { mode: 0o750 });
      giveAway(rebuilding, deps.owner);
    }
    const aside = moveDamaged(directory, deps.now());
    const salvage = isInPlace(journal) ? undefined : rebuild(directory, aside, deps);
    for (const name of ['rebuilt.sqlite', 'copy.sqlite']) removeDatabase(join(rebuilding, name));
    renameSync(rebuilding, aside);
    flushPath(directory);
    return { aside, salvage };
  } catch (error) {
    throw unusable(nameSqliteError(error, journal), journal);
  }
}

const suffixes = ['-wal', '-shm', ''] as const;

/**
 * The file itself goes last: once the note `aside` is there too, all of it is.
 *
 * @returns the directory where it all ends up, the same for each call that goes on
 */
function moveDamaged(directory: string, now: number): string {
  const { journal, rebuilding } = journalFiles(directory);
  const note = join(rebuilding, 'aside');
  if (existsSync(note)) return join(directory, basename(readFileSync(note, 'utf8').trim()));
  for (const suffix of suffixes) {
    const target = join(rebuilding, `journal.sqlite${suffix}`);
    if (existsSync(journal + suffix) && !existsSync(target)) renameSync(journal + suffix, target);
  }
  flushPath(rebuilding);
  flushPath(directory);
  const aside = freeName(directory, now);
  writeFileSync(`${note}.new`, `${basename(aside)}\n`, { flush: true });
  renameSync(`${note}.new`, note);
  flushPath(rebuilding);
  return aside;
}

/** After the move there is a file of that name only when the rebuilt one was put there, or an empty one by who came late. */
function isInPlace(journal: string): boolean {
  return (statSync(journal, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

function rebuild(directory: string, aside: string, deps: RecoveryDeps): Salvage {
  const { journal, rebuilding, rebuilt } = journalFiles(directory);
  removeDatabase(rebuilt);
  const copy = join(rebuilding, 'copy.sqlite');
  const damaged = join(rebuilding, 'journal.sqlite');
  const salvage = fillNew(rebuilt, deps, aside, (to) => {
    const from = openDamaged(damaged, copy, rebuilt);
    if (from === undefined) return nothingSalvaged;
    try {
      return salvageJournal(from, to);
    } finally {
      from.close();
    }
  });
  giveAway(rebuilt, deps.owner);
  flushPath(rebuilt);
  renameSync(rebuilt, journal);
  flushPath(directory);
  return salvage;
}

function fillNew(
  file: string,
  deps: RecoveryDeps,
  aside: string,
  fill: (to: JournalDatabase) => Salvage,
): Salvage {
  makeOwnedFile(file, deps.owner);
  const raw = new DatabaseSync(file, { enableForeignKeyConstraints: true });
  using to = new JournalDatabase(raw, file);
  raw.exec('PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL');
  migrate(raw, file);
  const salvage = fill(to);
  to.write(() => {
    writeMeta(to, 'repositories', 'pending');
    const { complete, ...counts } = salvage;
    new SqliteAuditTrail(to, deps.now).append({
      actor: deps.actor,
      action: rebuiltAction,
      stanza: undefined,
      runId: undefined,
      details: { ...counts, runsMayBeLost: !complete, damagedFiles: aside },
    });
  });
  return salvage;
}

function removeDatabase(file: string): void {
  for (const suffix of [...suffixes, '-journal']) rmSync(file + suffix, { force: true });
}

/** `journal.damaged-20261120T103000Z`, with a number when that is taken. */
function freeName(directory: string, now: number): string {
  const name = `journal.damaged-${new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
  for (let count = 1; ; count++) {
    const path = join(directory, count === 1 ? name : `${name}-${count}`);
    if (!existsSync(path)) return path;
  }
}
