import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { holdfastProgram } from './installation.ts';
import { testEnvironment, testUser } from './test-user.ts';

/** What is typed when a text shows; one whose text does not show before that of the next one is left out. */
export type Dialogue = readonly (readonly [waitFor: RegExp, answer: string | ((screen: string) => string)])[];

export interface TerminalResult {
  readonly code: number | null;
  /** All that was shown, with what was typed where the terminal echoed it. */
  readonly screen: string;
}

/**
 * Runs Holdfast on a real pseudo terminal, which `script` of util-linux makes, and types answers.
 *
 * @throws Error with the screen when a text does not show within a minute
 */
export async function runOnTerminal(
  args: readonly string[],
  dialogue: Dialogue,
  options: { readonly cwd?: string } = {},
): Promise<TerminalResult> {
  const { owner } = testUser();
  const command = [holdfastProgram(), ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['--quiet', '--return', '--flush', '--command', command, '/dev/null'], {
    cwd: options.cwd ?? '/',
    env: { ...testEnvironment(owner), TERM: 'xterm', SHELL: '/bin/sh' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let screen = '';
  let seen = 0;
  let next = 0;
  const answerWhatShows = (): void => {
    for (let index = next; index < dialogue.length && index < next + 2; index += 1) {
      const [waitFor, answer] = dialogue[index] ?? [/^$/, ''];
      const found = waitFor.exec(screen.slice(seen));
      if (found === null) continue;
      seen += found.index + found[0].length;
      next = index + 1;
      child.stdin.write(`${typeof answer === 'string' ? answer : answer(screen)}\r`);
      return;
    }
  };
  child.stdout.on('data', (chunk: Buffer) => {
    screen += chunk.toString('utf8');
    answerWhatShows();
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), 60_000);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  const missed = dialogue[next];
  if (missed !== undefined) throw new Error(`never shown: ${String(missed[0])}\n${screen}`);
  return { code, screen };
}
