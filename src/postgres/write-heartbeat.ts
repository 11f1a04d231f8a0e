import { Failure } from '../model/failure.ts';
import type { Lsn } from '../model/wal.ts';
import { readLsn } from './primary-facts.ts';
import { type Connectable, queryReturning, queryRow, type QueryOptions, quoteLiteral } from './query.ts';

/** What a heartbeat says of itself, beside the time, which is the server's own. */
export interface HeartbeatIdentity {
  readonly stanza: string;
  readonly systemIdentifier: bigint;
  readonly timeline: number;
  /** Of this Holdfast: two hosts may beat for one stanza. */
  readonly installation: string;
  /** Grows by one with each heartbeat of this installation and stanza. */
  readonly sequence: number;
}

/** A heartbeat that is on disk of the primary. */
export interface WrittenHeartbeat {
  /** The server's clock before the commit, epoch milliseconds: the commit is not earlier. */
  readonly at: number;
  /** WAL up to here holds its commit. */
  readonly lsn: Lsn;
}

/** The prefix of logical messages; a decoder that does not want them leaves it out by this name. */
export const heartbeatPrefix = 'holdfast';

interface BeatRow {
  readonly local: string;
  readonly at: number | null;
}

/**
 * Writes a heartbeat: one transaction with a real commit record, at which recovery to a time can stop.
 *
 * The server itself looks again whether it is the primary that was meant: in the same statement, so that nothing is
 * written to a standby, to another cluster that listens at this place now, or on another timeline. The commit is flushed
 * locally and waits for no standby (`synchronous_commit = local`): a standby that hangs does not hang us, and what counts
 * is that the WAL is archived.
 *
 * @throws Failure server-failed when the server is no longer that primary, or lets us not write; as queryRow does
 */
export async function writeHeartbeat(
  server: Connectable,
  form: 'message' | 'table',
  identity: HeartbeatIdentity,
  options: QueryOptions = {},
): Promise<WrittenHeartbeat> {
  const row =
    form === 'message'
      ? await queryRow<BeatRow>(server, messageStatement(identity), options)
      : await queryReturning<BeatRow>(server, tableStatement(identity), options);
  if (row === undefined || row.at === null) throw changed(server, identity);
  const { lsn } = await queryRow<{ lsn: string }>(
    server,
    'SELECT pg_current_wal_insert_lsn()::text AS lsn',
    options,
  );
  return { at: row.at, lsn: readLsn(lsn) };
}

const epoch = 'floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint';

/** Fails in recovery, where pg_current_wal_insert_lsn does. */
function isMeant({ systemIdentifier, timeline }: HeartbeatIdentity): string {
  return `(SELECT system_identifier FROM pg_control_system()) = ${systemIdentifier}
    AND ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int = ${timeline}`;
}

/** @see https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-REPLICATION */
function messageStatement(identity: HeartbeatIdentity): string {
  const { stanza, systemIdentifier, timeline, installation, sequence } = identity;
  const content = JSON.stringify({
    stanza,
    systemIdentifier: String(systemIdentifier),
    timeline,
    installation,
    sequence,
  });
  return `SELECT set_config('synchronous_commit', 'local', true) AS local, beat.at,
      CASE WHEN beat.at IS NOT NULL THEN
        pg_logical_emit_message(true, '${heartbeatPrefix}',
          (${quoteLiteral(content)}::jsonb || jsonb_build_object('at', beat.at))::text)::text END AS message
    FROM (SELECT CASE WHEN ${isMeant(identity)} THEN ${epoch} END AS at OFFSET 0) beat`;
}

function tableStatement(identity: HeartbeatIdentity): string {
  const { stanza, systemIdentifier, timeline, installation, sequence } = identity;
  const values = [quoteLiteral(stanza), systemIdentifier, timeline, quoteLiteral(installation), sequence];
  return `INSERT INTO holdfast.heartbeat AS present
      (id, at, stanza, system_identifier, timeline, installation, sequence)
    SELECT 1, clock_timestamp(), ${values.join(', ')} WHERE ${isMeant(identity)}
    ON CONFLICT (id) DO UPDATE SET at = excluded.at, stanza = excluded.stanza,
      system_identifier = excluded.system_identifier, timeline = excluded.timeline,
      installation = excluded.installation, sequence = excluded.sequence
    RETURNING json_build_object('local', set_config('synchronous_commit', 'local', true),
      'at', floor(extract(epoch FROM present.at) * 1000)::bigint)`;
}

function changed({ socketDirectory, node }: Connectable, identity: HeartbeatIdentity): Failure {
  return new Failure('server-failed', {
    operation: 'write a heartbeat',
    place: `${socketDirectory}, port ${node.port}`,
    problem: `the server is no longer the primary that was found (system identifier ${identity.systemIdentifier}, timeline ${identity.timeline})`,
    hint: 'Nothing was written. The next look finds the primary again.',
  });
}
