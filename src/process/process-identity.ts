import { readdirSync, readFileSync } from 'node:fs';

/** A process that cannot be mistaken for a later one with the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot when it started: field 22 of /proc/PID/stat, proc(5). */
  readonly startTicks: number;
}

/**
 * The identity of a running process.
 *
 * @returns undefined when there is no such process, or when it has ended and only waits for its parent (a zombie)
 */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  const fields = readStatFields(pid);
  if (fields === undefined) return undefined;
  const [state, startTicks] = [fields[0], Number(fields[19])];
  if (state === 'Z' || state === 'X' || !Number.isSafeInteger(startTicks)) return undefined;
  return { pid, startTicks };
}

/**
 * The identity of a child of this process, also of one that has ended already and that we have not heard of yet: until
 * then its number cannot be another's.
 */
export function identifyChild(pid: number): ProcessIdentity | undefined {
  const startTicks = Number(readStatFields(pid)?.[19]);
  return Number.isSafeInteger(startTicks) ? { pid, startTicks } : undefined;
}

/** True while exactly this process runs: a reused pid has another start time. */
export function isAlive(process: ProcessIdentity): boolean {
  return identifyProcess(process.pid)?.startTicks === process.startTicks;
}

/**
 * What is left of a child that was made the leader of its own session and group (`runCommand` does): itself and the
 * workers it forked, which may outlive it.
 *
 * While a group has members the kernel gives its number to no new process. A process of that number with another start
 * time therefore means that our group is gone.
 */
export function findGroup(leader: ProcessIdentity): ProcessIdentity[] {
  const holder = identifyProcess(leader.pid);
  if (holder !== undefined && holder.startTicks !== leader.startTicks) return [];
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      const fields = readStatFields(Number(entry));
      const [group, session] = [Number(fields?.[2]), Number(fields?.[3])];
      const member =
        group === leader.pid && session === leader.pid ? identifyProcess(Number(entry)) : undefined;
      return member !== undefined && member.startTicks >= leader.startTicks ? [member] : [];
    });
}

/**
 * The fields after the program's name, so that index 0 is field 3 (state) and index 19 is field 22 (start time).
 * The name is in parentheses and may itself hold blanks and parentheses: the last one ends it.
 */
function readStatFields(pid: number): readonly string[] | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // ESRCH: it ended while the file was being read.
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}
