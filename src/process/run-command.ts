import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { GroupStopper } from './group-stopper.ts';
import { type ChildPriority, priorityPrefix } from './child-priority.ts';
import { findProgram, type StepDown, stepDown } from './step-down.ts';

/** An operating system user that a child runs as. */
export interface RunAs {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

export interface CommandSpec {
  readonly command: string;
  readonly args: readonly string[];
  /** The complete environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Defaults to `/`, which every user may enter (PostgreSQL's tools warn when they may not). */
  readonly cwd?: string;
  /** Undefined keeps the present user. */
  readonly runAs?: RunAs | undefined;
  /** Undefined: as this process. */
  readonly priority?: ChildPriority | undefined;
  /** A stream keeps the child's stdin open until it ends: for one that is told things while it runs. */
  readonly input?: string | Readable;
  /** Open files that it gets as 3, 4, …: with a lock on one, it and what it leaves behind hold the lock too. */
  readonly inherited?: readonly number[] | undefined;
  /** Milliseconds until the graceful stop; undefined waits for ever. */
  readonly timeoutMs?: number;
  /** Milliseconds between SIGTERM and SIGKILL. pgBackRest needs a moment to stop its workers. */
  readonly graceMs?: number;
  /** Aborting stops the child gracefully, then forcefully. */
  readonly signal?: AbortSignal | undefined;
  readonly onLine?: ((line: string, stream: 'stdout' | 'stderr') => void) | undefined;
  readonly onSpawn?: ((pid: number) => void) | undefined;
  /** `lines` keeps text; `bytes` keeps stdout as it is (WAL segments, manifests). */
  readonly capture?: 'lines' | 'bytes';
  /** Takes stdout as it comes; none of it is kept. It must not throw. */
  readonly onChunk?: ((chunk: Buffer) => void) | undefined;
}

export interface CommandResult {
  /** undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  /** Whole stdout as text; empty with `capture: 'bytes'`. */
  readonly stdout: string;
  readonly stderr: string;
  /** Only with `capture: 'bytes'`. */
  readonly bytes: Buffer;
  readonly elapsedMs: number;
  readonly stopped: 'timeout' | 'abort' | undefined;
}

/** The program could not be started at all (ENOENT, EACCES). */
export class SpawnError extends Error {
  readonly code: string;
  constructor(command: string, cause: NodeJS.ErrnoException) {
    super(`cannot start ${command}: ${cause.code ?? cause.message}`, { cause });
    this.name = 'SpawnError';
    this.code = cause.code ?? 'UNKNOWN';
  }
}

/**
 * Runs a child to its end in a process group of its own, so that a stop reaches its workers too and a Ctrl-C in the
 * terminal reaches only us.
 *
 * Any exit code is a result. @throws SpawnError when the program cannot be started
 */
export async function runCommand(spec: CommandSpec): Promise<CommandResult> {
  const started = performance.now();
  const child = spawnChild(spec);
  const ended = exitOf(child, spec.command);
  if (child.pid !== undefined) spec.onSpawn?.(child.pid);
  if (spec.input !== undefined) {
    // A child that ends without reading its input is judged by its exit code, not by our broken pipe.
    child.stdin?.on('error', () => {});
    if (typeof spec.input === 'string') child.stdin?.end(spec.input);
    else if (child.stdin) spec.input.pipe(child.stdin);
  }
  const output = collectOutput(child, spec);
  const stopper = new GroupStopper(() => child.pid, spec);
  try {
    const { code, signal } = await ended;
    await output.finished;
    return {
      code: code ?? undefined,
      signal: signal ?? undefined,
      stdout: output.stdout.join('\n'),
      stderr: output.stderr.join('\n'),
      bytes: Buffer.concat(output.bytes),
      elapsedMs: performance.now() - started,
      stopped: stopper.reason,
    };
  } finally {
    stopper.release();
  }
}

function spawnChild(spec: CommandSpec): ChildProcess {
  const { command, args, identity } = asWhom(spec);
  return spawn(command, [...args], {
    cwd: spec.cwd ?? '/',
    env: { ...spec.env },
    detached: true,
    stdio: [spec.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe', ...(spec.inherited ?? [])],
    ...identity,
  });
}

/** The program and its arguments as they are spawned for another user and with another priority. @throws SpawnError when there is no program */
export function asWhom(spec: Pick<CommandSpec, 'command' | 'args' | 'runAs' | 'env' | 'priority'>): StepDown {
  const { command, args, runAs, env, priority } = spec;
  const prefix = priority === undefined ? [] : priorityPrefix(priority);
  try {
    const target =
      runAs === undefined
        ? // What stands before it would only end with 127 where there is no such program.
          { command: prefix.length > 0 ? findProgram(command, env['PATH'] ?? '') : command, args }
        : stepDown(command, args, runAs, env['PATH']);
    const identity = 'identity' in target ? target.identity : undefined;
    const [first, ...rest] = [...prefix, target.command, ...target.args];
    return { command: first ?? command, args: rest, identity };
  } catch (error) {
    throw new SpawnError(command, error as NodeJS.ErrnoException);
  }
}

/** How a child ends. Rejects with a SpawnError when it could not be started. */
export function exitOf(
  child: ChildProcess,
  command: string,
): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new SpawnError(command, error)));
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
}

interface Output {
  readonly stdout: string[];
  readonly stderr: string[];
  readonly bytes: Buffer[];
  readonly finished: Promise<unknown>;
}

function collectOutput(child: ChildProcess, spec: CommandSpec): Output {
  const output = { stdout: [] as string[], stderr: [] as string[], bytes: [] as Buffer[] };
  const streams: Promise<unknown>[] = [];
  const readLines = (stream: 'stdout' | 'stderr'): void => {
    const source = child[stream];
    if (!source) return;
    const lines = createInterface({ input: source, crlfDelay: Number.POSITIVE_INFINITY });
    lines.on('line', (line) => {
      output[stream].push(line);
      spec.onLine?.(line, stream);
    });
    streams.push(new Promise((resolve) => lines.once('close', resolve)));
  };
  readLines('stderr');
  const { onChunk } = spec;
  if (onChunk !== undefined) {
    child.stdout?.on('data', onChunk);
    // All of it is wanted, however long that takes: the one who reads it may be slower than the child was.
    const closed = new Promise((resolve) => child.stdout?.once('close', resolve));
    return { ...output, finished: closed.then(() => drained(child, Promise.all(streams))) };
  }
  if (spec.capture === 'bytes') {
    child.stdout?.on('data', (chunk: Buffer) => output.bytes.push(chunk));
    streams.push(new Promise((resolve) => child.stdout?.once('close', resolve)));
  } else {
    readLines('stdout');
  }
  return { ...output, finished: drained(child, Promise.all(streams)) };
}

/**
 * Output is complete when the pipes close. A daemon that the child left behind (a postmaster started by pg_ctl)
 * keeps them open for ever, so after the exit only a short while is granted.
 */
async function drained(child: ChildProcess, closed: Promise<unknown>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    await new Promise((resolve) => {
      child.once('exit', resolve);
      child.once('error', resolve);
    });
  }
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise((resolve) => {
    timer = setTimeout(resolve, 500);
  });
  await Promise.race([closed, patience]);
  clearTimeout(timer);
  child.stdout?.destroy();
  child.stderr?.destroy();
}
