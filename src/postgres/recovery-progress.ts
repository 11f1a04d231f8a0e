import type { Lsn } from '../model/wal.ts';
import { parseLsn } from '../model/wal.ts';
import type { Connectable, QueryOptions } from './query.ts';
import { queryRow } from './query.ts';

/** Where recovery is. */
export interface RecoveryProgress {
  readonly inRecovery: boolean;
  /** Replay stands still and waits: the target is reached, or somebody paused it. */
  readonly paused: boolean;
  /** End of what was replayed; after recovery the position up to which was written. */
  readonly replayLsn: Lsn | undefined;
  /** Commit time of the last replayed transaction, microseconds since the epoch; undefined when none was. */
  readonly replayTime: bigint | undefined;
  readonly timeline: number;
}

/**
 * Asks a server how far its recovery is. It must be a hot standby that lets clients in.
 *
 * The timeline during recovery is the one that replay has come to (pg_control_recovery), which the checkpoint's
 * timeline may lag behind.
 *
 * @throws Failure server-unreachable while it does not accept connections yet
 * @see https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-RECOVERY-CONTROL
 */
export async function readRecovery(
  server: Connectable,
  options: QueryOptions = {},
): Promise<RecoveryProgress> {
  const row = await queryRow<{
    recovery: boolean;
    paused: boolean;
    lsn: string | null;
    time: string | null;
    timeline: number;
  }>(
    server,
    `SELECT pg_is_in_recovery() AS recovery,
            CASE WHEN pg_is_in_recovery() THEN pg_is_wal_replay_paused() ELSE false END AS paused,
            CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END::text AS lsn,
            (extract(epoch FROM pg_last_xact_replay_timestamp()) * 1000000)::numeric(20, 0)::text AS time,
            CASE WHEN pg_is_in_recovery()
                 THEN (SELECT greatest(r.min_recovery_end_timeline, c.timeline_id)
                         FROM pg_control_recovery() r, pg_control_checkpoint() c)
                 ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int END AS timeline`,
    { database: 'postgres', ...options },
  );
  return {
    inRecovery: row.recovery,
    paused: row.paused,
    replayLsn: row.lsn === null ? undefined : parseLsn(row.lsn),
    replayTime: row.time === null ? undefined : BigInt(row.time),
    timeline: row.timeline,
  };
}
