import { isRunning, processesOf } from './processes.ts';
import { waitUntil } from './wait-until.ts';

export interface HeldProcesses {
  readonly pids: readonly number[];
  readonly release: () => void;
}

/** Holds every process of a kind that names the directory as soon as there is one, until they are let go on. */
export async function holdProcesses(directory: string, kind: RegExp): Promise<HeldProcesses> {
  const find = (): ReturnType<typeof processesOf> =>
    processesOf(directory).filter(({ command }) => kind.test(command));
  const held = await waitUntil('there is one to hold', () => {
    const found = find();
    for (const { pid } of found) process.kill(pid, 'SIGSTOP');
    // Whoever came meanwhile goes on: all are held the next time.
    const isAll = find().every(({ pid }) => found.some((one) => one.pid === pid));
    return found.length > 0 && isAll && found;
  });
  const pids = (held || []).map(({ pid }) => pid);
  const release = (): void => {
    for (const pid of pids) if (isRunning(pid)) process.kill(pid, 'SIGCONT');
  };
  return { pids, release };
}
