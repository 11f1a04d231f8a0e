import { Failure } from '../model/failure.ts';
import { runCommand, SpawnError } from '../process/run-command.ts';
import type { KeptSessions } from './kept-sessions.ts';
import { clientPatienceMs, psqlCommand, type SqlCall, type SqlResult } from './psql-command.ts';
import type { Server } from './server.ts';

/** The parts of a Server that a connection needs; a scratch server has no more. */
export type Connectable = Pick<Server, 'psql' | 'binDirectory' | 'owner' | 'runAs' | 'socketDirectory'> & {
  readonly node: Pick<Server['node'], 'port' | 'database'>;
  /** Where there is one, queries (`queryRows`) go over connections that are kept. */
  readonly sessions?: KeptSessions | undefined;
};

export interface QueryOptions {
  /** Defaults to the node's database. */
  readonly database?: string | undefined;
  /** Database role; defaults to the one named like the owner, which peer authentication lets in. */
  readonly user?: string | undefined;
  /** Of each statement. Defaults to 30 s; the connection itself is given at most 10 s. */
  readonly timeoutMs?: number | undefined;
  /** For SQL that a person wrote: names are looked up as the role does, not only in pg_catalog. */
  readonly ownSearchPath?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a query that somebody else wrote and gives the first value of its first row as PostgreSQL writes it: numbers keep
 * all their digits. In a transaction that can not write, over a connection of its own, with the search_path of the
 * database. Throws as queryRows does.
 *
 * @param sql one query; a semicolon or comment at its end does no harm
 * @returns null for NULL, undefined when there is no row
 */
export async function queryForeign(
  server: Connectable,
  sql: string,
  options: QueryOptions = {},
): Promise<string | null | undefined> {
  const query = sql.replace(/(?:;|\s)+$/, '');
  const text = [
    'BEGIN TRANSACTION READ ONLY;',
    `SELECT pg_catalog.to_json(holdfast_row.holdfast_first::pg_catalog.text) IS NULL AS nothing,`,
    `  pg_catalog.to_json(holdfast_row.holdfast_first::pg_catalog.text) AS first FROM (`,
    query,
    `) AS holdfast_row (holdfast_first) LIMIT 1;`,
    'COMMIT;\n',
  ].join('\n');
  const output = await runSql(server, text, { ...options, ownSearchPath: true });
  const line = output.split('\n').find((one) => one !== '');
  if (line === undefined) return undefined;
  return line.startsWith('t|') ? null : (JSON.parse(line.slice(2)) as string);
}

/**
 * Runs one query and gives its rows. Each comes as one JSON document, so select bigint and pg_lsn as `::text`.
 *
 * @param sql one SELECT without a semicolon
 * @throws Failure server-unreachable when no connection is made; server-failed with the SQLSTATE for an SQL error;
 *   timed-out
 */
export async function queryRows<Row>(
  server: Connectable,
  sql: string,
  options: QueryOptions = {},
): Promise<Row[]> {
  const text = `SELECT row_to_json(holdfast_row) FROM (${sql}) holdfast_row;\n`;
  const output = await runSql(server, text, options, server.sessions);
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);
}

/** Like queryRows for a query that gives exactly one row. */
export async function queryRow<Row>(
  server: Connectable,
  sql: string,
  options: QueryOptions = {},
): Promise<Row> {
  const [row] = await queryRows<Row>(server, sql, options);
  if (row === undefined) throw new Error(`query gave no row: ${sql}`);
  return row;
}

/**
 * Runs one statement that changes something and returns at most one JSON value (`RETURNING json_build_object(…)`). It may
 * be sent twice where a connection that was kept is lost, so doing it again must do no harm. Throws as queryRows does.
 *
 * @returns undefined when the statement returned no row
 */
export async function queryReturning<Row>(
  server: Connectable,
  statement: string,
  options: QueryOptions = {},
): Promise<Row | undefined> {
  const output = await runSql(server, `${statement};\n`, options, server.sessions);
  const [line] = output.split('\n').filter((text) => text !== '');
  return line === undefined ? undefined : (JSON.parse(line) as Row);
}

/**
 * Runs statements one after the other, each in its own transaction (ALTER SYSTEM wants that), and stops at the first
 * error. They have a connection of their own, so that what is set in it ends with it. Throws as queryRows does.
 *
 * @param options.repeatable they do no harm when they are sent twice, and may go over a connection that is kept
 */
export async function runStatements(
  server: Connectable,
  statements: readonly string[],
  options: QueryOptions & { readonly repeatable?: boolean } = {},
): Promise<void> {
  const sessions = options.repeatable === true ? server.sessions : undefined;
  await runSql(server, statements.map((statement) => `${statement};\n`).join(''), options, sessions);
}

