import { signalGroup } from './group-stopper.ts';
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
    signalGroup(leader.pid, signal);
    for (let waited = 0; waited < graceMs; waited += 50) {
      if (findGroup(leader).length === 0) return true;
      await sleep(50);
    }
  }
  return true;
}
