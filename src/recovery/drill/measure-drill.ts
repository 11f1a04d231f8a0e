import type { DrillMeasurements, DrillPhase } from '../../model/drill.ts';
import type { CopyPlan, MadeCopy } from '../copy/make-copy.ts';
import type { RestoreStepName } from '../restore-plan.ts';

/** How long the parts of the restore took, as phases of a drill. */
export function phasesOfRestore(copy: MadeCopy): { phase: DrillPhase; elapsedMs: number }[] {
  return [
    { phase: 'restore', elapsedMs: elapsed(copy, 'restore-files', 'prepare-server') },
    { phase: 'start', elapsedMs: elapsed(copy, 'start-server') },
    { phase: 'recover', elapsedMs: elapsed(copy, 'recover', 'prove-target') },
    { phase: 'promote', elapsedMs: elapsed(copy, 'promote', 'prove-write') },
  ];
}

/** What the restore itself shows; what checks measured is added by them. */
export function measureDrill(planned: CopyPlan | undefined, copy: MadeCopy | undefined): DrillMeasurements {
  const restoredBytes = copy?.outcome.bytes ?? null;
  const walBytes = planned === undefined || copy === undefined ? null : replayedBytes(planned, copy);
  return {
    restoredBytes,
    restoreBytesPerSecond: copy === undefined ? null : rate(restoredBytes, elapsed(copy, 'restore-files')),
    walBytes,
    // The server replays from its start on: becoming consistent is replay too.
    replayBytesPerSecond:
      copy === undefined ? null : rate(walBytes, elapsed(copy, 'start-server', 'recover')),
    rpoSeconds: null,
    copySeconds: copy === undefined ? null : copy.outcome.elapsedMs / 1000,
    rtoSeconds: null,
    rtoError: null,
  };
}

/** From where the set's recovery begins to where it stood still. */
function replayedBytes({ observations, plan }: CopyPlan, { outcome }: MadeCopy): number | null {
  const set = observations.catalogue.sets.find(
    ({ label, repositoryKey }) => label === plan.set.label && repositoryKey === plan.repository.key,
  );
  if (set?.startLsn === undefined || outcome.reached.lsn === undefined) return null;
  return Number(outcome.reached.lsn - set.startLsn);
}

function elapsed({ outcome }: MadeCopy, ...names: readonly RestoreStepName[]): number {
  return outcome.steps
    .filter(({ name }) => names.some((wanted) => wanted === name))
    .reduce((sum, { elapsedMs }) => sum + elapsedMs, 0);
}

/** Bytes a second. */
function rate(bytes: number | null, milliseconds: number): number | null {
  return bytes === null || milliseconds <= 0 ? null : (bytes * 1000) / milliseconds;
}
