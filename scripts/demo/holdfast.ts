import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { quoteForShell } from '../../src/model/quote-for-shell.ts';
import type { Playground } from './playground.ts';

const program = fileURLToPath(new URL('../../bin/holdfast', import.meta.url));

/**
 * Runs the `holdfast` command as a person would, on this terminal.
 *
 * @throws Error when it ends with anything but 0
 */
export async function holdfast(
  playground: Playground,
  args: readonly string[],
  options: { say: (text: string) => void; quiet?: boolean; signal: AbortSignal },
): Promise<void> {
  options.say(`   $ holdfast ${args.map(quoteForShell).join(' ')}`);
  const child = spawn(program, ['--config', playground.configuration, ...args], {
    stdio: ['ignore', options.quiet === true ? 'ignore' : 'inherit', 'inherit'],
  });
  const stop = (): void => void child.kill('SIGINT');
  options.signal.addEventListener('abort', stop, { once: true });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', resolve);
    });
    if (code !== 0) throw new Error(`holdfast ${args[0]} ended with ${code}`);
  } finally {
    options.signal.removeEventListener('abort', stop);
  }
}
