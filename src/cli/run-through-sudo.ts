import { spawn } from 'node:child_process';

/**
 * Runs a command on this terminal in our place. Ctrl-C reaches the whole group of the terminal, so sudo and what it
 * runs get it without us; what only we are sent is passed on.
 *
 * @returns its exit code
 */
export async function runThroughSudo(command: readonly string[]): Promise<number> {
  const [program = 'sudo', ...args] = command;
  const child = spawn(program, args, { stdio: 'inherit' });
  const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // What this process would do by itself on a signal is now done by the one behind sudo.
    process.removeAllListeners(name);
    process.on(name, name === 'SIGINT' ? () => {} : pass);
  }
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => resolve(code ?? (signal === null ? 1 : 130)));
    });
  } finally {
    process.off('SIGTERM', pass);
    process.off('SIGHUP', pass);
  }
}
