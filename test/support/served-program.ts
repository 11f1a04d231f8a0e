import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { waitUntil } from './wait-until.ts';

/** A server of somebody else that a test started. Disposing ends it. */
export interface ServedProgram extends AsyncDisposable {
  /** Ends it at once, as a crash would. */
  readonly kill: () => Promise<void>;
}

/**
 * Starts a program that serves until it is ended, and waits until it answers.
 *
 * @throws Error with its output when it ends, or does not answer in time
 */
export async function serveProgram(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly isReady: () => Promise<boolean> },
): Promise<ServedProgram> {
  const child = spawn(command, args, { cwd: options.cwd, stdio: ['ignore', 'pipe', 'pipe'], env: {} });
  let output = '';
  const hear = (text: Buffer): void => void (output += text.toString('utf8'));
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const ended = once(child, 'exit');
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await ended;
  };
  try {
    await waitUntil(`${command} answers`, async () => {
      if (child.exitCode !== null) throw new Error(`${command} ended: ${output}`);
      // Refused until it listens.
      return options.isReady().catch(() => false);
    });
  } catch (error) {
    await end('SIGKILL');
    throw new Error(`${command} did not begin to serve:\n${output}`, { cause: error });
  }
  return { kill: () => end('SIGKILL'), [Symbol.asyncDispose]: () => end('SIGTERM') };
}