/** A string as an SQL literal. Rule: https://www.postgresql.org/docs/current/sql-syntax-lexical.html */
export function quoteLiteral(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes('\\') ? `E${quoted.replaceAll('\\', '\\\\')}` : quoted;
}

/** A name as a quoted SQL identifier. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

async function runSql(
  server: Connectable,
  sql: string,
  options: QueryOptions & Pick<SqlCall, 'ownSearchPath'>,
  sessions?: KeptSessions,
): Promise<string> {
  const timeoutMs = options.timeoutMs ?? 30_000;
  const user = options.user ?? server.owner.name;
  const database = options.database ?? server.node.database;
  const { ownSearchPath, signal } = options;
  const call = { sql, user, database, timeoutMs, ownSearchPath, signal };
  const result = await runPsql(server, call, sessions);
  if (result.code === 0) return result.stdout;
  throw queryFailure(server, user, result, timeoutMs);
}

async function runPsql(server: Connectable, call: SqlCall, sessions?: KeptSessions): Promise<SqlResult> {
  try {
    if (sessions !== undefined) return await sessions.run(server, call);
    return await runCommand({
      ...psqlCommand(server, call),
      input: call.sql,
      timeoutMs: call.timeoutMs + clientPatienceMs,
      signal: call.signal,
    });
  } catch (error) {
    if (!(error instanceof SpawnError)) throw error;
    throw new Failure('server-unreachable', {
      operation: 'connect to PostgreSQL',
      place: server.psql,
      problem: `psql cannot be started (${error.code})`,
      hint: 'Install the PostgreSQL client (Debian: postgresql-client) or set `bin` of the node.',
      cause: error,
    });
  }
}

/**
 * Why psql ended with an error. Its exit codes: 2 the connection was bad, 3 an error in the script; see its manual page,
 * "Exit Status".
 *
 * @param timeoutMs what each statement was given
 */
export function queryFailure(
  server: Connectable,
  user: string,
  result: Pick<SqlResult, 'code' | 'stderr' | 'stopped'>,
  timeoutMs: number,
): Failure {
  const place = `${server.socketDirectory}, port ${server.node.port}, role ${user}`;
  if (result.stopped === 'abort') {
    return new Failure('interrupted', { operation: 'query PostgreSQL', place, problem: 'interrupted' });
  }
  const error = parseServerError(result.stderr);
  if (result.stopped === 'timeout' || error.sqlState === '57014') {
    return new Failure('timed-out', {
      operation: 'query PostgreSQL',
      place,
      problem: `no answer within ${timeoutMs} ms`,
      hint: 'Look at pg_stat_activity for what the server waits for.',
    });
  }
  // A connection that an administrator ended (57P01) is bad too, although the message is an SQL error's.
  if (result.code === 2) {
    return new Failure('server-unreachable', {
      operation: 'connect to PostgreSQL',
      place,
      problem: error.message,
      hint: connectionHint(error.message),
    });
  }
  return new Failure('server-failed', {
    operation: 'query PostgreSQL',
    place,
    problem: error.sqlState === undefined ? error.message : `${error.message} (SQLSTATE ${error.sqlState})`,
    hint: error.hint,
    details: { sqlState: error.sqlState, detail: error.detail },
  });
}

function connectionHint(message: string): string {
  if (/peer authentication failed|no pg_hba\.conf entry|password/i.test(message)) {
    return 'Let the role in through pg_hba.conf (peer, or a password in .pgpass of the operating system user).';
  }
  if (/starting up|not yet accepting|recovery/i.test(message))
    return 'Wait until the server accepts connections.';
  return 'Is the server running, and are the port and the socket directory of the node right?';
}

interface ServerError {
  readonly message: string;
  readonly sqlState: string | undefined;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
}

/** Takes apart what psql prints with VERBOSITY=verbose; the LINE with the statement's own text is left out. */
export function parseServerError(stderr: string): ServerError {
  const lines = stderr.split('\n').filter((line) => line !== '');
  const main = lines
    .map((line) => /(?:ERROR|FATAL|PANIC):\s+(?:([0-9A-Z]{5}):\s+)?(.*)$/.exec(line))
    .find(Boolean);
  const after = (key: string): string | undefined =>
    lines
      .find((line) => line.startsWith(`${key}:`))
      ?.slice(key.length + 1)
      .trim();
  return {
    message: main?.[2] ?? lines[0]?.replace(/^psql: (?:error: )?/, '') ?? 'psql failed and said nothing',
    sqlState: main?.[1],
    detail: after('DETAIL'),
    hint: after('HINT'),
  };
}
