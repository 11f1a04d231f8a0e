import { existsSync, readFileSync } from 'node:fs';
import { isRunning, processesOf } from './processes.ts';
import { postgresBinaries, type PostgresBinaries } from './postgres-versions.ts';
import { parseCsvRows } from './csv-rows.ts';
import { createSandbox, type Sandbox } from './sandbox.ts';
import { waitUntil } from './wait-until.ts';

export interface ClusterRequest {
  /** Names folders and shows in messages; short. `main` unless given. */
  readonly name?: string;
  /** Page checksums (`initdb -k`); on unless switched off. */
  readonly checksums?: boolean;
  /** For postgresql.conf, after ours: `{ archive_mode: 'on' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** PostgreSQL major version; the one under test unless given. */
  readonly major?: number;
  /** fsync stays on. Only for tests in which the machine's durability matters: it is slow. */
  readonly durable?: boolean;
  /** Live in this sandbox (which then ends it) and not in one of its own. */
  readonly sandbox?: Sandbox;
  /** `--wal-segsize` of initdb, MiB. */
  readonly walSegmentMegabytes?: number;
  /** Leave it down after initdb. */
  readonly started?: boolean;
}

/** A real PostgreSQL server of a test, owned by postgres. Disposing stops it, removes it and looks for leaks. */
export interface TestCluster extends AsyncDisposable {
  readonly name: string;
  readonly sandbox: Sandbox;
  readonly binaries: PostgresBinaries;
  readonly dataDirectory: string;
  readonly socketDirectory: string;
  readonly port: number;
  readonly logFile: string;
  start(options?: { readonly dataDirectory?: string; readonly timeoutMs?: number }): Promise<void>;
  /** `pg_ctl stop`; nothing happens when it is down already. */
  stop(mode?: 'fast' | 'immediate' | 'smart'): Promise<void>;
  /** SIGKILL to the postmaster, then waits until its children are gone too. */
  kill(): Promise<void>;
  /** Pid of the running postmaster. */
  pid(): number | undefined;
  isRunning(): boolean;
  /**
   * Runs statements as the owner, each in its own transaction. Gives the rows of the one that returns rows, as text
   * (`null` stays null). @throws Error with the server's message
   */
  sql(statements: string, options?: { readonly database?: string }): Promise<Record<string, string | null>[]>;
  /** The first column of the first row. @throws Error when there is no row or it is null */
  value(query: string, options?: { readonly database?: string }): Promise<string>;
  /** What the server logged. */
  log(): string;
}

/** Makes and starts a small server. @throws Error when the tests run neither as root nor as postgres */
export async function createCluster(request: ClusterRequest = {}): Promise<TestCluster> {
  const name = request.name ?? 'main';
  const sandbox = request.sandbox ?? (await createSandbox(name));
  try {
    return await buildCluster(name, sandbox, request);
  } catch (error) {
    if (request.sandbox === undefined) await sandbox[Symbol.asyncDispose]();
    throw error;
  }
}

async function buildCluster(name: string, sandbox: Sandbox, request: ClusterRequest): Promise<TestCluster> {
  const binaries = postgresBinaries(request.major);
  const dataDirectory = sandbox.file(name, 'data');
  const socketDirectory = sandbox.directory(`${name}/run`);
  const logFile = sandbox.file(name, 'server.log');
  const port = await sandbox.port();
  await initialize(sandbox, binaries, dataDirectory, request);
  const settings = {
    ...defaultSettings(request),
    port: String(port),
    unix_socket_directories: socketDirectory,
  };
  appendSettings(sandbox, dataDirectory, { ...settings, ...request.settings });
  const place = { name, sandbox, binaries, dataDirectory, socketDirectory, port, logFile };
  const cluster = clusterAt(place, request.sandbox === undefined);
  sandbox.defer(() => endServer(dataDirectory));
  if (request.started !== false) await cluster.start();
  return cluster;
}

/** What is known of a server before it is one. */
export type ClusterPlace = Pick<
  TestCluster,
  'name' | 'sandbox' | 'binaries' | 'dataDirectory' | 'socketDirectory' | 'port' | 'logFile'
>;

/**
 * A server that something else makes (Patroni), as tests use servers.
 *
 * @param ownsSandbox disposing it disposes its sandbox; otherwise it ends the server alone
 */
