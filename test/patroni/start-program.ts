import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import type { Sandbox } from '../support/sandbox.ts';
import { testEnvironment } from '../support/test-user.ts';
import { waitUntil } from '../support/wait-until.ts';

/** A program that runs beside the test until it is stopped, at the latest by its sandbox. */
export interface RunningProgram {
  readonly pid: number;
  readonly logFile: string;
  isRunning(): boolean;
  signal(signal: NodeJS.Signals): void;
  /** SIGTERM, and waits for the end. */
  stop(): Promise<void>;
}

/**
 * Starts a program as postgres, with a clean environment and its output in `NAME.log` of the sandbox.
 *
 * @throws Error when it is not installed
 */
export function startProgram(
  sandbox: Sandbox,
  name: string,
  command: string,
  args: readonly string[],
): RunningProgram {
  if (!existsSync(command)) {
    throw new Error(`${command} is not installed: \`npm run test:patroni\` installs it`);
  }
  const { owner, runAs } = sandbox;
  const logFile = sandbox.write(`${name}.log`, '');
  const log = openSync(logFile, 'a');
  const child = spawn(command, [...args], {
    cwd: sandbox.path,
    env: testEnvironment(owner),
    stdio: ['ignore', log, log],
    ...(runAs === undefined ? {} : { uid: runAs.uid, gid: runAs.gid }),
  });
  closeSync(log);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} could not be started`);
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  const program: RunningProgram = {
    pid,
    logFile,
    isRunning,
    signal: (signal) => void child.kill(signal),
    async stop() {
      if (!isRunning()) return;
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      try {
        await waitUntil(`${name} ends`, () => !isRunning());
      } catch (error) {
        child.kill('SIGKILL');
        throw new Error(`${String(error)}\n${readFileSync(logFile, 'utf8').slice(-3000)}`, { cause: error });
      }
    },
  };
  sandbox.defer(() => program.stop());
  return program;
}
