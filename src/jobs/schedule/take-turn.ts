import { cronTimes } from '../../model/cron-times.ts';
import type { SkipReason } from '../../model/job.ts';
import type { LineMemory, ScheduleDecision } from '../../store/schedule-memory.ts';
import { formatTime } from './format-time.ts';
import { judgeOccurrence } from './judge-occurrence.ts';
import { decidedUntil, mostListed, pendingTimes, type PendingTime } from './pending-times.ts';
import type { DueRun, ScheduleLine } from './schedule-line.ts';

/** What is known of this host. */
export interface ScheduleHost {
  /** Keys of lines whose last run waits or goes on. */
  readonly running: ReadonlySet<string>;
  /** What tells it from other hosts: they begin at other times within the jitter. */
  readonly seed: string;
}

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
 */
export function takeTurn(
  line: ScheduleLine,
  memory: LineMemory | undefined,
  now: number,
  host: ScheduleHost,
): Turn {
  const { base, rewound } = decidedUntil(memory, now);
  const pending = pendingTimes(line, base, now, host.seed);
  const readyAt = pending.findLastIndex(({ state }) => state === 'ready');
  const after = pending.slice(readyAt + 1);
  // What waits is decided when it has waited, and what comes after it not before.
  const waiting = after.findIndex(({ state }) => state === 'waits');
  const passed = waiting < 0 ? after : after.slice(0, waiting);
  const ready = pending[readyAt];
  const blocked = ready && whyBlocked(line, host.running);
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
      ...missed.map((time, index) =>
        skip(
          time,
          whyMissed(line, time, blocked === undefined ? ready : undefined, olderThan(pending, index, base)),
        ),
      ),
      ...(ready !== undefined && blocked !== undefined ? [skip(ready, blocked)] : []),
      ...passed.map((time, index) =>
        skip(time, whyPassed(line, time, readyAt < 0 ? olderThan(pending, index, base) : undefined)),
      ),
    ],
    wakeAt: wakeOf(line, after.slice(passed.length), Math.max(base, now), host.seed),
    rewound,
  };
}

interface Why {
  readonly reason: SkipReason;
  readonly detail: string;
}

function skipOf(line: ScheduleLine, now: number): (time: PendingTime, why: Why) => ScheduleDecision {
  return ({ occurrence }, { reason, detail }) => ({
    line: line.key,
    stanza: line.stanza,
    occurrence,
    decidedAt: now,
    decision: 'skip',
    reason,
    detail,
    runId: undefined,
  });
}

/** A run that is due and cannot be. */
function whyBlocked(line: ScheduleLine, running: ReadonlySet<string>): Why | undefined {
  if (line.job === 'drill' || line.job === 'copy') {
    return { reason: 'not-available', detail: `this Holdfast cannot do a ${line.job} yet` };
  }
  if (!running.has(line.key)) return undefined;
  return { reason: 'still-running', detail: 'the run before it had not ended' };
}

/** A time for which another run makes up. `since`: the oldest listed one stands for all after that. */
function whyMissed(
  line: ScheduleLine,
  { verdict }: PendingTime,
  ready: PendingTime | undefined,
  since: number | undefined,
): Why {
  const { timezone } = line;
  const instead =
    ready === undefined ? '' : `; the run for ${formatTime(ready.occurrence, timezone)} makes up for it`;
  if (verdict.kind === 'blackout') return leftOut(line, verdict.until);
  if (verdict.delayedUntil !== undefined) {
    const until = formatTime(verdict.delayedUntil, timezone);
    return { reason: 'blackout', detail: `blackout until ${until}${instead}${allSince(line, since)}` };
  }
  return { reason: 'missed', detail: `nothing ran then${instead}${allSince(line, since)}` };
}

/** A time that has passed and for which nothing makes up. */
function whyPassed(line: ScheduleLine, { state, until }: PendingTime, since: number | undefined): Why {
  if (state === 'blackout') return leftOut(line, until);
  return { reason: 'missed', detail: `nothing ran then, and catching up is off${allSince(line, since)}` };
}

function leftOut({ timezone }: ScheduleLine, until: number): Why {
  return { reason: 'blackout', detail: `blackout until ${formatTime(until, timezone)}` };
}

function allSince({ timezone }: ScheduleLine, since: number | undefined): string {
  return since === undefined ? '' : `; so it was with all times since ${formatTime(since, timezone)}`;
}

/** Where the list of pending times was cut off, its oldest stands for those before it. */
function olderThan(pending: readonly PendingTime[], index: number, base: number): number | undefined {
  return index === 0 && pending.length === mostListed ? base : undefined;
}

function wakeOf(
  line: ScheduleLine,
  waiting: readonly PendingTime[],
  after: number,
  seed: string,
): number | undefined {
  const wakes = waiting.flatMap(({ state, until }) => (state === 'waits' ? [until] : []));
  const following = cronTimes(line).next(after);
  if (following !== undefined) wakes.push(judgeOccurrence(line, following, seed).startAt);
  return wakes.length === 0 ? undefined : Math.min(...wakes);
}
