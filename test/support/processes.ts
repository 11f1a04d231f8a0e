import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A running process as proc(5) shows it. */
export interface RunningProcess {
  readonly pid: number;
  readonly command: string;
}

/**
 * Processes that have to do with a directory: they work in it, or its path is among their arguments or in their
 * environment. Zombies are not counted: they run no more and wait for their parent only.
 */
export function processesOf(directory: string): readonly RunningProcess[] {
  const found: RunningProcess[] = [];
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const command = concerns(pid, directory);
    if (command !== undefined && !isZombie(pid)) found.push({ pid, command });
  }
  return found;
}

function concerns(pid: number, directory: string): string | undefined {
  const cwd = read(() => readlinkSync(`/proc/${pid}/cwd`));
  const command = read(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'))
    .replaceAll('\0', ' ')
    .trim();
  const inside = cwd === directory || cwd.startsWith(`${directory}/`);
  if (inside || mentions(command, directory)) return command || '(no arguments)';
  const environment = read(() => readFileSync(`/proc/${pid}/environ`, 'utf8'));
  return mentions(environment, directory) ? command || '(no arguments)' : undefined;
}

function mentions(text: string, directory: string): boolean {
  const at = text.indexOf(directory);
  // `/tmp/a` is not mentioned by `/tmp/ab`.
  return at >= 0 && !/[\w-]/.test(text[at + directory.length] ?? '');
}

/** Whether a process still runs. */
export function isRunning(pid: number): boolean {
  return read(() => readFileSync(`/proc/${pid}/stat`, 'utf8')) !== '' && !isZombie(pid);
}

function isZombie(pid: number): boolean {
  // The state follows the command in parentheses, which may itself hold spaces and parentheses.
  const stat = read(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  return /^[ZX]$/.test(stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3));
}

/** A process may end while we look at it, and those of other users can not be looked into: neither is ours. */
function read(source: () => string): string {
  try {
    return source();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES' || code === 'EPERM') return '';
    throw error;
  }
}
