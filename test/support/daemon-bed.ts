import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { createCluster, type TestCluster } from './cluster.ts';
import { writeConfiguration, type RepositoryRequest, type TestConfiguration } from './configuration.ts';
import { holdfastProgram } from './installation.ts';
import { bedOf, type ProtectedBed } from './protected-bed.ts';
import { createSandbox, type Sandbox } from './sandbox.ts';
import { testEnvironment, testUser } from './test-user.ts';
import { waitUntil } from './wait-until.ts';

/** A protected cluster with a schedule, and `holdfast serve` whenever a test wants it. */
export interface DaemonBed extends ProtectedBed {
  readonly httpPort: number;
  /** Writes holdfast.yaml anew, with other keys of the stanza or of the file. */
  configure(stanzaKeys: Keys, fileKeys?: Keys): void;
  /** Starts `holdfast serve` and waits until it is ready. Disposing kills it, if it still runs. */
  serve(options?: ServeOptions): Promise<ServedDaemon>;
}

type Keys = Readonly<Record<string, unknown>>;

export interface ServeOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** False: does not wait; the caller expects something else. */
  readonly ready?: boolean;
  /** Shell text that is carried out before it becomes the daemon: it enters a control group, for example. */
  readonly enter?: string;
}

/** A running `holdfast serve --json`. */
export interface ServedDaemon extends AsyncDisposable {
  readonly pid: number;
  /** Every event so far. */
  readonly events: readonly LogDocument[];
  /** Everything else that it says, the document at its end among it. */
  readonly other: readonly string[];
  /** The first event that fits, now or later; `index` counts all events from 0. */
  event(
    what: string,
    fits: (event: LogDocument, index: number) => boolean,
    timeoutMs?: number,
  ): Promise<LogDocument>;
  signal(name: NodeJS.Signals): void;
  /** How it ended. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

export interface LogDocument {
  readonly time: string;
  readonly level: string;
  readonly event: string;
  readonly text: string;
  readonly [fact: string]: unknown;
}

type Repositories = Readonly<Record<string, RepositoryRequest>>;

export interface DaemonBedRequest {
  readonly name: string;
  readonly schedule?: Keys;
  /** Other keys of the stanza. */
  readonly stanza?: Keys;
  readonly repositories?: Repositories | undefined;
  /** Makes what the repositories need, and gives them. */
  readonly prepare?: ((sandbox: Sandbox, cluster: TestCluster) => Promise<Repositories>) | undefined;
  readonly keys?: Keys;
  /** Without a stanza that is set up. */
  readonly bare?: boolean;
}

/** Makes the bed by the command line alone. */
export async function createDaemonBed(request: DaemonBedRequest): Promise<DaemonBed> {
  const sandbox = await createSandbox(request.name);
  try {
    const cluster = await createCluster({ walSegmentMegabytes: 1, sandbox });
    const httpPort = await sandbox.port();
    const repositories = (await request.prepare?.(sandbox, cluster)) ?? request.repositories;
    const write = writer(sandbox, cluster, repositories, httpPort);
    const schedule = request.schedule === undefined ? {} : { schedule: request.schedule };
    const configuration = write({ ...request.stanza, ...schedule }, request.keys);
    const bed = bedOf(sandbox, cluster, configuration);
    if (request.bare !== true) await bed.mustRun(['setup', '--yes', '--restart', '--no-backup']);
    return {
      ...bed,
      httpPort,
      configure: (stanzaKeys, fileKeys) => void write(stanzaKeys, fileKeys),
      serve: (options) => startServe(configuration, options),
      [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose](),
    };
  } catch (error) {
    await sandbox[Symbol.asyncDispose]();
    throw error;
  }
}

function writer(
  sandbox: Sandbox,
  cluster: TestCluster,
  repositories: Repositories | undefined,
  port: number,
) {
  return (stanzaKeys: Keys, fileKeys: Keys = {}): TestConfiguration =>
    writeConfiguration(
      sandbox,
      { main: { cluster, keys: stanzaKeys, ...(repositories === undefined ? {} : { repositories }) } },
      { server: { listen: `127.0.0.1:${port}` }, ...(fileKeys as Record<string, Keys>) },
    );
}

/** Starts `holdfast serve` for a configuration. @throws Error with all that it said when it does not get ready */
export async function startServe(
  configuration: TestConfiguration,
  { args = [], env = {}, ready = true, enter = ':' }: ServeOptions = {},
): Promise<ServedDaemon> {
  const { owner, runAs } = testUser();
  const words = [holdfastProgram(), '--config', configuration.file, 'serve', '--json', ...args];
  const child = spawn('/bin/sh', ['-c', `${enter}; exec "$0" "$@"`, ...words], {
    cwd: '/',
    env: {
      ...testEnvironment(owner),
      ...(runAs === undefined ? {} : { HOME: '/root', USER: 'root' }),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const daemon = servedDaemon(child);
  try {
    if (ready) await daemon.event('ready', ({ event }) => event === 'ready');
  } catch (error) {
    await daemon[Symbol.asyncDispose]();
    throw error;
  }
  return daemon;
}

function servedDaemon(child: ChildProcess): ServedDaemon {
  const events: LogDocument[] = [];
  const other: string[] = [];
  if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => other.push(line));
  if (child.stderr) {
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (line.startsWith('{')) events.push(JSON.parse(line) as LogDocument);
      else other.push(line);
    });
  }
  const ended = once(child, 'exit').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
  }));
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    pid: child.pid ?? 0,
    events,
    other,
    ended,
    signal: (name) => void child.kill(name),
    async event(what, fits, timeoutMs = 60_000) {
      const told = (): string => [...events.map((one) => JSON.stringify(one)), ...other].join('\n');
      const find = (): LogDocument | undefined => events.find(fits);
      try {
        await waitUntil(what, () => find() !== undefined || hasEnded(), { timeoutMs });
      } catch (error) {
        throw new Error(`${(error as Error).message}\n${told()}`, { cause: error });
      }
      const found = find();
      if (found === undefined) throw new Error(`serve ended before ${what}:\n${told()}`);
      return found;
    },
    async [Symbol.asyncDispose]() {
      if (!hasEnded()) child.kill('SIGKILL');
      await ended;
    },
  };
}
