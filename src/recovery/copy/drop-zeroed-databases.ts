import { queryRows, quoteIdentifier, runStatements } from '../../postgres/query.ts';
import type { Server } from '../../postgres/server.ts';

/** What every restore has, whatever is asked for. */
export const systemDatabases = ['postgres', 'template0', 'template1'] as const;

/**
 * Drops the databases of a copy whose files were restored as zeros: nobody could connect to them, and the catalogue
 * should not say that they are there.
 *
 * @param wanted the databases that were restored
 * @see https://pgbackrest.org/user-guide.html#restore/option-db-include
 */
export async function dropZeroedDatabases(server: Server, wanted: readonly string[]): Promise<void> {
  const kept = new Set<string>([...wanted, ...systemDatabases]);
  const rows = await queryRows<{ name: string }>(server, 'SELECT datname AS name FROM pg_database', {
    database: 'postgres',
  });
  const zeroed = rows.map(({ name }) => name).filter((name) => !kept.has(name));
  const force = server.major >= 13 ? ' WITH (FORCE)' : '';
  await runStatements(
    server,
    zeroed.flatMap((name) => [
      `ALTER DATABASE ${quoteIdentifier(name)} IS_TEMPLATE false`,
      `DROP DATABASE ${quoteIdentifier(name)}${force}`,
    ]),
    { database: 'postgres', timeoutMs: 600_000 },
  );
}
