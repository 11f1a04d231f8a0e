import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { askDaemon } from '../../src/daemon/control-client.ts';
import { socketPath } from '../../src/daemon/socket-path.ts';
import type { JobRequest } from '../../src/model/job.ts';
import { runCommand } from '../../src/process/run-command.ts';
import { createCluster, type TestCluster } from '../support/cluster.ts';
import { writeConfiguration, type TestConfiguration } from '../support/configuration.ts';
import { startServe, type ServedDaemon } from '../support/daemon-bed.ts';
import { loadPgbench } from '../support/data.ts';
import { processesOf } from '../support/processes.ts';
import { bedOf, type ProtectedBed } from '../support/protected-bed.ts';
import { createSandbox } from '../support/sandbox.ts';
import { testEnvironment } from '../support/test-user.ts';
import { waitUntil } from '../support/wait-until.ts';

/** A protected cluster that is written to all the time, and a daemon that is killed again and again. */
export interface KillBed extends AsyncDisposable {
  readonly bed: ProtectedBed;
  readonly cluster: TestCluster;
  readonly configuration: TestConfiguration;
  /** A daemon that may not be ready yet. */
  start(): Promise<ServedDaemon>;
}

const repositories = { local: { retention: { full: 2, diff: 2 } }, second: { retention: { full: 1 } } };

