import type { BackupSet } from '../../model/backup-set.ts';
import type { DrillCheckResult, DrillMeasurements, DrillPhase } from '../../model/drill.ts';
import type { CopyPlan, MadeCopy } from '../copy/make-copy.ts';
import type { RestoreSample } from '../estimate/restore-sample.ts';
import type { RestoreStepName } from '../restore-plan.ts';
import { guessSegmentSize } from '../wal/guess-segment-size.ts';
import { extrapolateRto } from './extrapolate-rto.ts';

/** How long the parts of the restore took, as phases of a drill. */
export function phasesOfRestore(copy: MadeCopy): { phase: DrillPhase; elapsedMs: number }[] {
  return [
    { phase: 'restore', elapsedMs: elapsed(copy, 'restore-files', 'prepare-server') },
    { phase: 'start', elapsedMs: elapsed(copy, 'start-server') },
    { phase: 'recover', elapsedMs: elapsed(copy, 'recover', 'prove-target') },
    { phase: 'promote', elapsedMs: elapsed(copy, 'promote', 'prove-write') },
  ];
}

/**
 * What the restore and the checks show, and what a restore of production would take.
 *
 * @param samples all restores of the stanza, this one too; newest first
 */
export function measureDrill(
  planned: CopyPlan | undefined,
  copy: MadeCopy | undefined,
  checks: readonly DrillCheckResult[] = [],
  samples: readonly RestoreSample[] = [],
): DrillMeasurements {
  const rto = planned === undefined || copy === undefined ? undefined : extrapolate(planned, samples);
  const rpo = checks.find(({ check }) => check === 'heartbeat')?.facts['rpoSeconds'];
  const restoredBytes = copy?.outcome.bytes ?? null;
  const walBytes = planned === undefined || copy === undefined ? null : replayedBytes(planned, copy);
  return {
    restoredBytes,
    restoreBytesPerSecond: copy === undefined ? null : rate(restoredBytes, elapsed(copy, 'restore-files')),
    walBytes,
    // The server replays from its start on: becoming consistent is replay too.
    replayBytesPerSecond:
      copy === undefined ? null : rate(walBytes, elapsed(copy, 'start-server', 'recover')),
    rpoSeconds: typeof rpo === 'number' ? rpo : null,
    copySeconds: copy === undefined ? null : copy.outcome.elapsedMs / 1000,
    rtoSeconds: rto?.seconds ?? null,
    rtoError: rto?.error ?? null,
  };
}

/**
 * The worst that a restore to the latest commit has to do: all of the set, and as much WAL as there ever is between two
 * sets, or as this drill replayed.
 */
function extrapolate(
  { plan, observations }: CopyPlan,
  samples: readonly RestoreSample[],
): ReturnType<typeof extrapolateRto> {
  const sets = observations.catalogue.sets.filter(
    ({ repositoryKey }) => repositoryKey === plan.repository.key,
  );
  const segments = Math.max(plan.wal.segmentCount, mostSegments(sets));
  return extrapolateRto({ repository: plan.repository.name, bytes: plan.bytes.cluster, segments }, samples);
}

/** The most segments of WAL between the beginnings of two sets that follow each other, of one database and timeline. */
export function mostSegments(
  sets: readonly Pick<BackupSet, 'archiveStart' | 'databaseId' | 'startTime' | 'startLsn'>[],
): number {
  const ordered = sets.toSorted((left, right) => left.startTime - right.startTime);
  const size = guessSegmentSize([], sets);
  const bytes = ordered.map((set, index) => {
    const next = ordered[index + 1];
    if (set.startLsn === undefined || next?.startLsn === undefined) return 0;
    const isSameLine =
      set.databaseId === next.databaseId && set.archiveStart?.slice(0, 8) === next.archiveStart?.slice(0, 8);
    return isSameLine ? Number(next.startLsn - set.startLsn) : 0;
  });
  return Math.ceil(Math.max(0, ...bytes) / size);
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
