import { Failure } from '../../model/failure.ts';
import { endGroup } from '../../process/end-group.ts';
import { isAlive } from '../../process/process-identity.ts';
import type { RunRecord } from '../../store/journal.ts';
import { requireSet } from './archive-listing.ts';
import { type RestoreOutcome, runSteps } from './apply-restore.ts';
import type { RestoreDependencies } from './restore-context.ts';
import { isDone, readRestoreFacts, restoreContext } from './restore-run.ts';
import { findOrphan, type RestoreStand, standOfRestore } from './stand-of-restore.ts';

/** What goes on with a restore; its server and plan come from the journal. */
export type ResumeDependencies = Omit<RestoreDependencies, 'server'>;

/**
 * Finishes a restore that was killed, interrupted or failed: ends what its dead Holdfast left running, then runs the
 * steps that are not done. Consent is the caller's business.
 *
 * @param id of the restore, or an unambiguous part of it
 * @throws Failure nothing-found, operation-unfinished when it cannot be resumed, or of the step that fails
 */
export async function resumeRestore(id: string, deps: ResumeDependencies): Promise<RestoreOutcome> {
  const run = findRestore(deps.journal.findRun(id), id);
  const facts = readRestoreFacts(run);
  const stand = standOfRestore(deps.journal, run);
  if (stand.state !== 'stopped') throw notResumable(stand);
  deps.journal.reopenRun(run.id, deps.process, (now) => refuseLiving(now, stand));
  const orphan = findOrphan(deps.journal, run);
  if (orphan !== undefined) await endGroup(orphan, { graceMs: 30_000, sleep: deps.sleep });
  if (!isDone(deps.journal.stepsOf(run.id), 'restore-files')) await requireSet(deps.engine, facts.plan);
  return runSteps(restoreContext(facts, { ...deps, server: facts.server }));
}

/** @throws Failure nothing-found when there is no such run or it is no restore */
export function findRestore(run: RunRecord | undefined, id: string): RunRecord {
  if (run?.kind === 'restore') return run;
  throw new Failure('nothing-found', {
    operation: `find the restore ${id}`,
    problem:
      run === undefined ? 'the journal knows no such run' : `${run.id} is not a restore but a ${run.kind}`,
    hint:
      'Look at `holdfast journal` for the id. A restore that was lost with its journal is described beside its data ' +
      'directory, in DIRECTORY.holdfast-restore.json.',
  });
}

/** Somebody else may have taken it up since we looked. */
function refuseLiving(run: RunRecord, stand: RestoreStand): void {
  if (run.result !== 'running' || run.process === undefined || !isAlive(run.process)) return;
  throw notResumable({ ...stand, description: `runs (pid ${run.process.pid})`, next: [] });
}

function notResumable(stand: RestoreStand): Failure {
  return new Failure('operation-unfinished', {
    operation: `resume the restore ${stand.id}`,
    problem: `it cannot be resumed: it ${stand.state === 'finished' ? 'has ' : stand.state === 'undone' ? 'is ' : ''}${stand.description}`,
    hint: stand.next.length === 0 ? 'There is nothing to do.' : `Possible now: ${stand.next.join(' or ')}.`,
    details: { id: stand.id, state: stand.state },
  });
}