export function clusterAt(place: ClusterPlace, ownsSandbox = false): TestCluster {
  const { sandbox, binaries, dataDirectory, logFile } = place;
  const run = (program: string, args: readonly string[]): Promise<unknown> =>
    sandbox.mustRun(`${binaries.directory}/${program}`, args);
  const pid = (): number | undefined => postmasterPid(dataDirectory);
  const cluster: TestCluster = {
    ...place,
    async start({ dataDirectory: other = dataDirectory, timeoutMs = 60_000 } = {}) {
      const timeout = String(Math.ceil(timeoutMs / 1000));
      try {
        await run('pg_ctl', ['start', '-D', other, '-l', logFile, '-w', '-t', timeout]);
      } catch (error) {
        throw new Error(`${String(error)}\n${readFileSync(logFile, 'utf8').slice(-2000)}`, { cause: error });
      }
    },
    async stop(mode = 'fast') {
      if (pid() !== undefined)
        await run('pg_ctl', ['stop', '-D', dataDirectory, '-m', mode, '-w', '-t', '60']);
    },
    kill: () => killServer(dataDirectory),
    pid,
    isRunning: () => pid() !== undefined,
    sql: (statements, options) => runSql(cluster, statements, options?.database),
    async value(query, options) {
      const first = Object.values((await runSql(cluster, query, options?.database))[0] ?? {})[0];
      if (first === undefined || first === null) throw new Error(`no value: ${query}`);
      return first;
    },
    log: () => readFileSync(logFile, 'utf8'),
    async [Symbol.asyncDispose]() {
      if (ownsSandbox) await sandbox[Symbol.asyncDispose]();
      else await endServer(dataDirectory);
    },
  };
  return cluster;
}

async function initialize(
  sandbox: Sandbox,
  binaries: PostgresBinaries,
  dataDirectory: string,
  request: ClusterRequest,
): Promise<void> {
  const args = ['-D', dataDirectory, '--username=postgres', '--auth=trust', '--no-sync'];
  args.push('--encoding=UTF8', '--locale=C.UTF-8');
  if (request.checksums ?? true) args.push('--data-checksums');
  // On by default from 18 on, and only there can they be refused.
  else if (binaries.major >= 18) args.push('--no-data-checksums');
  if (request.walSegmentMegabytes !== undefined) args.push(`--wal-segsize=${request.walSegmentMegabytes}`);
  await sandbox.mustRun(`${binaries.directory}/initdb`, args);
}

/** Small and quick: the machine has few cores and several of these run at once. */
function defaultSettings(request: ClusterRequest): Record<string, string> {
  return {
    listen_addresses: '127.0.0.1',
    shared_buffers: '16MB',
    max_connections: '20',
    max_wal_size: '128MB',
    autovacuum_naptime: '1h',
    log_line_prefix: '%m [%p] ',
    log_timezone: 'UTC',
    timezone: 'UTC',
    fsync: request.durable === true ? 'on' : 'off',
  };
}

function appendSettings(sandbox: Sandbox, dataDirectory: string, settings: Record<string, string>): void {
  const file = `${dataDirectory}/postgresql.conf`;
  const lines = Object.entries(settings).map(([key, value]) => `${key} = '${value.replaceAll("'", "''")}'`);
  sandbox.write(file, `${readFileSync(file, 'utf8')}\n${lines.join('\n')}\n`);
}

/** The pid in postmaster.pid, when a process of that number runs and works in that directory. */
function postmasterPid(dataDirectory: string): number | undefined {
  let text: string;
  try {
    text = readFileSync(`${dataDirectory}/postmaster.pid`, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const pid = Number(text.split('\n')[0]);
  return pid > 0 && isRunning(pid) && processesOf(dataDirectory).some((one) => one.pid === pid)
    ? pid
    : undefined;
}

async function killServer(dataDirectory: string): Promise<void> {
  const pid = postmasterPid(dataDirectory);
  if (pid !== undefined) process.kill(pid, 'SIGKILL');
  // Children notice their postmaster's death and end by themselves; until then the directory is not free. A zombie
  // that its parent has not collected yet still makes the next start fail (miscinit.c, CreateLockFile: kill(pid, 0)).
  await waitUntil(
    `the server in ${dataDirectory} is gone`,
    () => processesOf(dataDirectory).length === 0 && (pid === undefined || !existsSync(`/proc/${pid}`)),
  );
}

/** The end of a test: no checkpoint and no waiting for the archive, which may be broken on purpose. */
async function endServer(dataDirectory: string): Promise<void> {
  const pid = postmasterPid(dataDirectory);
  if (pid === undefined) return;
  process.kill(pid, 'SIGQUIT');
  try {
    await waitUntil('the postmaster ends', () => !isRunning(pid), { timeoutMs: 10_000 });
  } catch {
    process.kill(pid, 'SIGKILL');
    await waitUntil('the killed postmaster ends', () => !isRunning(pid));
  }
}

/** Runs statements as the owner on a server of any sandbox; see `TestCluster.sql`. */
export async function runSql(
  cluster: Pick<TestCluster, 'binaries' | 'sandbox' | 'socketDirectory' | 'port'>,
  statements: string,
  database = 'postgres',
): Promise<Record<string, string | null>[]> {
  const { binaries, sandbox, socketDirectory, port } = cluster;
  const connection = ['-h', socketDirectory, '-p', String(port), '-U', 'postgres', '-d', database];
  const form = ['-X', '-q', '--csv', '-v', 'ON_ERROR_STOP=1', '-P', 'null=\\N', '-f', '-'];
  const { stdout } = await sandbox.mustRun(binaries.psql, [...connection, ...form], { input: statements });
  return parseCsvRows(stdout);
}
