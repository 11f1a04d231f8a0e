import type { Stanza } from '../../config/configuration.ts';
import { heartbeatTableStatements, readHeartbeatTable } from '../../postgres/heartbeat-table.ts';
import { runStatements } from '../../postgres/query.ts';
import type { Server } from '../../postgres/server.ts';
import type { ObservedServer } from './setup-observations.ts';

/** Looks for the table of heartbeats. @returns undefined where heartbeats are no rows */
export async function observeHeartbeatTable(
  stanza: Stanza,
  server: Server,
): Promise<ObservedServer['heartbeat']> {
  if (stanza.heartbeat?.form !== 'table') return undefined;
  const table = await readHeartbeatTable(server, roleOf(server));
  return { exists: table.exists, statements: heartbeatTableStatements(roleOf(server), table) };
}

/** Makes the table, or lets the role write into it. Does nothing where that is so. */
export async function makeHeartbeatTable(stanza: Stanza, server: Server): Promise<void> {
  const found = await observeHeartbeatTable(stanza, server);
  if (found !== undefined) await runStatements(server, found.statements);
}

/** Who beats from other hosts: the role of backups. On this host it is the owner of the server, who made the table. */
function roleOf({ node, owner }: Server): string | undefined {
  return node.databaseUser === owner.name ? undefined : node.databaseUser;
}
