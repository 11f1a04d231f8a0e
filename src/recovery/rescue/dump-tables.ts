import { join } from 'node:path';
import { Failure } from '../../model/failure.ts';
import { serverEnvironment } from '../../postgres/server-environment.ts';
import { quoteIdentifier } from '../../postgres/query.ts';
import { SpawnError } from '../../process/run-command.ts';
import { streamCommand } from '../../process/stream-command.ts';
import { quoteName } from './match-table.ts';
import type { Side } from './read-tables.ts';
import { ScriptFile } from './script-file.ts';
import type { RelationName } from './table-facts.ts';

/** What is dumped: whole schemas or single tables. pg_dump takes one of the two in one call (`-n` beats `-t`). */
export type DumpChoice =
  | { readonly schemas: readonly string[] }
  | { readonly tables: readonly RelationName[] };

/** `before`: definitions and data. `after`: indexes, constraints, triggers. `whole`: all of it. */
export type DumpPart = 'before' | 'after' | 'whole';

const sections: Readonly<Record<DumpPart, readonly string[]>> = {
  before: ['--section=pre-data', '--section=data'],
  after: ['--section=post-data'],
  whole: [],
};

/**
 * Dumps into a new file with the pg_dump of the server's own version. Publications are left out: whether what comes
 * back is sent elsewhere is not for a rescue to decide.
 *
 * @throws Failure server-failed; nothing-found when there is no pg_dump
 *
 * @see https://www.postgresql.org/docs/current/app-pgdump.html
 */
export async function dumpTables(
  side: Side,
  choice: DumpChoice,
  part: DumpPart,
  path: string,
): Promise<void> {
  const { server, database, user = server.owner.name, signal } = side;
  // In double quotes no letter of a pattern means anything: psql's manual, "Patterns".
  const chosen =
    'schemas' in choice
      ? choice.schemas.map((schema) => `--schema=${quoteIdentifier(schema)}`)
      : choice.tables.map((table) => `--table=${quoteName(table)}`);
  const options = ['--encoding=UTF8', '--no-publications', '--no-subscriptions', '--no-password'];
  const connection = ['-h', server.socketDirectory, '-p', String(server.node.port), '-U', user];
  await using dump = streamCommand({
    command: join(server.binDirectory, 'pg_dump'),
    args: [...options, ...connection, ...sections[part], '--strict-names', ...chosen],
    env: serverEnvironment(server.owner, server.binDirectory, {
      PGAPPNAME: 'holdfast',
      PGDATABASE: database,
      PGOPTIONS: '-c statement_timeout=0',
    }),
    runAs: server.runAs,
    input: '',
    signal,
  });
  await using file = await ScriptFile.create(path);
  for await (const chunk of dump.stdout as AsyncIterable<Buffer>) await file.add(chunk.toString('latin1'));
  await file.finish();
  const { code, stderr, stopped } = await dump.ended.catch((error: unknown) => {
    throw error instanceof SpawnError ? programMissing(server.binDirectory) : error;
  });
  if (code === 0) return;
  throw new Failure(stopped === 'abort' ? 'interrupted' : 'server-failed', {
    operation: 'dump the tables of the copy',
    place: server.socketDirectory,
    problem: stderr.trim().split('\n')[0] ?? `pg_dump ended with ${String(code)}`,
    hint: 'Nothing was changed.',
  });
}

function programMissing(directory: string): Failure {
  return new Failure('nothing-found', {
    operation: 'dump the tables of the copy',
    place: directory,
    problem: 'there is no pg_dump',
    hint: "Install the client programs of the server's version (Debian: postgresql-client), or set `bin` of the node. Nothing was changed.",
  });
}