export async function createKillBed(): Promise<KillBed> {
  const sandbox = await createSandbox('kills', { graceMs: 20_000 });
  const writing = new AbortController();
  try {
    const cluster = await createCluster({ sandbox, walSegmentMegabytes: 1 });
    const listen = `127.0.0.1:${await sandbox.port()}`;
    const configuration = writeConfiguration(
      sandbox,
      { main: { cluster, repositories } },
      { server: { listen } },
    );
    const bed = bedOf(sandbox, cluster, configuration);
    await bed.mustRun(['setup', '--yes', '--restart', '--no-backup']);
    await loadPgbench(cluster, 1);
    const writer = write(cluster, writing.signal);
    return {
      bed,
      cluster,
      configuration,
      start: () => startServe(configuration, { ready: false }),
      async [Symbol.asyncDispose]() {
        writing.abort();
        await writer;
        await sandbox[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    writing.abort();
    await sandbox[Symbol.asyncDispose]();
    throw error;
  }
}

/** A few transactions a second, until it is told to end. */
async function write(
  { binaries, sandbox, socketDirectory, port }: TestCluster,
  signal: AbortSignal,
): Promise<void> {
  const load = ['-c', '1', '-R', '15', '-T', '86400', '--no-vacuum'];
  const place = ['-h', socketDirectory, '-p', String(port), '-U', 'postgres', 'postgres'];
  const env = testEnvironment(sandbox.owner);
  const { runAs } = sandbox;
  await runCommand({
    command: binaries.pgbench,
    args: [...load, ...place],
    env,
    runAs,
    cwd: sandbox.path,
    signal,
  });
}

const actor = { user: 'postgres', host: 'test', via: 'cli' };

/** What somebody may ask a daemon for; most often a small backup, as in life. */
export function randomJobs(): readonly JobRequest[] {
  const types = ['incr', 'incr', 'incr', 'diff', 'full'] as const;
  const base = {
    stanza: 'main',
    annotations: {},
    origin: { kind: 'request' },
    actor,
    timeoutMs: undefined,
  } as const;
  const backup = (repository: string): JobRequest => ({
    ...base,
    kind: 'backup',
    repository,
    backupType: types[randomInt(types.length)] ?? 'incr',
    cause: 'holdfast backup',
    priority: 10,
  });
  const other = (kind: 'expire' | 'verify'): JobRequest => ({
    ...base,
    kind,
    repository: 'local',
    backupType: undefined,
    cause: `holdfast ${kind}`,
    priority: 0,
  });
  switch (randomInt(6)) {
    case 0:
      return [backup('local'), backup('second')];
    case 1:
      return [backup('second'), other('expire')];
    case 2:
      return [other('verify'), backup('local')];
    default:
      return [backup('local')];
  }
}

/** SIGKILL to every engine of the bed that works for the daemon, with its workers; never to the one that archives. */
export function killEngines({ bed }: KillBed): number {
  const engines = processesOf(bed.sandbox.path).filter(
    ({ command }) =>
      /pgbackrest/.test(command) && /\b(?:backup|expire|verify)\b/.test(command) && !/archive-/.test(command),
  );
  for (const { pid } of engines) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
  return engines.length;
}

/** What one kill hit, for the report of a failure. */
export interface Kill {
  readonly asked: string;
  readonly afterMs: number;
  readonly engines: number | undefined;
}

/**
 * One life of a daemon: it starts, is asked for work, and is killed at a moment that nobody chose, sometimes before it
 * has said that it is ready, sometimes with its engine.
 *
 * @param windowMs how long such work takes when nobody kills it
 */
export async function liveAndDie(bed: KillBed, windowMs: number): Promise<Kill> {
  const daemon = await bed.start();
  if (randomInt(10) === 0) {
    const afterMs = randomInt(600);
    await delay(afterMs);
    await kill(daemon);
    return { asked: 'nothing', afterMs, engines: undefined };
  }
  await waitUntilReady(daemon);
  const jobs = randomJobs();
  const socket = socketPath(bed.configuration.stateDirectory);
  const answer = await askDaemon(socket, { ask: 'submit', jobs, attached: false }, 'queued', 10_000);
  if (answer === undefined) throw new Error('nobody took the jobs');
  const afterMs = randomInt(windowMs);
  await delay(afterMs);
  const withEngine = randomInt(3) === 0;
  // Before, with and after its daemon: each is a crash that happens.
  const first = randomInt(2) === 0;
  let engines = withEngine && first ? killEngines(bed) : undefined;
  await kill(daemon);
  if (withEngine && !first) {
    await delay(randomInt(300));
    engines = killEngines(bed);
  }
  return {
    asked: jobs.map(({ kind, backupType = '' }) => `${kind} ${backupType}`.trim()).join(', '),
    afterMs,
    engines,
  };
}

/** The part of a run that is judged. */
export interface ToldRun {
  readonly id: string;
  readonly kind: string;
  readonly repository?: string;
  readonly result: string;
  readonly abandoned: boolean;
  readonly label?: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

export async function readRuns({ bed }: KillBed): Promise<readonly ToldRun[]> {
  const answer = await bed.mustRun(['journal', '--limit', '999999', '--json']);
  return answer.json<{ runs: readonly ToldRun[] }>().runs;
}

async function kill(daemon: ServedDaemon): Promise<void> {
  daemon.signal('SIGKILL');
  await daemon.ended;
}

export async function waitUntilReady(daemon: ServedDaemon): Promise<void> {
  await daemon.event('the daemon is ready', ({ event }) => event === 'ready');
}

/** Longer than it gives to its jobs. */
const stopMs = 90_000;

/** SIGTERM. @throws Error when it does not end with 0, or not in time */
export async function stop(daemon: ServedDaemon): Promise<void> {
  daemon.signal('SIGTERM');
  const late = new AbortController();
  const patience = delay(stopMs, 'not at all', { signal: late.signal }).catch(() => 'not at all');
  const end = await Promise.race([daemon.ended.then(({ code }) => code), patience]);
  late.abort();
  if (end !== 0) throw new Error(`the daemon ended with ${String(end)}:\n${told(daemon)}`);
}

function told({ events, other }: ServedDaemon): string {
  return [...events.map(({ text }) => text), ...other].join('\n');
}

/** Starts a daemon, and waits until nothing is open: what others left has its end, and nothing runs. */
export async function settle(bed: KillBed): Promise<void> {
  const daemon = await bed.start();
  await waitUntilReady(daemon);
  try {
    await waitUntil(
      'every run has its end',
      async () => (await readRuns(bed)).every(({ result }) => result !== 'running'),
      { timeoutMs: 120_000, everyMs: 500 },
    );
  } catch (error) {
    const open = (await readRuns(bed)).filter(({ result }) => result === 'running');
    throw new Error(`${String(error)}\n${JSON.stringify(open, null, 1)}\n${told(daemon)}`, { cause: error });
  }
  await stop(daemon);
}
