import { cronTimes } from '../../model/cron-times.ts';
import type { LineMemory } from '../../store/schedule-memory.ts';
import { blackoutAt, leftOutSince } from './blackout-at.ts';
import { jitterOf } from './jitter.ts';
import { judgeOccurrence, type OccurrenceVerdict, type StartRules } from './judge-occurrence.ts';
import type { ScheduleLine } from '../../model/schedule-line.ts';

/** So much later than its time a run may begin without that it counts as caught up on: a restart takes as long. */
export const graceMs = 5 * 60_000;

/** What was decided further ahead than this was decided under a wrong clock. */
export const wrongClockMs = 24 * 3_600_000;

/** So many times in a row are listed one by one; what is older and decides nothing goes with the oldest of them. */
export const mostListed = 12;

/** What is to be done now with one time that has come and is not decided. */
export interface PendingTime {
  readonly occurrence: number;
  readonly verdict: OccurrenceVerdict;
  /** `ready`: may begin now. `waits`: not yet. `blackout`, `missed`: never. */
  readonly state: 'ready' | 'waits' | 'blackout' | 'missed';
  /** When it stops waiting; for a blackout when that ends. */
  readonly until: number;
  /** Set where times before it are not listed: all of them after this one (epoch milliseconds) share its lot. */
  readonly unlistedSince?: number | undefined;
}

/** How far the decisions of a line go. Epoch milliseconds. */
export interface DecidedUntil {
  /** The times after this one are to be decided. */
  readonly base: number;
  /** The clock was wrong when the line was remembered, so what is remembered does not count. */
  readonly rewound: boolean;
}

/** @param memory undefined: the line is new now */
export function decidedUntil(memory: LineMemory | undefined, now: number): DecidedUntil {
  const base = Math.max(memory?.knownSince ?? now, memory?.decidedUntil ?? now);
  return base > now + wrongClockMs ? { base: now, rewound: true } : { base, rewound: false };
}

/**
 * The times of a line that have come and are not decided, oldest first: the newest `mostListed`; where all of those are
 * left out, the one behind them that is not, however many lie between; and `mostListed` before that. A blackout that
 * puts runs off can reach into one that leaves out more times than are listed.
 *
 * @param base those after it
 */
export function pendingTimes(
  line: ScheduleLine,
  base: number,
  now: number,
  rules: StartRules,
): readonly PendingTime[] {
  const { previous } = cronTimes(line);
  const present = blackoutAt(line.blackouts, now);
  const judge = (at: number): PendingTime => {
    const verdict = judgeOccurrence(line, at, rules);
    return { occurrence: at, verdict, ...stateOf(line, verdict, now, present?.until) };
  };
  const listFrom = (from: number | undefined): PendingTime[] => {
    const listed: PendingTime[] = [];
    for (let at = from; at !== undefined && at > base && listed.length < mostListed; at = previous(at - 1))
      listed.unshift(judge(at));
    return listed;
  };
  /** The oldest of a list tells of what is not listed. One that runs tells of nothing, so that the one before it does. */
  const told = (times: readonly PendingTime[]): readonly PendingTime[] => {
    const [oldest, ...others] = times;
    const before = oldest && previous(oldest.occurrence - 1);
    if (oldest === undefined || before === undefined || before <= base) return times;
    const runs = oldest.state === 'ready' && !others.some(({ state }) => state === 'ready');
    if (!runs) return [{ ...oldest, unlistedSince: base }, ...others];
    return [cutAt(judge(before), previous(before - 1), base), ...times];
  };
  const newest = listFrom(previous(now));
  const [first] = newest;
  if (first === undefined || newest.length < mostListed) return newest;
  const behind = previous(first.occurrence - 1);
  // One whose jitter leads it into a blackout waits too, and makes up for nothing.
  const makesUp = ({ state, verdict }: PendingTime): boolean =>
    state === 'ready' || (state === 'waits' && verdict.kind === 'run');
  const isDecided = !line.catchUp || newest.some(makesUp);
  const deciding = isDecided ? undefined : newestNotLeftOut(line, behind, base, rules);
  if (deciding === undefined) return told(newest);
  return [...told(listFrom(deciding)), cutAt(first, behind, deciding), ...newest.slice(1)];
}

/** @param behind the time before it, which is not listed if it comes after `since` */
function cutAt(time: PendingTime, behind: number | undefined, since: number): PendingTime {
  return behind !== undefined && behind > since ? { ...time, unlistedSince: since } : time;
}

/**
 * @param from the newest that is looked at
 * @returns the newest time after `base` that no blackout leaves out
 */
function newestNotLeftOut(
  line: ScheduleLine,
  from: number | undefined,
  base: number,
  rules: StartRules,
): number | undefined {
  const { previous } = cronTimes(line);
  for (let at = from; at !== undefined && at > base;) {
    const jitter = jitterOf(line, at, rules.companions, rules.seed);
    const since = leftOutSince(line.blackouts, at + jitter);
    if (since === undefined) return at;
    // Years may be looked through: what falls into the same blackout is passed over at once where no jitter is.
    at = previous(hasJitter(rules) ? at - 1 : Math.min(since, at) - 1);
  }
  return undefined;
}

function hasJitter({ companions }: StartRules): boolean {
  return companions.some(({ jitterMs }) => jitterMs > 0);
}

function stateOf(
  line: ScheduleLine,
  verdict: OccurrenceVerdict,
  now: number,
  blackoutUntil: number | undefined,
): Pick<PendingTime, 'state' | 'until'> {
  const { kind, startAt } = verdict;
  if (startAt > now) return { state: 'waits', until: startAt };
  if (kind === 'blackout') return { state: 'blackout', until: verdict.until };
  if (!line.catchUp && now - startAt > graceMs) return { state: 'missed', until: startAt };
  if (blackoutUntil === undefined) return { state: 'ready', until: startAt };
  // It came to its turn late, and meanwhile nothing may begin.
  return { state: line.catchUp ? 'waits' : 'blackout', until: blackoutUntil };
}
