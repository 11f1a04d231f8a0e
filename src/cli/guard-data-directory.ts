import { Failure } from '../model/failure.ts';
import { lookElsewhere } from '../postgres/look-elsewhere.ts';
import { findServerProcesses } from '../postgres/postmaster-processes.ts';
import { takeServerGuard, type ServerGuard } from '../postgres/server-guard.ts';
import type { Server } from '../postgres/server.ts';
import { stopWhateverRuns } from '../recovery/apply/stop-old-server.ts';
import { defaultLimits } from '../recovery/apply/restore-context.ts';
import type { RestorePlan } from '../recovery/restore-plan.ts';

/**
 * Makes sure that no server in another container works in a directory that is about to be replaced, and that none begins
 * to meanwhile. Undefined for a copy beside production, and where containers have no lock for it.
 *
 * A server that an earlier attempt left running here holds the lock itself: for an undo it is stopped first.
 *
 * @throws Failure server-running when there is one, or nobody knows
 */
export async function guardDataDirectory(
  plan: RestorePlan,
  server: Server,
  { stopsServer = false }: { readonly stopsServer?: boolean } = {},
): Promise<ServerGuard | undefined> {
  if (plan.mode === 'into') return undefined;
  const directory = server.node.path;
  const isHere = (await findServerProcesses(directory)).length > 0;
  let guard = await takeServerGuard(directory);
  if (guard === 'held' && isHere) {
    if (!stopsServer) return undefined;
    await stopWhateverRuns(server, defaultLimits.stopMs);
    guard = await takeServerGuard(directory);
  }
  if (guard === 'held') throw runsElsewhere(plan, server, 'the lock beside it is held');
  if (guard !== 'none') return guard;
  const elsewhere = isHere ? undefined : await lookElsewhere(server);
  if (elsewhere !== undefined) throw runsElsewhere(plan, server, elsewhere.evidence);
  return undefined;
}

function runsElsewhere(plan: RestorePlan, { node }: Server, evidence: string): Failure {
  const stop =
    node.elsewhere === undefined ? 'Stop it where it runs' : `Stop it with \`${node.elsewhere.stop}\``;
  return new Failure('server-running', {
    operation: `restore stanza ${plan.stanza}`,
    place: node.path,
    problem: `a server in another container may work in the data directory: ${evidence}`,
    hint: `${stop}, then try again. Nothing was changed.`,
  });
}
