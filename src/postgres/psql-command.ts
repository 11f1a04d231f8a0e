import type { CommandResult, CommandSpec } from '../process/run-command.ts';
import type { Connectable } from './query.ts';
import { serverEnvironment } from './server-environment.ts';

/** One thing to be asked over a connection. */
export interface SqlCall {
  /** Whole statements, each ended with a semicolon and a new line. */
  readonly sql: string;
  readonly user: string;
  readonly database: string;
  /** Of each statement. */
  readonly timeoutMs: number;
  /** Names are looked up where the role does, for SQL that a person wrote; otherwise only in pg_catalog. */
  readonly ownSearchPath?: boolean | undefined;
  readonly signal: AbortSignal | undefined;
}

/** What psql answered: its exit code is 0 when everything went well, also where it goes on running. */
export type SqlResult = Pick<CommandResult, 'code' | 'stdout' | 'stderr' | 'stopped'>;

/** The client's own patience is a little longer than the server's, so that the server's answer arrives first. */
export const clientPatienceMs = 12_000;

/**
 * psql as it is always started: no start-up file, bare rows, an end at the first error, errors with their SQLSTATE.
 *
 * @param parameters further parameters of libpq that have no environment variable (`keepalives_idle`)
 *
 * @see https://www.postgresql.org/docs/current/app-psql.html
 */
export function psqlCommand(
  server: Connectable,
  call: Pick<SqlCall, 'user' | 'database' | 'timeoutMs' | 'ownSearchPath'>,
  parameters: Readonly<Record<string, string>> = {},
): Pick<CommandSpec, 'command' | 'args' | 'env' | 'runAs'> {
  const { node, socketDirectory } = server;
  const database = Object.keys(parameters).length === 0 ? call.database : connectionString(call, parameters);
  const connection = ['-h', socketDirectory, '-p', String(node.port), '-U', call.user, '-d', database];
  const searchPath = call.ownSearchPath === true ? '' : ' -c search_path=pg_catalog';
  const variables = ['-v', 'ON_ERROR_STOP=1', '-v', 'VERBOSITY=verbose'];
  return {
    command: server.psql,
    args: ['-X', '-q', '-A', '-t', ...variables, '--no-password', ...connection],
    env: serverEnvironment(server.owner, server.binDirectory, {
      PGAPPNAME: 'holdfast',
      PGCLIENTENCODING: 'UTF8',
      PGCONNECT_TIMEOUT: '10',
      PGOPTIONS: `-c statement_timeout=${call.timeoutMs}${searchPath}`,
    }),
    runAs: server.runAs,
  };
}

/** Quoting: https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-KEYWORD-VALUE */
function connectionString(
  call: Pick<SqlCall, 'database'>,
  parameters: Readonly<Record<string, string>>,
): string {
  return Object.entries({ dbname: call.database, ...parameters })
    .map(([name, value]) => `${name}='${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`)
    .join(' ');
}
