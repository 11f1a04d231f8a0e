import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { callDaemon } from '../../src/daemon/control-client.ts';
import type { ControlAnswer, ControlRequest } from '../../src/daemon/control-protocol.ts';
import { socketPath } from '../../src/daemon/socket-path.ts';
import type { TestConfiguration } from './configuration.ts';
import { holdfastProgram } from './installation.ts';
import { testEnvironment, testUser } from './test-user.ts';
import { waitUntil } from './wait-until.ts';

/** A real `holdfast serve` of a test. Disposing ends it gracefully, and fails when it does not end so. */
export interface ServingDaemon extends AsyncDisposable {
  readonly pid: number;
  /** What it has said so far, both streams. */
  readonly lines: readonly string[];
  /** Resolves when it answers on its socket. @throws Error with what it said when it ended before */
  ready(): Promise<void>;
  /** SIGKILL to it alone; its children live on. Resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM. @returns its exit code, undefined when a signal ended it */
  stop(): Promise<number | undefined>;
  /** Sends one request and gives the first answer; the connection is closed after that. */
  ask(request: ControlRequest): Promise<ControlAnswer>;
}

export interface DaemonOptions {
  /** Added to a clean environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** Shell text that is carried out before it becomes the daemon: it enters a control group, for example. */
  readonly enter?: string;
}

/** Starts it as whoever runs the tests. It may not be ready yet. */
export function startDaemon(
  configuration: TestConfiguration,
  { env = {}, args = [], enter = ':' }: DaemonOptions = {},
): ServingDaemon {
  const { owner } = testUser();
  const words = [holdfastProgram(), '--config', configuration.file, 'serve', ...args];
  const child = spawn('/bin/sh', ['-c', `${enter}; exec "$0" "$@"`, ...words], {
    cwd: '/',
    env: { ...testEnvironment(owner), HOME: '/root', USER: 'root', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const lines = collectLines(child);
  const socket = socketPath(configuration.stateDirectory);
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const ended = (): Error =>
    new Error(`the daemon ended (${String(child.exitCode ?? child.signalCode)}):\n${lines.join('\n')}`);
  const daemon: ServingDaemon = {
    pid: child.pid ?? 0,
    lines,
    async ready() {
      await waitUntil('the daemon answers', async () => {
        if (hasEnded()) throw ended();
        using call = await callDaemon(socket, { ask: 'status' });
        return (await call?.next(5000))?.answer === 'status';
      });
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    async stop() {
      child.kill('SIGTERM');
      const [code] = await exited;
      return code ?? undefined;
    },
    async ask(request) {
      using call = await callDaemon(socket, request);
      const answer = await call?.next(30_000);
      if (answer === undefined) throw hasEnded() ? ended() : new Error('no daemon answers');
      return answer;
    },
    async [Symbol.asyncDispose]() {
      if (hasEnded()) return;
      const code = await daemon.stop();
      if (code !== 0) throw ended();
    },
  };
  return daemon;
}

function collectLines(child: ChildProcess): string[] {
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => void lines.push(line));
  }
  return lines;
}
