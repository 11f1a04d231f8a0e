import type { Journal, RunRecord, StepRecord } from '../../store/journal.ts';
import { clusterStepNames } from '../patroni/cluster-steps.ts';
import { readRestoreFacts } from '../apply/restore-run.ts';
import type { RestoreMode } from '../restore-plan.ts';

/** What a restore that ended well took: one measurement for estimates. */
export interface RestoreSample {
  readonly repository: string;
  readonly mode: RestoreMode;
  /** Epoch milliseconds. */
  readonly endedAt: number;
  /** Bytes that the engine restored, and milliseconds that it took. */
  readonly restoredBytes: number;
  readonly restoreMs: number;
  /** Segments of WAL from the set to the target, and milliseconds until recovery stood there. */
  readonly segments: number;
  readonly replayMs: number;
  /** All other steps together, milliseconds. */
  readonly otherMs: number;
  /** Seconds that its plan had said it would take; undefined where it had no estimate. */
  readonly estimatedSeconds: number | undefined;
}

/** Newest restores that are looked at. */
const mostRuns = 24;

/**
 * What the journal knows of past restores of a stanza, of copies and drills too: they read the same repositories.
 *
 * @returns newest first
 */
export function readRestoreSamples(
  journal: Pick<Journal, 'listRuns' | 'stepsOf'>,
  stanza: string,
): RestoreSample[] {
  return journal
    .listRuns({ stanza, kind: 'restore', result: 'ok', limit: mostRuns })
    .flatMap((run) => toSample(run, journal.stepsOf(run.id)) ?? []);
}

/** A restore that was resumed waited for somebody in between: it measures nothing. */
function toSample(run: RunRecord, steps: readonly StepRecord[]): RestoreSample | undefined {
  const whole = steps.every(({ result }) => result === 'ok');
  const restored = steps.find(({ name }) => name === 'restore-files');
  const bytes = restored?.facts['bytes'];
  if (!whole || restored === undefined || typeof bytes !== 'number' || run.endedAt === undefined)
    return undefined;
  const { plan } = readRestoreFacts(run);
  const elapsed = (...names: readonly string[]): number =>
    steps
      .filter(({ name }) => names.includes(name))
      .reduce((sum, { startedAt, endedAt }) => sum + ((endedAt ?? startedAt) - startedAt), 0);
  const [restoreMs, replayMs] = [elapsed('restore-files'), elapsed('start-server', 'recover')];
  return {
    repository: plan.repository.name,
    mode: plan.mode,
    endedAt: run.endedAt,
    restoredBytes: bytes,
    restoreMs,
    segments: plan.wal.segmentCount,
    replayMs,
    // A restore does not wait for the backup and the replicas of a Patroni cluster: the data are back before.
    otherMs: Math.max(0, run.endedAt - run.startedAt - restoreMs - replayMs - elapsed(...clusterStepNames)),
    estimatedSeconds: plan.estimate?.seconds,
  };
}
