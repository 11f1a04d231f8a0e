import { readFileSync } from 'node:fs';
import { Failure } from '../model/failure.ts';

/** Ends what runs when a person or the system asks for it. */
export interface StopControl extends Disposable {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** May be told of a child that was started: a second signal kills it with all other children. */
  readonly onSpawn: (pid: number) => void;
  /** From now on SIGHUP calls this and stops nothing: what a daemon does by convention. */
  readonly onHangup: (handler: () => void) => void;
  /** What the second signal does: children that still run are killed with their groups, servers never. */
  readonly killChildren: () => void;
}

const watched = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Watches Ctrl-C, SIGTERM and SIGHUP.
 *
 * The first one aborts: children are told to end and whoever waits for them cleans up and writes the journal. The
 * second one kills the children, so that the waiting ends now; the third one ends this process where it stands,
 * which the journal shows afterwards by the dead process it names.
 *
 * @param notify prints a line: what happens, and what the next Ctrl-C does
 */
export function watchStopSignals(notify: (line: string) => void): StopControl {
  const controller = new AbortController();
  const children = new Set<number>();
  let count = 0;
  let hangup: (() => void) | undefined;
  const killChildren = (): void => {
    for (const pid of new Set([...children, ...currentChildren()])) killGroup(pid);
  };
  const onSignal = (name: NodeJS.Signals): void => {
    if (name === 'SIGHUP' && hangup !== undefined) return hangup();
    count += 1;
    if (count === 1) {
      notify(`holdfast: ${name}: stopping as soon as it is safe; once more (Ctrl-C) kills what still runs`);
      controller.abort(
        new Failure('interrupted', {
          operation: 'run the command',
          problem: `stopped by ${name} before it was done`,
        }),
      );
    } else if (count === 2) {
      notify(
        `holdfast: ${name}: killing what still runs; once more ends Holdfast itself without cleaning up`,
      );
      killChildren();
    } else {
      process.exit(130);
    }
  };
  for (const name of watched) process.on(name, onSignal);
  return {
    signal: controller.signal,
    onSpawn: (pid) => void children.add(pid),
    onHangup: (handler) => void (hangup = handler),
    killChildren,
    [Symbol.dispose]: () => {
      for (const name of watched) process.off(name, onSignal);
    },
  };
}

/**
 * Children that nobody told us of, from proc(5); a kernel without that file leaves those that were told.
 *
 * @returns pids
 */
function currentChildren(): readonly number[] {
  try {
    const text = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8');
    return text.split(' ').map(Number).filter(Boolean);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Kills a child with its workers, if it still is a child of ours: its number may belong to somebody else by now. */
function killGroup(pid: number): void {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may contain anything; the parent is the second field after it.
    const end = status.lastIndexOf(')');
    const parent = Number(status.slice(end + 2).split(' ')[1]);
    // A server is never killed, whoever started it.
    const isServer = status.slice(status.indexOf('(') + 1, end) === 'postgres';
    if (parent === process.pid && !isServer) process.kill(-pid, 'SIGKILL');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'ENOENT' && code !== 'ESRCH') throw error;
  }
}
