import { join } from 'node:path';
import { queryRows } from '../../../postgres/query.ts';
import { serverEnvironment } from '../../../postgres/server-environment.ts';
import { runCommand } from '../../../process/run-command.ts';
import { type DrillCheckContext, failed, passed, type RunDrillCheck } from '../drill-check.ts';

/**
 * Reads everything once: each database is dumped to nowhere. What pg_dump can read, SELECT can, TOAST and large objects
 * too; indexes are not read by it.
 *
 * @see https://www.postgresql.org/docs/current/app-pgdump.html
 */
export const checkRead: RunDrillCheck = async (context) => {
  const databases = await queryRows<{ name: string; bytes: string }>(
    context.copy.server,
    'SELECT datname AS name, pg_database_size(oid)::text AS bytes FROM pg_database WHERE datallowconn ORDER BY datname',
    { database: 'postgres', signal: context.signal },
  );
  const problems: string[] = [];
  for (const { name } of databases) {
    const problem = await dump(name, context);
    if (problem !== undefined) problems.push(`${name}: ${problem}`);
  }
  const facts = { databases: databases.map(({ name, bytes }) => ({ name, bytes: Number(bytes) })) };
  if (problems.length > 0) return failed(problems.join('; '), facts);
  return passed(`${databases.length} databases were read whole`, facts);
};

async function dump(database: string, { copy, signal }: DrillCheckContext): Promise<string | undefined> {
  const { server } = copy;
  const result = await runCommand({
    command: join(server.binDirectory, 'pg_dump'),
    args: [
      `--host=${server.socketDirectory}`,
      `--port=${server.node.port}`,
      `--username=${server.owner.name}`,
      '--file=/dev/null',
      `--dbname=${database}`,
    ],
    env: serverEnvironment(server.owner, server.binDirectory),
    runAs: server.runAs,
    signal,
  });
  if (result.code === 0) return undefined;
  return result.stderr.trim().split('\n').at(-1) ?? `pg_dump ended with ${result.code}`;
}
