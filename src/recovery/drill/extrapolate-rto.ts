import { median } from '../../model/median.ts';
import {
  estimateRestore,
  measureSpeed,
  predictParts,
  tookSeconds,
  workOf,
  type RestoreWork,
} from '../estimate/estimate-restore.ts';
import type { RestoreSample } from '../estimate/restore-sample.ts';

/** What a restore of production would take, and by how much such predictions were wrong. */
export interface ExtrapolatedRto {
  readonly seconds: number;
  /** Median of how far past predictions were off, as a share of what was predicted: 0.1 is 10 %. Null: too few. */
  readonly error: number | null;
}

/**
 * What a restore of production would take, from how fast restores and drills were: so many bytes from that repository, so
 * much WAL, and the rest of it once.
 *
 * The error is that of predictions that were made before the restore was (its plan kept them). Where none has been kept
 * yet, each past restore is predicted from those before it.
 *
 * @param samples newest first
 * @returns undefined when nothing was ever restored from that repository
 */
export function extrapolateRto(
  work: RestoreWork,
  samples: readonly RestoreSample[],
): ExtrapolatedRto | undefined {
  const estimate = estimateRestore(work, samples);
  if (estimate === undefined) return undefined;
  const own = samples.filter(({ repository }) => repository === work.repository);
  const kept = own.flatMap((sample) => errorOf(sample, sample.estimatedSeconds) ?? []);
  const errors =
    kept.length > 0 ? kept : own.flatMap((sample) => errorOf(sample, predictBefore(sample, samples)) ?? []);
  return { seconds: estimate.seconds, error: errors.length === 0 ? null : median(errors) };
}

/** What those before it would have let expect. */
function predictBefore(sample: RestoreSample, samples: readonly RestoreSample[]): number | undefined {
  const before = samples.filter(({ endedAt }) => endedAt < sample.endedAt);
  const speed = measureSpeed(before, sample.repository);
  return speed === undefined ? undefined : predictParts(workOf(sample), speed).seconds;
}

function errorOf(sample: RestoreSample, predicted: number | undefined): number | undefined {
  if (predicted === undefined || predicted <= 0) return undefined;
  return Math.abs(tookSeconds(sample) - predicted) / predicted;
}
