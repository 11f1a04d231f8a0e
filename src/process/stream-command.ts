import { spawn } from 'node:child_process';
import { PassThrough, type Readable } from 'node:stream';
import { GroupStopper, signalGroup } from './group-stopper.ts';
import { asWhom, type CommandSpec, exitOf } from './run-command.ts';

/** A child whose output is read as fast as its reader can: it waits where the reader does. */
export interface StreamedCommand extends AsyncDisposable {
  readonly stdout: Readable;
  /** Its exit code and the end of what it said. @throws SpawnError when it could not be started */
  readonly ended: Promise<StreamedEnd>;
}

export interface StreamedEnd {
  /** Undefined when a signal ended it. */
  readonly code: number | undefined;
  /** The last 64 KiB. */
  readonly stderr: string;
  readonly stopped: 'timeout' | 'abort' | undefined;
}

const mostStderr = 64 * 1024;

/**
 * Starts a child in a process group of its own, as runCommand does, whose stdout is a stream with back-pressure.
 * Disposing ends it when it still runs.
 */
export function streamCommand(
  spec: Pick<CommandSpec, 'command' | 'args' | 'env' | 'runAs' | 'signal' | 'timeoutMs' | 'graceMs'> & {
    readonly input: string;
  },
): StreamedCommand {
  const { command, args, identity } = asWhom(spec);
  const child = spawn(command, [...args], {
    cwd: '/',
    env: { ...spec.env },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    ...identity,
  });
  const exited = exitOf(child, spec.command);
  // When a child ends node throws away what nobody reads yet (child_process.js, flushStdio).
  const stdout = child.stdout.pipe(new PassThrough());
  child.stdout.on('error', (error) => stdout.destroy(error));
  const stopper = new GroupStopper(() => child.pid, spec);
  // A child that ends without reading its input is judged by its exit code, not by our broken pipe.
  child.stdin.on('error', () => {});
  child.stdin.end(spec.input);
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-mostStderr);
  });
  const said = new Promise((resolve) => child.stderr.once('close', resolve));
  const ended = exited
    .then(async ({ code }) => {
      await said;
      return { code: code ?? undefined, stderr, stopped: stopper.reason };
    })
    .finally(() => stopper.release());
  // Whoever awaits it sees it.
  ended.catch(() => {});
  return {
    stdout,
    ended,
    async [Symbol.asyncDispose]() {
      stdout.destroy();
      child.stdout.destroy();
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
        signalGroup(child.pid, 'SIGTERM');
      await ended.catch(() => undefined);
    },
  };
}
