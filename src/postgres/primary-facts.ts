import { type Lsn, parseLsn } from '../model/wal.ts';
import type { ArchiverStatus } from './archiver.ts';
import { type Connectable, queryRow, type QueryOptions } from './query.ts';

/** What one query tells of a primary. */
export interface PrimaryFacts {
  readonly systemIdentifier: bigint;
  readonly major: number;
  /** The one it writes on. */
  readonly timeline: number;
  readonly insertLsn: Lsn;
  /** Bytes. */
  readonly segmentSize: number;
  /** Seconds; 0 is off. */
  readonly archiveTimeout: number;
  readonly archiveMode: string;
  /** `archivedCount` is not among what rules believe: queue-max lets it grow while WAL is thrown away. */
  readonly archiver: ArchiverStatus;
  /** The server's clock, epoch milliseconds. */
  readonly clock: number;
  readonly may: {
    /** pg_ls_waldir and pg_ls_archive_statusdir: members of pg_monitor. */
    readonly listWal: boolean;
    /** pg_read_file: superusers, or who was let. */
    readonly readFiles: boolean;
  };
}

interface FactsRow {
  readonly system: string;
  readonly version: number;
  readonly timeline: string;
  readonly lsn: string;
  readonly size: number;
  readonly timeout: number;
  readonly mode: string;
  readonly archived: string;
  readonly last: string | null;
  readonly last_at: number | null;
  readonly failed: string;
  readonly last_failed: string | null;
  readonly last_failed_at: number | null;
  readonly clock: number;
  readonly list_wal: boolean;
  readonly read_files: boolean;
}

/*
 * Everything but the last two columns is for every role: https://www.postgresql.org/docs/current/functions-admin.html
 * and functions-info.html, "Control Data Functions". Versions before 12 have no pg_ls_archive_statusdir. In recovery the position cannot be asked for, so that a server that
 * is no primary any more gives no row.
 */
const factsQuery = `SELECT
    (SELECT system_identifier FROM pg_control_system())::text AS system,
    current_setting('server_version_num')::int AS version,
    substr(pg_walfile_name(position.lsn), 1, 8) AS timeline, position.lsn::text AS lsn,
    (SELECT setting::int FROM pg_settings WHERE name = 'wal_segment_size') AS size,
    (SELECT setting::int FROM pg_settings WHERE name = 'archive_timeout') AS timeout,
    current_setting('archive_mode') AS mode,
    archived_count::text AS archived, last_archived_wal AS last,
    floor(extract(epoch FROM last_archived_time) * 1000) AS last_at,
    failed_count::text AS failed, last_failed_wal AS last_failed,
    floor(extract(epoch FROM last_failed_time) * 1000) AS last_failed_at,
    floor(extract(epoch FROM clock_timestamp()) * 1000) AS clock,
    coalesce(has_function_privilege(to_regprocedure('pg_ls_waldir()'), 'EXECUTE')
      AND has_function_privilege(to_regprocedure('pg_ls_archive_statusdir()'), 'EXECUTE'), false) AS list_wal,
    coalesce(has_function_privilege(to_regprocedure('pg_read_file(text, bigint, bigint, boolean)'), 'EXECUTE'),
      false) AS read_files
  FROM pg_stat_archiver, (SELECT pg_current_wal_insert_lsn() AS lsn) position`;

/**
 * Asks a primary where it is and how its archiving goes.
 *
 * @throws Failure server-failed (SQLSTATE 55000) when it is a standby now; and as queryRow does
 */
export async function readPrimaryFacts(
  server: Connectable,
  options: QueryOptions = {},
): Promise<PrimaryFacts> {
  const row = await queryRow<FactsRow>(server, factsQuery, options);
  return {
    systemIdentifier: BigInt(row.system),
    major: Math.floor(row.version / 10_000),
    timeline: Number.parseInt(row.timeline, 16),
    insertLsn: readLsn(row.lsn),
    segmentSize: row.size,
    archiveTimeout: row.timeout,
    archiveMode: row.mode,
    archiver: {
      archivedCount: Number(row.archived),
      lastArchived: row.last ?? undefined,
      lastArchivedAt: row.last_at ?? undefined,
      failedCount: Number(row.failed),
      lastFailed: row.last_failed ?? undefined,
      lastFailedAt: row.last_failed_at ?? undefined,
    },
    clock: row.clock,
    may: { listWal: row.list_wal, readFiles: row.read_files },
  };
}

/** What lies in pg_wal of a server, asked over a connection: for one of another host. */
export interface WalFiles {
  readonly segments: number;
  readonly bytes: number;
  readonly ready: number;
}

/** @throws Failure server-failed when the role may not; see `PrimaryFacts.may` */
export async function listWalFiles(server: Connectable, options: QueryOptions = {}): Promise<WalFiles> {
  return queryRow<WalFiles>(
    server,
    `SELECT (SELECT count(*) FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$') AS segments,
            (SELECT coalesce(sum(size), 0)::bigint FROM pg_ls_waldir()) AS bytes,
            (SELECT count(*) FROM pg_ls_archive_statusdir() WHERE name ~ '^[0-9A-F]{24}[.]ready$') AS ready`,
    options,
  );
}

/** The text of a history file in pg_wal. @returns undefined when it is not there */
export async function readHistoryFile(
  server: Connectable,
  name: string,
  options: QueryOptions = {},
): Promise<string | undefined> {
  const sql = `SELECT pg_read_file('pg_wal/${name}', 0, 1048576, true) AS content`;
  const { content } = await queryRow<{ content: string | null }>(server, sql, options);
  return content ?? undefined;
}

/** @throws Error when the server says something that is none: a bug */
export function readLsn(text: string): Lsn {
  const lsn = parseLsn(text);
  if (lsn === undefined) throw new Error(`not an LSN: ${text}`);
  return lsn;
}
