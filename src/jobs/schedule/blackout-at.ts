import { cronTimes } from '../../model/cron-times.ts';
import type { Blackout } from '../../model/schedule.ts';

/** Blackouts may follow on each other without end: after so many in a row it is looked again when they are over. */
const mostInRow = 24;

/**
 * Whether nothing may be begun at a moment.
 *
 * @returns until when (epoch milliseconds; at least, where many follow directly on each other), and `skip` when one of those that
 *   hold at the moment leaves out what falls into it; undefined when it is no blackout
 */
export function blackoutAt(
  blackouts: readonly Blackout[],
  at: number,
): { readonly until: number; readonly skip: boolean } | undefined {
  const holding = blackouts.filter((blackout) => endAt(blackout, at) !== undefined);
  if (holding.length === 0) return undefined;
  let until = at;
  for (let count = 0; count < mostInRow; count += 1) {
    const ends = blackouts.flatMap((blackout) => endAt(blackout, until) ?? []);
    if (ends.length === 0) break;
    until = Math.max(...ends);
  }
  return { until, skip: holding.some(({ missed }) => missed === 'skip') };
}

/**
 * Whether what would begin at a moment is left out.
 *
 * @returns when the blackout began that does so (epoch milliseconds; of several the first), undefined when none does
 */
export function leftOutSince(blackouts: readonly Blackout[], at: number): number | undefined {
  const begun = blackouts.flatMap((blackout) =>
    blackout.missed === 'skip' && endAt(blackout, at) !== undefined
      ? (cronTimes(blackout).previous(at) ?? [])
      : [],
  );
  return begun.length === 0 ? undefined : Math.min(...begun);
}

/** When the blackout that holds at the moment ends: the one that began last ends last. */
function endAt(blackout: Blackout, at: number): number | undefined {
  const begun = cronTimes(blackout).previous(at);
  const end = begun === undefined ? undefined : begun + blackout.duration * 1000;
  return end !== undefined && end > at ? end : undefined;
}
