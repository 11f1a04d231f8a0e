import { cronTimes, type CronText } from '../../model/cron-times.ts';

/** Milliseconds by which the clock of whatever begins a run may be ahead of this one: a CronJob's is another host's. */
const aheadMs = 30_000;

/**
 * The time of a cron text that something else than the daemon begins a run for now: the last one. A clock that is a
 * little behind does not make the time before out of it, whose work has been done.
 *
 * @param now epoch milliseconds
 * @returns epoch milliseconds; undefined when there never was one
 */
export function lastDue(text: CronText, now: number): number | undefined {
  return cronTimes(text).previous(now + aheadMs);
}
