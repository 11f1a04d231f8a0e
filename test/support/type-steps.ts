import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import type { Runbook, RunbookScenario, RunbookStep } from '../../src/render/runbook/runbook.ts';
import { holdfastProgram } from './installation.ts';
import type { Sandbox } from './sandbox.ts';

/** What stands for `<NAME>` in the commands. A step that shows the timeline sets TIMELINE by itself. */
export type Blanks = Record<string, string>;

/** What types a command into a shell. @returns what was on the screen. @throws Error when one fails that must not */
export type TypeCommand = (command: string, step: RunbookStep) => Promise<string>;

/** A scenario of the first stanza. @throws Error when there is none of that name */
export function scenarioOf({ stanzas }: Runbook, id: string): RunbookScenario {
  const found = stanzas[0]?.scenarios.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no scenario ${id}`);
  return found;
}

/** Types the commands of steps, one after the other, with their blanks filled in. @returns what was on the screen */
export async function typeSteps(
  steps: readonly RunbookStep[],
  blanks: Blanks,
  type: TypeCommand,
): Promise<string> {
  let screen = '';
  for (const step of steps) {
    for (const command of step.commands) {
      const shown = await type(fillIn(command, blanks), step);
      screen += shown;
      noteTimeline(step, shown, blanks);
    }
  }
  return screen;
}

type ShellEnvironment = Readonly<Record<string, string>>;

/** The environment of a shell in which somebody works who is logged in, with `holdfast` on its PATH. */
export function shellEnvironment(sandbox: Sandbox): ShellEnvironment {
  const { runAs, owner } = sandbox;
  const programs = sandbox.directory('programs', 0o755);
  symlinkSync(holdfastProgram(), `${programs}/holdfast`);
  return {
    PATH: `${programs}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    HOME: runAs === undefined ? owner.home : '/root',
    TERM: 'xterm',
    SHELL: '/bin/bash',
    LC_ALL: 'C.UTF-8',
    TZ: 'UTC',
  };
}

function fillIn(command: string, blanks: Blanks): string {
  return command.replaceAll(/<([A-Z][A-Z\d_]*)>/g, (whole, name: string) => {
    const value = blanks[name];
    if (value === undefined) throw new Error(`nothing for ${whole} in: ${command}`);
    return value;
  });
}

/** What Holdfast asks for: yes, or a name that must be typed. */
const question = /\[(?:yes\/no|type (\S+) to go on)\] /;

/** Runs a line in bash, on a terminal where it asks, and answers yes. */
export async function typeCommand(
  command: string,
  step: RunbookStep,
  env: ShellEnvironment,
): Promise<string> {
  const [program, args] = step.asks
    ? ['script', ['--quiet', '--return', '--flush', '--command', command, '/dev/null']]
    : ['bash', ['-c', command]];
  const child = spawn(program as string, args as string[], {
    cwd: '/',
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let screen = '';
  let answered = false;
  const read = (chunk: Buffer): void => {
    screen += chunk.toString('utf8');
    const asked = step.asks && !answered ? question.exec(screen) : null;
    if (asked === null) return;
    answered = true;
    child.stdin.write(`${asked[1] ?? 'yes'}
`);
  };
  child.stdout.on('data', read);
  child.stderr.on('data', read);
  if (!step.asks) child.stdin.end();
  const timer = setTimeout(() => child.kill('SIGKILL'), 180_000);
  const [code] = (await once(child, 'exit')) as [number | null];
  clearTimeout(timer);
  // A server that was started keeps nothing of ours open; what is still on the way comes now.
  await new Promise((resolve) => setTimeout(resolve, 50));
  // A command of Holdfast that did its work ends with 1 where something should be looked at.
  const allowed = command.startsWith('holdfast ') ? [0, 1] : [0];
  if (step.asks && !answered) throw new Error(`never asked: ${command}\n${screen}`);
  if (!step.mayFail && !allowed.includes(code ?? -1))
    throw new Error(`ended with ${String(code)}: ${command}\n${screen}${tailOfLog(command)}`);
  return screen;
}

/** What the server said that a command could not start. */
function tailOfLog(command: string): string {
  const file = / -l (\S+\.log) /.exec(command)?.[1];
  return file !== undefined && existsSync(file) ? readFileSync(file, 'utf8').slice(-3000) : '';
}

/** Does what the text of the placeholder tells people to do. */
function noteTimeline(step: RunbookStep, screen: string, blanks: Blanks): void {
  if (!/timeline/.test(step.title)) return;
  const number = /^(\d+)$/m.exec(screen)?.[1];
  const names = [...screen.matchAll(/wal archive min\/max \(\d+\): [0-9A-F]+\/([0-9A-F]{8})/g)];
  const newest = names.map((name) => Number.parseInt(name[1] ?? '', 16));
  if (number !== undefined) blanks['TIMELINE'] = number;
  else if (newest.length > 0) blanks['TIMELINE'] = String(Math.max(...newest));
}
