import { isFailure } from '../../model/failure.ts';
import type { KeptSessions } from '../../postgres/kept-sessions.ts';
import { queryRows } from '../../postgres/query.ts';
import type { ClusterObservation } from './observations.ts';

/** Bytes of each database that production has now; undefined when it does not answer. */
export async function observeDatabaseSizes(
  { server, state }: Pick<ClusterObservation, 'server' | 'state'>,
  sessions: KeptSessions | undefined,
): Promise<Readonly<Record<string, number>> | undefined> {
  if (!state.accepting) return undefined;
  try {
    const rows = await queryRows<{ name: string; bytes: string }>(
      { ...server, sessions },
      'SELECT datname AS name, pg_database_size(oid)::text AS bytes FROM pg_database',
      { database: 'postgres' },
    );
    return Object.fromEntries(rows.map(({ name, bytes }) => [name, Number(bytes)]));
  } catch (error) {
    // The estimate is then the whole cluster, which is on the safe side.
    if (isFailure(error, 'server-unreachable', 'server-failed', 'timed-out')) return undefined;
    throw error;
  }
}
