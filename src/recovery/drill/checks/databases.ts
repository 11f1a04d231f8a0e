import { queryRows } from '../../../postgres/query.ts';
import type { DrillCheckContext } from '../drill-check.ts';

export interface RestoredDatabase {
  readonly name: string;
  readonly bytes: number;
}

/** The databases of the restored cluster that one can connect to, the largest first. */
export async function listDatabases({
  copy,
  signal,
}: Pick<DrillCheckContext, 'copy' | 'signal'>): Promise<RestoredDatabase[]> {
  const rows = await queryRows<{ name: string; bytes: string }>(
    copy.server,
    `SELECT datname AS name, pg_database_size(oid)::text AS bytes FROM pg_database
      WHERE datallowconn ORDER BY pg_database_size(oid) DESC, datname`,
    { database: 'postgres', timeoutMs: 300_000, signal },
  );
  return rows.map(({ name, bytes }) => ({ name, bytes: Number(bytes) }));
}
