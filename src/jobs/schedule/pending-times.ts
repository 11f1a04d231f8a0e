import { cronTimes } from '../../model/cron-times.ts';
import type { LineMemory } from '../../store/schedule-memory.ts';
import { blackoutAt } from './blackout-at.ts';
import { judgeOccurrence, type OccurrenceVerdict, type StartRules } from './judge-occurrence.ts';
import type { ScheduleLine } from './schedule-line.ts';

/** So much later than its time a run may begin without that it counts as caught up on: a restart takes as long. */
export const graceMs = 5 * 60_000;

/** What was decided further ahead than this was decided under a wrong clock. */
export const wrongClockMs = 24 * 3_600_000;

/** So many missed times of a line are listed one by one; what is older goes with the oldest of them. */
export const mostListed = 12;

/** What is to be done now with one time that has come and is not decided. */
export interface PendingTime {
  readonly occurrence: number;
  readonly verdict: OccurrenceVerdict;
  /** `ready`: may begin now. `waits`: not yet. `blackout`, `missed`: never. */
  readonly state: 'ready' | 'waits' | 'blackout' | 'missed';
  /** When it stops waiting; for a blackout when that ends. */
  readonly until: number;
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
 * The times of a line that have come and are not decided, oldest first; the newest `mostListed`.
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
  const occurrences: number[] = [];
  for (
    let at = previous(now);
    at !== undefined && at > base && occurrences.length < mostListed;
    at = previous(at - 1)
  ) {
    occurrences.unshift(at);
  }
  if (occurrences.length === 0) return [];
  const present = blackoutAt(line.blackouts, now);
  return occurrences.map((occurrence) => {
    const verdict = judgeOccurrence(line, occurrence, rules);
    return { occurrence, verdict, ...stateOf(line, verdict, now, present?.until) };
  });
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
