import type { DatabaseSync } from 'node:sqlite';
import { Failure } from '../model/failure.ts';
import { runsAndSteps } from './migrations/0001-runs-and-steps.ts';
import { auditBeatsSchedule } from './migrations/0002-audit-beats-schedule.ts';
import { walLedger } from './migrations/0003-wal-ledger.ts';
import { timelines } from './migrations/0004-timelines.ts';
import { samplesAndHeartbeats } from './migrations/0005-samples-heartbeats.ts';
import { findings } from './migrations/0006-findings.ts';
import { deliveries } from './migrations/0007-deliveries.ts';
import { incidents } from './migrations/0008-incidents.ts';
import { copies } from './migrations/0009-copies.ts';
import { reports } from './migrations/0011-reports.ts';

/** In order; the number of a migration is its place, counted from 1, and becomes `user_version`. */
const migrations: readonly string[] = [
  runsAndSteps,
  auditBeatsSchedule,
  walLedger,
  timelines,
  samplesAndHeartbeats,
  findings,
  deliveries,
  incidents,
  copies,
  reports,
];

/** `HFST`: tells our file from any other SQLite database (https://www.sqlite.org/pragma.html#pragma_application_id). */
export const applicationId = 0x48465354;

/**
 * Brings a journal to the present schema, one transaction a migration, so that a kill in between leaves a whole one.
 * Two processes may open a new journal at once: the version is read again under the write lock.
 *
 * @throws Failure journal-damaged when the file belongs to another program or to a newer Holdfast
 */
export function migrate(database: DatabaseSync, file: string): void {
  refuseForeignFile(database, file);
  while (versionOf(database) < migrations.length) {
    database.exec('BEGIN IMMEDIATE');
    try {
      const version = versionOf(database);
      const migration = migrations[version];
      if (migration !== undefined) {
        database.exec(migration);
        database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${version + 1}`);
      }
      database.exec('COMMIT');
    } catch (error) {
      // SQLite has rolled back by itself after some errors, a full disk among them.
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  }
}

function refuseForeignFile(database: DatabaseSync, file: string): void {
  const version = versionOf(database);
  const application = pragma(database, 'application_id');
  if (application !== applicationId && (application !== 0 || version !== 0)) {
    throw new Failure('journal-damaged', {
      operation: 'open the journal',
      place: file,
      problem: `the file belongs to another program (application id ${application})`,
      hint: 'Choose another state directory, or move the file aside.',
    });
  }
  if (version > migrations.length) {
    throw new Failure('journal-damaged', {
      operation: 'open the journal',
      place: file,
      problem: `it was written by a newer holdfast (schema ${version}, this one knows ${migrations.length})`,
      hint: 'Use that newer version of Holdfast on this host.',
    });
  }
}

function versionOf(database: DatabaseSync): number {
  return pragma(database, 'user_version');
}

function pragma(database: DatabaseSync, name: string): number {
  const row = database.prepare(`PRAGMA ${name}`).get();
  return Number(row?.[name] ?? 0);
}
