import { median } from '../../model/median.ts';
import type { RestoreEstimate } from '../restore-plan.ts';
import type { RestoreSample } from './restore-sample.ts';

/** What a restore has to do. */
export interface RestoreWork {
  readonly repository: string;
  /** Bytes of the cluster. */
  readonly bytes: number;
  /** Segments of WAL to replay. */
  readonly segments: number;
}

/** How fast restores from one repository were: medians. */
export interface RestoreSpeed {
  readonly bytesPerSecond: number;
  /** Undefined: too little WAL was ever replayed to tell. */
  readonly segmentsPerSecond: number | undefined;
  /** Everything but restoring and replaying. */
  readonly otherSeconds: number;
  readonly samples: number;
}

/** Newest measurements that count: machines and stores change. */
const mostSamples = 10;
/** Fewer segments than this measure the start of a server, not replay. */
const fewestSegments = 4;
/** An estimate from little is given at least this much room to each side. */
const leastRoom = 0.2;

/** @returns undefined when nothing was ever restored from there */
export function measureSpeed(
  samples: readonly RestoreSample[],
  repository: string,
): RestoreSpeed | undefined {
  const own = samples
    .filter((sample) => sample.repository === repository && sample.restoreMs > 0 && sample.restoredBytes > 0)
    .toSorted((left, right) => right.endedAt - left.endedAt)
    .slice(0, mostSamples);
  if (own.length === 0) return undefined;
  // Replay is a matter of this host more than of the repository, so that all restores tell of it.
  const replayed = samples
    .filter(({ segments, replayMs }) => segments >= fewestSegments && replayMs > 0)
    .slice(0, mostSamples);
  return {
    bytesPerSecond: median(own.map(({ restoredBytes, restoreMs }) => (restoredBytes * 1000) / restoreMs)),
    segmentsPerSecond:
      replayed.length === 0
        ? undefined
        : median(replayed.map(({ segments, replayMs }) => (segments * 1000) / replayMs)),
    otherSeconds: median(own.map(({ otherMs }) => otherMs)) / 1000,
    samples: own.length,
  };
}

/**
 * How long a restore will take, by how long others took. The room on both sides is what such estimates were wrong by:
 * each past restore is estimated from the others and compared with what it took.
 *
 * @returns undefined when nothing was ever restored from that repository
 */
export function estimateRestore(
  work: RestoreWork,
  samples: readonly RestoreSample[],
): RestoreEstimate | undefined {
  const speed = measureSpeed(samples, work.repository);
  if (speed === undefined) return undefined;
  const { seconds, restoreSeconds, replaySeconds } = predictParts(work, speed);
  const { low, high } = pastErrors(samples, work.repository);
  return {
    seconds,
    lowSeconds: seconds * low,
    highSeconds: seconds * high,
    restoreSeconds,
    replaySeconds,
    replayKnown: speed.segmentsPerSecond !== undefined || work.segments < fewestSegments,
    otherSeconds: speed.otherSeconds,
    samples: speed.samples,
  };
}

/** What a restore would take at such speeds: both parts, and all of it. */
export function predictParts(
  { bytes, segments }: Pick<RestoreWork, 'bytes' | 'segments'>,
  { bytesPerSecond, segmentsPerSecond, otherSeconds }: RestoreSpeed,
): { readonly seconds: number; readonly restoreSeconds: number; readonly replaySeconds: number } {
  const restoreSeconds = bytes / bytesPerSecond;
  const replaySeconds = segmentsPerSecond === undefined ? 0 : segments / segmentsPerSecond;
  return { seconds: restoreSeconds + replaySeconds + otherSeconds, restoreSeconds, replaySeconds };
}

/** What a past restore had to do. */
export function workOf({ repository, restoredBytes, segments }: RestoreSample): RestoreWork {
  return { repository, bytes: restoredBytes, segments };
}

/** What a past restore took. */
export function tookSeconds({ restoreMs, replayMs, otherMs }: RestoreSample): number {
  return (restoreMs + replayMs + otherMs) / 1000;
}

/** What a restore really took over what the others would have let expect: the smallest and the largest of these ratios. */
function pastErrors(
  samples: readonly RestoreSample[],
  repository: string,
): { readonly low: number; readonly high: number } {
  const ratios = samples
    .filter((sample) => sample.repository === repository)
    .slice(0, mostSamples)
    .flatMap((sample) => {
      const others = samples.filter((other) => other !== sample);
      const speed = measureSpeed(others, repository);
      if (speed === undefined) return [];
      const expected = predictParts(workOf(sample), speed).seconds;
      return expected > 0 ? [tookSeconds(sample) / expected] : [];
    });
  // One or two measurements do not show how they scatter.
  const room = ratios.length < 3 ? 0.5 : leastRoom;
  return { low: Math.min(1 - room, ...ratios), high: Math.max(1 + room, ...ratios) };
}
