import type { PrimaryRates, TrackPoint } from './primary-observation.ts';

/** A measured value. `at` is epoch milliseconds. */
export interface Measurement {
  readonly at: number;
  readonly value: number;
}

/** How fast something grew. */
export interface MeasuredRate {
  /** Undefined until two looks lie far enough apart. */
  readonly perSecond: number | undefined;
  /** Milliseconds between the looks that it was measured from; 0 without any. */
  readonly overMs: number;
}

/** Two looks that are nearer than this tell nothing: one checkpoint or one bulk load would be taken for a rate. */
const leastMs = 5 * 60_000;
/** Between two looks that belong together; a longer pause was a Holdfast that did not run. */
const longestPauseMs = 60 * 60_000;

/**
 * How fast a counter grows, from the measurements of a period. Where it went back (another database, a restore), only
 * what came afterwards counts. A clock that jumped makes measurements lie after now: they are left out, and what is left
 * must be near enough to now to speak of the present.
 *
 * @param measurements oldest first
 */
export function measureGrowth(measurements: readonly Measurement[], now: number): MeasuredRate {
  const known = measurements.filter(({ at }) => at <= now);
  const last = known.at(-1);
  if (last === undefined || now - last.at > longestPauseMs) return { perSecond: undefined, overMs: 0 };
  let first = last;
  for (const measurement of known.toReversed()) {
    if (measurement.value > first.value) break;
    first = measurement;
  }
  const overMs = last.at - first.at;
  if (overMs < leastMs) return { perSecond: undefined, overMs };
  return { perSecond: ((last.value - first.value) * 1000) / overMs, overMs };
}

/** A trend of days is not told from less, milliseconds. */
const leastTrendMs = 6 * 60 * 60_000;

/**
 * The line that fits best through measurements that go up and down (least squares), as what is in a repository does:
 * backups come and expire.
 *
 * @param measurements oldest first
 */
export function measureTrend(measurements: readonly Measurement[]): MeasuredRate {
  const first = measurements[0];
  const last = measurements.at(-1);
  if (first === undefined || last === undefined) return { perSecond: undefined, overMs: 0 };
  const overMs = last.at - first.at;
  if (overMs < leastTrendMs || measurements.length < 3) return { perSecond: undefined, overMs };
  const mean = (pick: (one: Measurement) => number): number =>
    measurements.reduce((sum, one) => sum + pick(one), 0) / measurements.length;
  const [at, value] = [mean((one) => one.at), mean((one) => one.value)];
  const together = mean((one) => (one.at - at) * (one.value - value));
  const alone = mean((one) => (one.at - at) ** 2);
  return { perSecond: (together / alone) * 1000, overMs };
}

/** The period that a rate of WAL speaks of: longer than the rhythm of checkpoints and jobs, short enough for the present. */
const walPeriodMs = 60 * 60_000;

/** How fast WAL was written in the hour before the last look. @param track oldest first */
export function measureWalRate(track: readonly TrackPoint[]): PrimaryRates {
  const now = track.at(-1)?.at ?? 0;
  const { perSecond, overMs } = measureGrowth(
    track.filter(({ at }) => at >= now - walPeriodMs).map(({ at, lsn }) => ({ at, value: Number(lsn) })),
    now,
  );
  return { walBytesPerSecond: perSecond, overMs };
}
