import { isAlive, type ProcessIdentity } from './process-identity.ts';

/**
 * Ends a process that an earlier Holdfast started, with its whole group: `runCommand` makes each child the leader of
 * one, so that the engine's workers are reached too. Does nothing when exactly this process does not run any more.
 *
 * @param graceMs between SIGTERM and SIGKILL
 * @returns whether there was something to end
 */
export async function endProcess(
  process_: ProcessIdentity,
  { graceMs, sleep }: { readonly graceMs: number; readonly sleep: (milliseconds: number) => Promise<void> },
): Promise<boolean> {
  if (!isAlive(process_)) return false;
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    sendToGroup(process_.pid, signal);
    for (let waited = 0; waited < graceMs; waited += 50) {
      if (!isAlive(process_)) return true;
      await sleep(50);
    }
  }
  return true;
}

function sendToGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // It ended between our look and the signal: that is what was wanted.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
