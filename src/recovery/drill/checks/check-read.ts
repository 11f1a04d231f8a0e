import { queryRows, quoteIdentifier } from '../../../postgres/query.ts';
import { psqlCommand } from '../../../postgres/psql-command.ts';
import { runCommand, SpawnError } from '../../../process/run-command.ts';
import { type DrillCheckContext, failed, notDone, passed, type RunDrillCheck } from '../drill-check.ts';
import { listDatabases, type RestoredDatabase } from './databases.ts';
import { connectionArguments, interrupted, lastLine, runProgram } from './run-program.ts';

/** One table to be read. */
interface Table {
  readonly database: string;
  /** Quoted, with its schema. */
  readonly name: string;
  readonly bytes: number;
}

/** A table, or the definitions of a database, that cannot be read. */
interface Unreadable {
  readonly database: string;
  readonly table?: string;
  readonly problem: string;
}

/** Three weeks, close to the most that statement_timeout takes: a table is read as long as that takes. */
const patienceMs = 21 * 86_400_000;

/** Problems that are named; all are counted. */
const mostNamed = 20;

/**
 * Reads everything once: a dump to nowhere, several tables at once. Each row of each table, TOAST, large objects and the
 * catalogs are written to /dev/null by the server itself (COPY), which costs no connection the transport; the
 * definitions by pg_dump. Foreign tables are left out: they would ask another server. Indexes are not read by it.
 *
 * @see https://www.postgresql.org/docs/current/sql-copy.html
 * @see https://www.postgresql.org/docs/current/app-pgdump.html
 */
export const checkRead: RunDrillCheck = async (context) => {
  const databases = await listDatabases(context);
  const tables: Table[] = [];
  for (const { name } of databases) tables.push(...(await listTables(name, context)));
  const definitions = await dumpAll(databases, context);
  const problems = [...(definitions ?? []), ...(await readTables(tables, context))];
  const facts = {
    databases,
    tables: tables.length,
    bytes: tables.reduce((sum, { bytes }) => sum + bytes, 0),
    unreadable: problems.slice(0, mostNamed),
  };
  const { binDirectory } = context.copy.server;
  if (problems.length === 0 && definitions === undefined) {
    return notDone(`there is no pg_dump in ${binDirectory}; ${tables.length} tables were read whole`, facts);
  }
  if (problems.length === 0)
    return passed(`${tables.length} tables of ${databases.length} databases were read whole`, facts);
  const [first] = problems;
  const more = problems.length > 1 ? `, and ${problems.length - 1} more` : '';
  return failed(
    `${first?.database}${first?.table ? ` ${first.table}` : ''}: ${first?.problem}${more}`,
    facts,
  );
};

/** @returns undefined where the programs of this server come without pg_dump */
async function dumpAll(
  databases: readonly RestoredDatabase[],
  context: DrillCheckContext,
): Promise<Unreadable[] | undefined> {
  try {
    return await eachAtOnce(databases, context, ({ name }) => dumpDefinitions(name, context));
  } catch (error) {
    if (error instanceof SpawnError) return undefined;
    throw error;
  }
}

async function listTables(database: string, { copy, signal }: DrillCheckContext): Promise<Table[]> {
  const rows = await queryRows<{ schema: string; name: string; bytes: string }>(
    copy.server,
    // With their TOAST; a table whose file is gone has no size and is read all the same.
    `SELECT n.nspname AS schema, c.relname AS name, coalesce(pg_table_size(c.oid), 0)::text AS bytes
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'm') AND (c.relkind = 'r' OR c.relispopulated) AND c.relpersistence <> 't'`,
    { database, timeoutMs: 300_000, signal },
  );
  return rows.map(({ schema, name, bytes }) => ({
    database,
    name: `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`,
    bytes: Number(bytes),
  }));
}

