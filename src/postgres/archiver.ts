import type { Lsn } from '../model/wal.ts';
import { parseLsn, segmentName } from '../model/wal.ts';
import type { Connectable, QueryOptions } from './query.ts';
import { queryRow, quoteLiteral } from './query.ts';

/** pg_stat_archiver. Times are epoch milliseconds. @see https://www.postgresql.org/docs/current/monitoring-stats.html */
export interface ArchiverStatus {
  readonly archivedCount: number;
  readonly lastArchived: string | undefined;
  readonly lastArchivedAt: number | undefined;
  readonly failedCount: number;
  readonly lastFailed: string | undefined;
  readonly lastFailedAt: number | undefined;
}

/** A segment that was ended on purpose. */
export interface SwitchedSegment {
  /** File name; everything up to `lsn` is in it or before it. */
  readonly segment: string;
  readonly lsn: Lsn;
}

/** What the archiver did since its statistics were reset. */
export async function readArchiverStatus(
  server: Connectable,
  options: QueryOptions = {},
): Promise<ArchiverStatus> {
  const row = await queryRow<{
    archived: string;
    last: string | null;
    last_at: string | null;
    failed: string;
    last_failed: string | null;
    last_failed_at: string | null;
  }>(
    server,
    `SELECT archived_count::text AS archived, last_archived_wal AS last,
            (extract(epoch FROM last_archived_time) * 1000)::bigint::text AS last_at,
            failed_count::text AS failed, last_failed_wal AS last_failed,
            (extract(epoch FROM last_failed_time) * 1000)::bigint::text AS last_failed_at
       FROM pg_stat_archiver`,
    options,
  );
  return {
    archivedCount: Number(row.archived),
    lastArchived: row.last ?? undefined,
    lastArchivedAt: row.last_at === null ? undefined : Number(row.last_at),
    failedCount: Number(row.failed),
    lastFailed: row.last_failed ?? undefined,
    lastFailedAt: row.last_failed_at === null ? undefined : Number(row.last_failed_at),
  };
}

/**
 * Writes a restore point, so that there is something to switch, and ends its segment.
 *
 * The name is computed from the record's own position: pg_walfile_name of the position that pg_switch_wal returns is
 * the segment before or the one after, by version, because it is a segment's boundary.
 *
 * @param name of the restore point, at most 63 bytes
 * @throws Failure server-failed in recovery, where WAL is not written
 */
export async function switchWal(
  server: Connectable,
  name: string,
  options: QueryOptions = {},
): Promise<SwitchedSegment> {
  // Volatile functions in one query run in the order of the subqueries' evaluation, which nothing promises: two
  // queries keep the order. What others write in between only makes the segment end earlier.
  const point = await queryRow<{ lsn: string; timeline: string; size: string }>(
    server,
    `SELECT p.lsn::text AS lsn, substr(pg_walfile_name(p.lsn), 1, 8) AS timeline, s.setting AS size
       FROM pg_create_restore_point(${quoteLiteral(name)}) AS p(lsn),
            pg_settings s WHERE s.name = 'wal_segment_size'`,
    options,
  );
  await queryRow(server, 'SELECT pg_switch_wal()::text AS lsn', options);
  const lsn = parseLsn(point.lsn);
  if (lsn === undefined) throw new Error(`not an LSN: ${point.lsn}`);
  const size = Number(point.size);
  const timeline = Number.parseInt(point.timeline, 16);
  // The position is the end of the record, so one before it is certainly inside.
  return { segment: segmentName({ timeline, number: (lsn - 1n) / BigInt(size) }, size), lsn };
}

/** Where the server writes next: position and segment. Primary only. */
export async function readWalPosition(
  server: Connectable,
  options: QueryOptions = {},
): Promise<{ readonly lsn: Lsn; readonly segment: string }> {
  const row = await queryRow<{ lsn: string; timeline: string; size: string }>(
    server,
    `SELECT p.lsn::text AS lsn, substr(pg_walfile_name(p.lsn), 1, 8) AS timeline, s.setting AS size
       FROM pg_current_wal_lsn() AS p(lsn), pg_settings s WHERE s.name = 'wal_segment_size'`,
    options,
  );
  const lsn = parseLsn(row.lsn) ?? 0n;
  const size = Number(row.size);
  return {
    lsn,
    segment: segmentName({ timeline: Number.parseInt(row.timeline, 16), number: lsn / BigInt(size) }, size),
  };
}
