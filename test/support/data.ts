import { existsSync } from 'node:fs';
import type { TestCluster } from './cluster.ts';
import { forArchiving, waitUntil } from './wait-until.ts';

/** What a table of known rows holds: enough to tell any two states apart. */
export interface KnownRows {
  readonly count: number;
  /** Highest id; 0 when empty. */
  readonly highest: number;
  /** MD5 over all rows in order. */
  readonly digest: string;
}

/** Makes the table `known_rows (id, note, committed_at)` with ids 1 to `count`, each note computable from its id. */
export async function createKnownRows(
  cluster: TestCluster,
  count: number,
  table = 'known_rows',
): Promise<KnownRows> {
  await cluster.sql(`CREATE TABLE ${table} (
    id bigint PRIMARY KEY, note text NOT NULL, committed_at timestamptz NOT NULL DEFAULT clock_timestamp())`);
  return appendKnownRows(cluster, count, table);
}

/** Appends `count` rows in one transaction and gives the state after it. */
export async function appendKnownRows(
  cluster: TestCluster,
  count: number,
  table = 'known_rows',
): Promise<KnownRows> {
  await cluster.sql(`INSERT INTO ${table} (id, note)
    SELECT id, md5(id::text) FROM generate_series(
      (SELECT coalesce(max(id), 0) + 1 FROM ${table}), (SELECT coalesce(max(id), 0) + ${count} FROM ${table})) AS id`);
  return readKnownRows(cluster, table);
}

/** @throws Error when a note does not fit its id: then the table is damaged, not merely older or newer */
export async function readKnownRows(
  cluster: Pick<TestCluster, 'sql'>,
  table = 'known_rows',
): Promise<KnownRows> {
  const [row] = await cluster.sql(`SELECT count(*) AS count, coalesce(max(id), 0) AS highest,
      md5(coalesce(string_agg(id || note || committed_at, ',' ORDER BY id), '')) AS digest,
      count(*) FILTER (WHERE note <> md5(id::text)) AS damaged
    FROM ${table}`);
  if (row?.damaged !== '0') throw new Error(`${String(row?.damaged)} rows of ${table} are damaged`);
  return { count: Number(row.count), highest: Number(row.highest), digest: String(row.digest) };
}

/** pgbench's tables at a scale (1 is about 15 MiB). */
export async function loadPgbench(cluster: TestCluster, scale = 1): Promise<void> {
  await pgbench(cluster, ['-i', '-q', '--no-vacuum', '-s', String(scale)]);
}

async function pgbench(cluster: TestCluster, args: readonly string[]): Promise<void> {
  const connection = [
    '-h',
    cluster.socketDirectory,
    '-p',
    String(cluster.port),
    '-U',
    'postgres',
    'postgres',
  ];
  await cluster.sandbox.mustRun(cluster.binaries.pgbench, [...args, ...connection]);
}

/**
 * Waits until the server's clock is in the next second: the stop time of a backup set counts whole seconds, and
 * pgBackRest finds no set for a target in that same second (restore.c: `stop time less than`, error 75).
 */
export async function passSecond(cluster: TestCluster): Promise<void> {
  await cluster.sql(`SELECT pg_sleep(1.01 - extract(epoch FROM clock_timestamp())::numeric % 1)`);
}

/** A moment of the server, between everything committed before the call and everything after it. */
export interface Moment {
  /** `2026-11-20 10:30:00.123456+00` */
  readonly time: string;
  /** `0/3000110` */
  readonly lsn: string;
  readonly timeline: number;
}

/** Notes the server's clock and WAL position; a little later than the last commit and earlier than the next. */
export async function noteMoment(cluster: TestCluster): Promise<Moment> {
  const [row] =
    await cluster.sql(`SELECT pg_sleep(0.02) AS before, clock_timestamp() AS time, pg_current_wal_insert_lsn() AS lsn,
      (SELECT timeline_id FROM pg_control_checkpoint()) AS timeline, pg_sleep(0.02) AS after`);
  return { time: String(row?.time), lsn: String(row?.lsn), timeline: Number(row?.timeline) };
}

/** The transaction id of a commit made by this call. */
export async function commitWithXid(cluster: TestCluster, statement: string): Promise<string> {
  const rows = await cluster.sql(`BEGIN; ${statement}; SELECT pg_current_xact_id()::text AS xid; COMMIT;`);
  return String(rows[0]?.xid);
}

/** Switches to the next WAL segment and waits until the one before has been archived; gives its name. */
export async function archiveWal(cluster: TestCluster): Promise<string> {
  // Of the restore point, not of the position before it: right after a switch that one still names the segment before.
  const segment = await cluster.value(`SELECT pg_walfile_name(pg_create_restore_point('test'))`);
  await cluster.sql(`SELECT pg_switch_wal()`);
  const wal = `${cluster.dataDirectory}/pg_wal`;
  try {
    await waitUntil(
      `WAL segment ${segment} is archived`,
      // A checkpoint may remove both once it is archived, and never before.
      () => existsSync(`${wal}/archive_status/${segment}.done`) || !existsSync(`${wal}/${segment}`),
      forArchiving,
    );
  } catch (error) {
    const said = [await cluster.sql('SELECT * FROM pg_stat_archiver'), cluster.log().slice(-3000)];
    throw new Error(`${String(error)}\n${JSON.stringify(said, undefined, 1)}`, { cause: error });
  }
  return segment;
}
