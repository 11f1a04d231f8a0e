import { formatInstant } from '../../recovery/format-instant.ts';
import { cronTimes } from '../../model/cron-times.ts';
import { hostZone } from '../../model/zone-segments.ts';
import type { SkipReason } from '../../model/job.ts';
import type { LineMemory, ScheduleDecision } from '../../store/schedule-memory.ts';
import { judgeOccurrence, type StartRules } from './judge-occurrence.ts';
import { decidedUntil, mostListed, pendingTimes, type PendingTime } from './pending-times.ts';
import type { DueRun, ScheduleLine } from '../../model/schedule-line.ts';

/** What one line has to decide at one moment, as if there were no other. */
export interface Turn {
  readonly line: ScheduleLine;
  readonly run: DueRun | undefined;
  readonly skips: readonly ScheduleDecision[];
  /** Epoch milliseconds. */
  readonly wakeAt: number | undefined;
  /** What is remembered is of a wrong clock. */
  readonly rewound: boolean;
}

/**
 * Decides the times of one line that have come: at most one of them runs, which makes up for those before it.
 *
 * @param memory undefined: the line is new now
 * @param now epoch milliseconds
 * @param rules `isRunning`: its last run waits or goes on
 */
export function takeTurn(
  line: ScheduleLine,
  memory: LineMemory | undefined,
  now: number,
  rules: StartRules & { readonly isRunning: boolean },
): Turn {
  const { base, rewound } = decidedUntil(memory, now);
  const pending = pendingTimes(line, base, now, rules);
  const readyAt = pending.findLastIndex(({ state }) => state === 'ready');
  const after = pending.slice(readyAt + 1);
  // What waits is decided when it has waited, and what comes after it not before.
  const waiting = after.findIndex(({ state }) => state === 'waits');
  const before = waiting < 0 ? after : after.slice(0, waiting);
  // Among times that are not listed some may wait with it: they share its lot, not that of the one that is listed.
  const passed =
    waiting >= 0 && before.some(({ unlistedSince }) => unlistedSince !== undefined) ? [] : before;
  const ready = pending[readyAt];
  const blocked = ready && whyBlocked(line, rules.isRunning);
  const missed = pending.slice(0, Math.max(readyAt, 0));
  const skip = skipOf(line, now);
  return {
    line,
    run:
      ready === undefined || blocked !== undefined
        ? undefined
        : {
            line,
            occurrence: ready.occurrence,
            startAt: ready.until,
            missed: missed.map(({ occurrence }) => occurrence),
          },
    skips: [
      ...missed.map((time) => skip(time, whyMissed(line, time, blocked === undefined ? ready : undefined))),
      ...(ready !== undefined && blocked !== undefined ? [skip(ready, blocked)] : []),
      ...passed.map((time) => skip(time, whyPassed(line, time))),
    ],
    wakeAt: wakeOf(line, after.slice(passed.length), Math.max(base, now), rules),
    rewound,
  };
}

interface Why {
  readonly reason: SkipReason;
  readonly detail: string;
}

function skipOf(line: ScheduleLine, now: number): (time: PendingTime, why: Why) => ScheduleDecision {
  return (time, { reason, detail }) => {
    const since =
      time.unlistedSince === undefined
        ? ''
        : `; so it was with all times since ${formatTime(time.unlistedSince, line.timezone)}`;
    return {
      line: line.key,
      stanza: line.stanza,
      occurrence: time.occurrence,
      decidedAt: now,
      decision: 'skip',
      reason,
      detail: detail + since,
      runId: undefined,
    };
  };
}

/** A run that is due and cannot be. */
function whyBlocked(line: ScheduleLine, isRunning: boolean): Why | undefined {
  if (line.job === 'copy') {
    return { reason: 'not-available', detail: `this Holdfast cannot do a ${line.job} yet` };
  }
  if (!isRunning) return undefined;
  return { reason: 'still-running', detail: 'the run before it had not ended' };
}

/** A time for which another run makes up. */
function whyMissed(line: ScheduleLine, { verdict }: PendingTime, ready: PendingTime | undefined): Why {
  const { timezone } = line;
  const instead =
    ready === undefined ? '' : `; the run for ${formatTime(ready.occurrence, timezone)} makes up for it`;
  if (verdict.kind === 'blackout') return leftOut(line, verdict.until);
  if (verdict.delayedUntil !== undefined) {
    const until = formatTime(verdict.delayedUntil, timezone);
    return { reason: 'blackout', detail: `blackout until ${until}${instead}` };
  }
  return { reason: 'missed', detail: `nothing ran then${instead}` };
}

/** A time that has passed and for which nothing makes up. */
function whyPassed(line: ScheduleLine, { state, until }: PendingTime): Why {
  if (state === 'blackout') return leftOut(line, until);
  return { reason: 'missed', detail: `nothing ran then, and catching up is off` };
}

function leftOut({ timezone }: ScheduleLine, until: number): Why {
  return { reason: 'blackout', detail: `blackout until ${formatTime(until, timezone)}` };
}

/** A later time may begin before an earlier one, which waits for the jitter of a greater line or a blackout's end. */
function wakeOf(
  line: ScheduleLine,
  waiting: readonly PendingTime[],
  after: number,
  rules: StartRules,
): number | undefined {
  const wakes = waiting.flatMap(({ state, until }) => (state === 'waits' ? [until] : []));
  let first = Math.min(...wakes);
  const { next } = cronTimes(line);
  let at = next(after);
  for (let count = 0; at !== undefined && at < first && count < mostListed; count += 1) {
    first = Math.min(first, judgeOccurrence(line, at, rules).startAt);
    at = next(at);
  }
  // Where there are too many to look at, it is looked again when they have come.
  return at === undefined && first === Infinity ? undefined : Math.min(first, at ?? first);
}

/** @param at epoch milliseconds */
function formatTime(at: number, timezone: string | undefined): string {
  return formatInstant(BigInt(at) * 1000n, timezone ?? hostZone());
}
