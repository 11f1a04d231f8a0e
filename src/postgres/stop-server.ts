import { setTimeout as delay } from 'node:timers/promises';
import { join } from 'node:path';
import { Failure, isFailure } from '../model/failure.ts';
import { runCommand } from '../process/run-command.ts';
import {
  findParent,
  findPostmaster,
  findServerProcesses,
  isAtWork,
  isSharedMemoryInUse,
} from './postmaster-processes.ts';
import { readPostmasterFile } from './postmaster-file.ts';
import { readControlData } from './read-control-data.ts';
import { serverEnvironment } from './server-environment.ts';
import type { Server } from './server.ts';

export interface StopProgress {
  readonly mode: 'fast' | 'immediate';
  readonly elapsedMs: number;
  /** Titles of the server's remaining processes: what it waits for (`checkpointer`, `archiver …`). */
  readonly processes: number;
}

export interface StopOptions {
  /** For the fast shutdown; the immediate one is given 60 s more. */
  readonly timeoutMs: number;
  readonly onProgress?: ((progress: StopProgress) => void) | undefined;
  /** Defaults to the node's data directory. */
  readonly dataDirectory?: string | undefined;
}

export interface StoppedServer {
  /** `fast` also when there was nothing to stop. */
  readonly mode: 'fast' | 'immediate';
  /** A shutdown checkpoint was written. False after a crash, an immediate shutdown, or when data files are missing. */
  readonly clean: boolean;
}

/**
 * Stops a server: fast first; immediate when that does not end in time, as when a shutdown checkpoint cannot be
 * written because a data file vanished, or archiving hangs. Never SIGKILL: shared memory would stay behind.
 *
 * Returns only when no process works in the data directory any more.
 *
 * @throws Failure server-running when processes remain
 * @see https://www.postgresql.org/docs/current/server-shutdown.html
 */
export async function stopServer(server: Server, options: StopOptions): Promise<StoppedServer> {
  const directory = options.dataDirectory ?? server.node.path;
  // Kept from before: the server takes postmaster.pid away when it ends, and the memory's id is in it.
  const file = await readPostmasterFile(directory);
  let mode: StopProgress['mode'] = 'fast';
  if ((await findServerProcesses(directory)).length > 0) {
    await requestStop(server, directory, 'fast');
    if (!(await waitUntilGone(directory, mode, options.timeoutMs, options.onProgress))) {
      mode = 'immediate';
      await requestStop(server, directory, 'immediate');
      await waitUntilGone(directory, mode, 60_000, options.onProgress);
    }
  }
  const remaining = await findServerProcesses(directory);
  if (remaining.length > 0 || (await isSharedMemoryInUse(file)))
    throw stillRunning(server, directory, remaining);
  return { mode, clean: await wasCleanShutdown(server, directory) };
}

/** False also when the control file is lost: who stops a destroyed server must get on. */
async function wasCleanShutdown(server: Server, directory: string): Promise<boolean> {
  try {
    return (await readControlData(server, directory)).state.startsWith('shut down');
  } catch (error) {
    if (isFailure(error, 'server-failed')) return false;
    throw error;
  }
}

/** The command for a person. */
export function stopCommand(server: Server): string {
  const { control, owner, node } = server;
  if (node.elsewhere !== undefined) return node.elsewhere.stop;
  if (control.kind === 'systemd') return `systemctl stop ${control.unit}`;
  const command =
    control.kind === 'pg_ctlcluster'
      ? `pg_ctlcluster ${control.version} ${control.cluster} stop -m fast`
      : `${server.binDirectory}/pg_ctl -D ${server.node.path} -m fast stop`;
  return `sudo -u ${owner.name} ${command}`;
}

/**
 * Sends the request and does not wait: the waiting is ours, with progress. A service is told through systemd, else it
 * would be restarted; its immediate stop is pg_ctl's all the same, because systemd knows only one way of stopping.
 */
async function requestStop(server: Server, directory: string, mode: StopProgress['mode']): Promise<void> {
  if (mode === 'fast' && server.control.kind === 'systemd' && directory === server.node.path) {
    await runCommand({
      command: '/usr/bin/systemctl',
      args: ['stop', '--no-block', server.control.unit],
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8' },
      timeoutMs: 30_000,
    });
    return;
  }
  if ((await findPostmaster(directory)) === undefined) return signalPostmaster(directory, mode);
  // A failure shows in what is left running afterwards; pg_ctl also fails when the server has just ended by itself.
  await runCommand({
    command: join(server.binDirectory, 'pg_ctl'),
    args: ['stop', '-D', directory, '-m', mode, '-W'],
    env: serverEnvironment(server.owner, server.binDirectory),
    runAs: server.runAs,
    timeoutMs: 30_000,
  });
}

/** Without postmaster.pid pg_ctl finds nothing. The signals are what pg_ctl would send: its manual page, "kill". */
async function signalPostmaster(directory: string, mode: StopProgress['mode']): Promise<void> {
  const pid = await findParent(await findServerProcesses(directory));
  if (pid === undefined) return;
  try {
    process.kill(pid, mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
  } catch (error) {
    // It ended by itself: it looks for its pid file every minute.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function waitUntilGone(
  directory: string,
  mode: StopProgress['mode'],
  timeoutMs: number,
  onProgress: StopOptions['onProgress'],
): Promise<boolean> {
  const started = performance.now();
  for (;;) {
    const processes = await findServerProcesses(directory);
    if (processes.length === 0) return true;
    const elapsedMs = performance.now() - started;
    if (elapsedMs >= timeoutMs) return false;
    onProgress?.({ mode, elapsedMs, processes: processes.length });
    await waitForAnyEnd(processes, Math.min(500, timeoutMs - elapsedMs));
  }
}

/** The end of a process is seen at once; looking through all processes of the host takes longer, and is done less often. */
async function waitForAnyEnd(pids: readonly number[], mostMs: number): Promise<void> {
  const started = performance.now();
  while (pids.every(isAtWork) && performance.now() - started < mostMs) {
    await delay(5);
  }
}

function stillRunning(server: Server, directory: string, pids: readonly number[]): Failure {
  return new Failure('server-running', {
    operation: 'stop PostgreSQL',
    place: directory,
    problem:
      pids.length > 0
        ? `processes still work in the data directory: ${pids.join(', ')}`
        : 'its shared memory is still in use by processes that are not visible from here',
    hint: `Find out what they wait for and end them; nothing was changed. Try: ${stopCommand(server)}`,
    details: { pids },
  });
}
