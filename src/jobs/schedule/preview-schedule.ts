import { cronTimes } from '../../model/cron-times.ts';
import type { SkipReason } from '../../model/job.ts';
import type { LineMemory } from '../../store/schedule-memory.ts';
import { companionsOf } from './jitter.ts';
import { judgeOccurrence, type StartRules } from './judge-occurrence.ts';
import { decidedUntil, pendingTimes } from './pending-times.ts';
import { describeReplacement, replacedRepositories } from './replaced-repositories.ts';
import type { ScheduleLine } from '../../model/schedule-line.ts';

/** What will become of a time of a line, as far as it can be known before. Epoch milliseconds. */
export interface PlannedRun {
  readonly line: ScheduleLine;
  readonly occurrence: number;
  /** Occurrence and jitter, or the end of the blackout that it falls into. A skipped one: when that is decided. */
  readonly startAt: number;
  /** Why it will be left out; undefined: it will run. */
  readonly skip: { readonly reason: SkipReason; readonly until: number | undefined } | undefined;
  /** Set when it waits for the end of a blackout. */
  readonly delayedUntil: number | undefined;
  /** Where it runs; fewer than the line's where a greater backup begins at the same time. */
  readonly repositories: readonly string[];
  /** What does its work instead, in words. */
  readonly replacedBy: string | undefined;
}

/**
 * The next times of every line, in the order in which they begin. Whether this host is the right member then, and
 * whether the repository needs it, only the moment will tell.
 *
 * @param lines in the order of the file
 * @param memory what was decided; a line without begins now
 * @param count so many of each line
 * @param seed what tells this host from others
 */
export function previewSchedule(
  lines: readonly ScheduleLine[],
  memory: ReadonlyMap<string, LineMemory>,
  now: number,
  { count, seed }: { readonly count: number; readonly seed: string },
): readonly PlannedRun[] {
  return lines
    .flatMap((line) => {
      const rules = { companions: companionsOf(lines, line), seed };
      const { base } = decidedUntil(memory.get(line.key), now);
      const occurrences = nextTimes(line, base, now, count, rules);
      return occurrences.map((occurrence) => planRun(line, occurrence, rules));
    })
    .toSorted((one, other) => one.startAt - other.startAt || other.line.priority - one.line.priority);
}

/** What waits already, then what is still to come. */
function nextTimes(
  line: ScheduleLine,
  base: number,
  now: number,
  count: number,
  rules: StartRules,
): readonly number[] {
  const pending = pendingTimes(line, base, now, rules);
  const ready = pending.findLastIndex(({ state }) => state === 'ready');
  const times = pending
    .filter(({ state }, index) => index === ready || (index > ready && state === 'waits'))
    .map(({ occurrence }) => occurrence);
  const { next } = cronTimes(line);
  for (let at = next(Math.max(base, now)); at !== undefined && times.length < count; at = next(at))
    times.push(at);
  return times.slice(0, count);
}

function planRun(line: ScheduleLine, occurrence: number, rules: StartRules): PlannedRun {
  const verdict = judgeOccurrence(line, occurrence, rules);
  const { startAt } = verdict;
  const delayedUntil = verdict.kind === 'run' ? verdict.delayedUntil : undefined;
  const plan = { line, occurrence, startAt, delayedUntil, repositories: [], replacedBy: undefined };
  if (line.job === 'copy') {
    return { ...plan, skip: { reason: 'not-available', until: undefined } };
  }
  if (verdict.kind === 'blackout') return { ...plan, skip: { reason: 'blackout', until: verdict.until } };
  if (beginsAt(line, startAt, rules) !== occurrence) {
    return { ...plan, skip: { reason: 'blackout', until: delayedUntil } };
  }
  const beside = rules.companions.filter((other) => beginsAt(other, startAt, rules) !== undefined);
  const replaced = replacedRepositories(
    { line },
    beside.map((other) => ({ line: other })),
  );
  const repositories = line.repositories.filter((name) => !replaced.has(name));
  const wholly = replaced.size > 0 && repositories.length === 0;
  return {
    ...plan,
    repositories,
    skip: wholly ? { reason: 'replaced', until: undefined } : undefined,
    replacedBy: replaced.size === 0 ? undefined : describeReplacement(replaced),
  };
}

/** The newest time of a line that begins at that moment. */
function beginsAt(line: ScheduleLine, startAt: number, rules: StartRules): number | undefined {
  const occurrence = cronTimes(line).previous(startAt);
  if (occurrence === undefined) return undefined;
  const verdict = judgeOccurrence(line, occurrence, rules);
  return verdict.kind === 'run' && verdict.startAt === startAt ? occurrence : undefined;
}
