import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { runCommand, type CommandResult, type RunAs } from '../../src/process/run-command.ts';
import { listeningPorts, reservePort, type ReservedPort } from './ports.ts';
import { processesOf } from './processes.ts';
import { testEnvironment, testUser } from './test-user.ts';
import { waitUntil } from './wait-until.ts';

/**
 * A folder of its own under /tmp that belongs to postgres, with everything a test opens in it.
 *
 * Disposing runs what was deferred, newest first, and then looks for leaks: a process that works in the folder or
 * names it, a port of ours that somebody still listens on. Leaks are ended and removed, and the test fails.
 */
export interface Sandbox extends AsyncDisposable {
  /** Absolute, short (the path of a Unix socket may have 107 bytes only), without symbolic links. */
  readonly path: string;
  readonly owner: RunAs;
  /** Undefined when the tests already run as the owner. */
  readonly runAs: RunAs | undefined;
  /** A path inside. Nothing is created. */
  file(...parts: string[]): string;
  /** Creates a folder (0700 unless told) owned by postgres and gives its path. */
  directory(name: string, mode?: number): string;
  /** Writes a file owned by postgres and gives its path; folders on the way are created. */
  write(name: string, content: string, mode?: number): string;
  /** A free TCP port that is ours until the sandbox is disposed. */
  port(): Promise<number>;
  /** Runs a command as postgres with a clean environment. Any exit code is a result. */
  run(command: string, args: readonly string[], options?: RunOptions): Promise<CommandResult>;
  /** Like `run`, and @throws Error when the exit code is not 0 */
  mustRun(command: string, args: readonly string[], options?: RunOptions): Promise<CommandResult>;
  /** Something to be done before the folder is removed; the newest first. */
  defer(cleanUp: () => void | Promise<void>): void;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly timeoutMs?: number;
  readonly cwd?: string;
}

/**
 * @param name shows in the folder's name; short
 * @param options graceMs: how long processes may take to end by themselves at the end (asynchronous archiving outlives
 * its server a little)
 * @throws Error when the tests run neither as root nor as postgres
 */
export async function createSandbox(name = 'test', { graceMs = 5000 } = {}): Promise<Sandbox> {
  const { owner, runAs } = testUser();
  const path = `/tmp/hf-${name}-${randomBytes(4).toString('hex')}`;
  mkdirSync(path, { mode: 0o700 });
  if (runAs !== undefined) chownSync(path, runAs.uid, runAs.gid);
  const ports: ReservedPort[] = [];
  const deferred: (() => void | Promise<void>)[] = [];
  const resolve = (...parts: string[]): string => join(path, ...parts);
  const run: Sandbox['run'] = (command, args, options = {}) =>
    runCommand({
      command,
      args,
      env: { ...testEnvironment(owner), ...options.env },
      runAs,
      cwd: options.cwd ?? path,
      timeoutMs: options.timeoutMs ?? 120_000,
      ...(options.input === undefined ? {} : { input: options.input }),
    });
  return {
    path,
    owner,
    runAs,
    file: resolve,
    directory: (folder, mode = 0o700) => createDirectory(path, resolve(folder), runAs, mode),
    write: (file, content, mode = 0o600) => writeOwned(path, file, content, { mode, runAs }),
    async port() {
      const reserved = await reservePort();
      ports.push(reserved);
      return reserved.number;
    },
    run,
    async mustRun(command, args, options) {
      const result = await run(command, args, options);
      if (result.code !== 0) throw new Error(describeFailure(command, args, result));
      return result;
    },
    defer: (cleanUp) => void deferred.push(cleanUp),
    [Symbol.asyncDispose]: () => dispose(path, { deferred, ports, graceMs }),
  };
}

function createDirectory(root: string, directory: string, runAs: RunAs | undefined, mode: number): string {
  if (directory !== root) createDirectory(root, dirname(directory), runAs, 0o700);
  try {
    mkdirSync(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return directory;
    throw error;
  }
  chmodSync(directory, mode);
  if (runAs !== undefined) chownSync(directory, runAs.uid, runAs.gid);
  return directory;
}

function writeOwned(
  root: string,
  name: string,
  content: string,
  { mode, runAs }: { mode: number; runAs: RunAs | undefined },
): string {
  const file = isAbsolute(name) ? name : join(root, name);
  createDirectory(root, dirname(file), runAs, 0o700);
  writeFileSync(file, content);
  chmodSync(file, mode);
  if (runAs !== undefined) chownSync(file, runAs.uid, runAs.gid);
  return file;
}

function describeFailure(command: string, args: readonly string[], result: CommandResult): string {
  const why = result.code === undefined ? `ended by ${String(result.signal)}` : `exit code ${result.code}`;
  const stopped = result.stopped === undefined ? '' : ` (${result.stopped})`;
  return `${command} ${args.join(' ')}: ${why}${stopped}\n${result.stdout}\n${result.stderr}`;
}

interface Belongings {
  readonly deferred: readonly (() => void | Promise<void>)[];
  readonly ports: readonly ReservedPort[];
  readonly graceMs: number;
}

async function dispose(path: string, { deferred, ports, graceMs }: Belongings): Promise<void> {
  const problems: unknown[] = [];
  for (const cleanUp of deferred.toReversed()) {
    try {
      await cleanUp();
    } catch (error) {
      // The rest must be cleaned up all the same; what failed is thrown at the end.
      problems.push(error);
    }
  }
  problems.push(...(await leakedProcesses(path, graceMs)), ...leakedPorts(ports), ...leakedMounts(path));
  for (const port of ports) port[Symbol.dispose]();
  // Never through a mount: rmSync would empty what is mounted.
  if (leakedMounts(path).length === 0) rmSync(path, { recursive: true, force: true });
  if (problems.length === 1) throw problems[0];
  if (problems.length > 1) {
    throw new AggregateError(problems, `cleaning up ${path}: ${problems.map(String).join('; ')}`);
  }
}

async function leakedProcesses(path: string, graceMs: number): Promise<readonly Error[]> {
  const deadline = performance.now() + graceMs;
  let left = processesOf(path);
  while (left.length > 0 && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    left = processesOf(path);
  }
  for (const { pid } of left) kill(pid);
  if (left.length > 0)
    await waitUntil(`leaked processes of ${path} end`, () => processesOf(path).length === 0);
  return left.map(({ pid, command }) => new Error(`leaked process ${pid}: ${command}`));
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function leakedPorts(ports: readonly ReservedPort[]): readonly Error[] {
  const listening = listeningPorts();
  return ports
    .filter(({ number }) => listening.has(number))
    .map(({ number }) => new Error(`port ${number} is still listened on`));
}

function leakedMounts(path: string): readonly Error[] {
  return readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((point) => point.startsWith(`${path}/`))
    .map((point) => new Error(`${point} is still mounted`));
}
