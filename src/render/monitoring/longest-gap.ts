import type { Stanza } from '../../config/configuration.ts';
import { cronTimes } from '../../model/cron-times.ts';

/** From where gaps are measured: any fixed moment does, and what is rendered must not depend on today. */
const begin = Date.UTC(2026, 0, 1);
/** Rare schedules are followed for so long; frequent ones have shown their longest gap before that. */
const [furthestMs, mostTimes] = [9 * 366 * 86_400_000, 2000];
/** A zone without a name is the host's: its change of clocks can make one gap longer by this. Seconds. */
const clockChange = 3600;

/** Types that are at least as full: a full backup also does what a differential one was to do. */
const covering = {
  full: ['full'],
  diff: ['full', 'diff'],
  incr: ['full', 'diff', 'incr'],
} as const;

export type ScheduledType = keyof typeof covering;

/** A backup at least as full as this type. */
export function typesCovering(type: ScheduledType): readonly string[] {
  return covering[type];
}

/**
 * How old the newest backup that is at least of a type may become in a repository when every scheduled run goes well.
 *
 * @returns seconds; undefined when nothing of this type is scheduled for the repository
 */
export function longestAge(stanza: Stanza, repository: string, type: ScheduledType): number | undefined {
  const entries = stanza.schedule.filter(
    ({ repositories }) => repositories.length === 0 || repositories.includes(repository),
  );
  if (!entries.some(({ job }) => job === type)) return undefined;
  const lines = entries.filter(({ job }) => covering[type].some((one) => one === job));
  const gap = longestGap(lines.map(({ cron, timezone }) => cronTimes({ cron, timezone: timezone ?? 'UTC' })));
  const jitter = Math.max(0, ...lines.map((line) => line.jitter ?? 0));
  const blackout = Math.max(0, ...stanza.blackouts.map(({ duration }) => duration));
  const skipped = stanza.blackouts.some(({ missed }) => missed === 'skip') ? gap : 0;
  // A backup takes its time, waits for its turn and is tried again: a tenth, and not less than two hours.
  const patience = Math.max(7200, gap / 10);
  return Math.ceil(gap + skipped + jitter + blackout + clockChange + patience);
}

/** @returns seconds */
function longestGap(lines: readonly ReturnType<typeof cronTimes>[]): number {
  let [at, longest] = [begin, 0];
  for (let count = 0; count < mostTimes && at - begin < furthestMs; count += 1) {
    const nexts = lines.map(({ next }) => next(at)).filter((time) => time !== undefined);
    if (nexts.length === 0) break;
    const next = Math.min(...nexts);
    // What lies between the begin and the first time is no gap.
    if (count > 0) longest = Math.max(longest, next - at);
    at = next;
  }
  return longest / 1000;
}
