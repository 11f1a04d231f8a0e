import { findGroup, type ProcessIdentity } from './process-identity.ts';

/**
 * Ends what is left of a child that an earlier Holdfast started, with its whole group: pgBackRest's workers go on
 * waiting for a main process that died of the pipe to us.
 *
 * @param leader the child, as it was noted when it was started
 * @param graceMs between SIGTERM and SIGKILL
 * @returns whether there was something to end
 */
export async function endGroup(
  leader: ProcessIdentity,
  { graceMs, sleep }: { readonly graceMs: number; readonly sleep: (milliseconds: number) => Promise<void> },
): Promise<boolean> {
  if (findGroup(leader).length === 0) return false;
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    sendToGroup(leader.pid, signal);
    for (let waited = 0; waited < graceMs; waited += 50) {
      if (findGroup(leader).length === 0) return true;
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
