import { type ChildProcess, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { endGroup } from './end-group.ts';
import { GroupStopper, signalGroup, type StopRules } from './group-stopper.ts';
import { openLogFile } from './open-log-file.ts';
import { findGroup, identifyChild, isAlive, type ProcessIdentity } from './process-identity.ts';
import { asWhom, exitOf, type RunAs } from './run-command.ts';
import { FileTail } from './tail-file.ts';

/** A child whose output goes into a file, so that it can outlive the Holdfast that started it. */
export interface LoggedChildSpec extends StopRules {
  readonly command: string;
  readonly args: readonly string[];
  /** The complete environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly runAs?: RunAs | undefined;
  /** Made with mode 0640, appended to; stdout and stderr both go there. */
  readonly logFile: string;
  /** Open in the child as further descriptors (3, 4, …) as long as it lives. */
  readonly inherit?: readonly Writable[] | undefined;
  readonly onSpawn?: ((identity: ProcessIdentity) => void) | undefined;
  /** Whole lines of the file as they come. */
  readonly onLine?: ((line: string) => void) | undefined;
}

/** How it ended. `code` is undefined when a signal ended it, or when it was adopted and so has no parent to tell. */
export interface LoggedChildEnd {
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  readonly stopped: 'timeout' | 'abort' | undefined;
  readonly elapsedMs: number;
}

/** What is known of a child that an earlier Holdfast started. */
export interface AdoptedChildSpec extends StopRules {
  /** Undefined when it is known to have ended. */
  readonly identity: ProcessIdentity | undefined;
  readonly logFile: string;
  /** Whole lines of the file from its beginning. */
  readonly onLine?: ((line: string) => void) | undefined;
}

/** Between two looks into a log: soon enough for people, and cheap (inotify misses changes on network storage). */
const pollMs = 150;
/** Of an adopted child: there is nobody to tell of its end but /proc. */
const adoptedPollMs = 250;

/**
 * Runs a child to its end in a session and process group of its own, its output in a file and what it was given to
 * inherit open for as long as it lives. Nothing of it depends on this process: it goes on when this one is killed.
 *
 * Any exit code is a result. @throws SpawnError when the program cannot be started, NodeJS.ErrnoException when the log
 * cannot be opened
 */
export async function runLoggedChild(spec: LoggedChildSpec): Promise<LoggedChildEnd> {
  const started = performance.now();
  const child = asWhom(spec);
  using log = openLogFile(spec.logFile, spec.runAs);
  await using tail = await FileTail.open(spec.logFile, log.size, spec.onLine ?? (() => {}));
  const running = spawn(child.command, [...child.args], {
    cwd: '/',
    env: { ...spec.env },
    detached: true,
    stdio: ['ignore', log.descriptor, log.descriptor, ...(spec.inherit ?? [])],
    ...child.identity,
  });
  const ended = exitOf(running, spec.command);
  const identity = running.pid === undefined ? undefined : identifyChild(running.pid);
  const stopper = new GroupStopper(() => running.pid, spec);
  try {
    const { code, signal } = await attend(running, { spec, identity, tail, ended });
    if (identity !== undefined) await leaveNobody(identity, code === 0);
    await tail.finish();
    return {
      code: code ?? undefined,
      signal: signal ?? undefined,
      stopped: stopper.reason,
      elapsedMs: performance.now() - started,
    };
  } finally {
    stopper.release();
  }
}

interface Attended {
  readonly spec: LoggedChildSpec;
  readonly identity: ProcessIdentity | undefined;
  readonly tail: FileTail;
  readonly ended: ReturnType<typeof exitOf>;
}

/** Waits for the end and gives lines meanwhile. A child that nobody can listen to any more is ended. */
async function attend(
  child: ChildProcess,
  { spec, identity, tail, ended }: Attended,
): ReturnType<typeof exitOf> {
  try {
    const end = Promise.all([ended, follow(tail, ended)]);
    if (identity !== undefined) spec.onSpawn?.(identity);
    return (await end)[0];
  } catch (error) {
    if (identity !== undefined && child.exitCode === null) await endRest(identity);
    throw error;
  }
}

/**
 * Goes on with a child of a Holdfast that died: gives the lines of its log from the beginning, waits for its end (and
 * its group's), and stops it when asked. Its exit code went to another parent: only the log tells how it ended.
 *
 * @throws NodeJS.ErrnoException when the log cannot be read
 */
export async function adoptLoggedChild(spec: AdoptedChildSpec): Promise<LoggedChildEnd> {
  const started = performance.now();
  const { identity } = spec;
  await using tail = await FileTail.open(spec.logFile, 0, spec.onLine ?? (() => {}));
  const stopper = new GroupStopper(
    () => (identity !== undefined && findGroup(identity).length > 0 ? identity.pid : undefined),
    spec,
  );
  try {
    if (identity !== undefined) await outlive(identity, tail);
    await tail.finish();
    const elapsedMs = performance.now() - started;
    return { code: undefined, signal: undefined, stopped: stopper.reason, elapsedMs };
  } finally {
    stopper.release();
  }
}

/** Reads on until the child has ended. What the callback throws goes to who waits for it. */
async function follow(tail: FileTail, ended: Promise<unknown>): Promise<void> {
  const state = { running: true };
  const stop = (): void => void (state.running = false);
  const end = ended.then(stop, stop);
  while (state.running) {
    await tail.read();
    // It must not hold the process up once the child has ended.
    await Promise.race([end, delay(pollMs, undefined, { ref: false })]);
  }
}

/** Reads on until an adopted child and its workers have ended. */
async function outlive(child: ProcessIdentity, tail: FileTail): Promise<void> {
  while (isAlive(child)) {
    await tail.read();
    await delay(adoptedPollMs);
  }
  await endRest(child);
}

/**
 * Ends what a child left in its group. After a good end that is a watcher at most, and needs no waiting; the workers of
 * one that was killed still hold what they inherited.
 */
async function leaveNobody(leader: ProcessIdentity, endedWell: boolean): Promise<void> {
  if (!hasGroup(leader.pid)) return;
  if (endedWell) signalGroup(leader.pid, 'SIGTERM');
  else await endRest(leader);
}

async function endRest(leader: ProcessIdentity): Promise<void> {
  await endGroup(leader, { graceMs: 5000, sleep: (milliseconds) => delay(milliseconds) });
}

function hasGroup(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