async function dumpDefinitions(database: string, context: DrillCheckContext): Promise<Unreadable[]> {
  const place = connectionArguments(context.copy.server);
  const args = [...place, '--schema-only', '--file=/dev/null', `--dbname=${quoteDatabase(database)}`];
  const result = await runProgram(context, 'pg_dump', args);
  return result.code === 0 ? [] : [{ database, problem: lastLine(result, 'pg_dump') }];
}

/** libpq takes a dbname with `=` or `://` in it for a connection string. */
export function quoteDatabase(name: string): string {
  return `dbname='${name.replaceAll('\\', String.raw`\\`).replaceAll("'", String.raw`\'`)}'`;
}

/** Largest first, each to whoever has read the least: what is left at the end is small. One session a database and reader. */
async function readTables(tables: readonly Table[], context: DrillCheckContext): Promise<Unreadable[]> {
  const readers = Math.max(1, context.settings.processes ?? 2);
  const total = tables.reduce((sum, { bytes }) => sum + bytes, 0) || 1;
  let done = 0;
  const shares = share(tables, readers);
  const found = await Promise.all(
    shares.map(async (own) => {
      const problems: Unreadable[] = [];
      for (const database of new Set(own.map((table) => table.database))) {
        const ofDatabase = own.filter((table) => table.database === database);
        problems.push(
          ...(await readShare(database, ofDatabase, context, (table) => {
            done += table.bytes;
            context.onProgress?.({
              message: `read ${database} ${table.name}`,
              percent: (100 * done) / total,
            });
          })),
        );
      }
      return problems;
    }),
  );
  return found.flat();
}

/** Tables dealt out so that each share has about as many bytes. */
export function share<Item extends { readonly bytes: number }>(
  items: readonly Item[],
  count: number,
): Item[][] {
  const shares = Array.from({ length: count }, () => ({ bytes: 0, items: [] as Item[] }));
  for (const item of items.toSorted((left, right) => right.bytes - left.bytes)) {
    const least = shares.reduce((one, other) => (other.bytes < one.bytes ? other : one));
    least.bytes += item.bytes;
    least.items.push(item);
  }
  return shares.map((one) => one.items).filter((one) => one.length > 0);
}

/** All its tables over one connection; one that cannot be read does not keep the others from being read. */
async function readShare(
  database: string,
  tables: readonly Table[],
  { copy, signal }: DrillCheckContext,
  onRead: (table: Table) => void,
): Promise<Unreadable[]> {
  const call = { user: copy.server.owner.name, database, timeoutMs: patienceMs };
  const lines = tables.map(
    ({ name }, index) =>
      `COPY (SELECT * FROM ${name}) TO '/dev/null';\n\\echo ${index} :ERROR :LAST_ERROR_MESSAGE\n`,
  );
  const problems: Unreadable[] = [];
  let answered = 0;
  const result = await runCommand({
    ...psqlCommand(copy.server, call),
    priority: copy.server.priority,
    input: `\\set ON_ERROR_STOP off\n${lines.join('')}`,
    signal,
    onLine: (line, stream) => {
      const match = stream === 'stdout' ? /^(\d+) (true|false) (.*)$/.exec(line) : null;
      const table = tables[Number(match?.[1])];
      if (match === null || table === undefined) return;
      answered += 1;
      if (match[2] === 'true') problems.push({ database, table: table.name, problem: match[3] ?? '' });
      onRead(table);
    },
  });
  if (result.stopped === 'abort') throw interrupted();
  // A server that dies ends the session too: the table it died at has no answer.
  const [table] = tables.slice(answered);
  if (table !== undefined) problems.push({ database, table: table.name, problem: lastLine(result, 'psql') });
  return problems;
}

/** As many at once as may be. */
async function eachAtOnce<Item, Result>(
  items: readonly Item[],
  { settings }: DrillCheckContext,
  work: (item: Item) => Promise<Result[]>,
): Promise<Result[]> {
  const waiting = [...items];
  const results: Result[] = [];
  const worker = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift())
      results.push(...(await work(item)));
  };
  await Promise.all(Array.from({ length: Math.max(1, settings.processes ?? 2) }, worker));
  return results;
}
