import type { Stanza } from '../../config/configuration.ts';
import { cronTimes } from '../../model/cron-times.ts';
import type { RunsOn } from '../../model/schedule.ts';
import type { ScheduleLine } from '../../model/schedule-line.ts';
import { scheduleLines, usualPlace } from '../../config/schedule-lines.ts';
import { blackoutAt } from '../schedule/blackout-at.ts';
import { lastDue } from '../schedule/last-due.ts';
import { describeReplacement, replacedRepositories } from '../schedule/replaced-repositories.ts';
import { judgeRole, type JudgeRoleDependencies, type ObservedRole } from './judge-role.ts';

/** Whether what something else than the daemon schedules may begin on this host. */
export interface GuardJudgement {
  readonly runs: boolean;
  /** In words, without a stop. */
  readonly reason: string;
  /** For which member it was asked. */
  readonly on: RunsOn;
  /** Undefined when nobody was asked: any host will do, or what else there is to say had answered already. */
  readonly observed: ObservedRole | undefined;
  /** End of the blackout that holds (epoch milliseconds). */
  readonly blackoutUntil: number | undefined;
}

/**
 * Judges as the daemon does before it begins a run, for timers, crontabs and CronJobs: blackouts of the stanza, whether
 * a greater backup of the same time does the work, then the role of this host. The answer holds for the moment only.
 *
 * @param wish the line of the schedule that is begun, and for which member (undefined: for that of the line, else what is
 *   usual for the stanza)
 * @param now epoch milliseconds
 * @throws Failure why the role could not be learned: not knowing is no reason to leave a backup out quietly
 */
export async function judgeGuard(
  stanza: Stanza,
  wish: { readonly on?: RunsOn | undefined; readonly line?: ScheduleLine | undefined },
  now: number,
  deps: JudgeRoleDependencies,
): Promise<GuardJudgement> {
  const { line } = wish;
  const wanted = wish.on ?? line?.on ?? usualPlace(stanza);
  const skipped = { runs: false, on: wanted, observed: undefined, blackoutUntil: undefined };
  const blackout = blackoutAt(stanza.blackouts, now);
  if (blackout !== undefined) {
    const until = new Date(blackout.until).toISOString();
    const reason = `nothing is begun in a blackout, and one holds until ${until}`;
    return { ...skipped, reason, blackoutUntil: blackout.until };
  }
  const replacement = line === undefined ? undefined : replacementOf(line, stanza, now);
  if (replacement !== undefined) return { ...skipped, reason: replacement };
  const { runs, reason, observed, failure } = await judgeRole(stanza, wanted, deps);
  if (failure !== undefined) throw failure;
  return { runs, reason, on: wanted, observed, blackoutUntil: undefined };
}

/**
 * What does all of the work of a line that was due last, in words. A line of which a part is left is not replaced:
 * what renders timers refuses such schedules.
 */
function replacementOf(line: ScheduleLine, stanza: Stanza, now: number): string | undefined {
  const due = lastDue(line, now);
  if (due === undefined) return undefined;
  const lines = scheduleLines({ stanzas: [stanza] });
  const meeting = lines.filter((other) => cronTimes(other).previous(due) === due);
  const replaced = replacedRepositories(
    { line },
    meeting.map((other) => ({ line: other })),
  );
  const wholly = replaced.size > 0 && line.repositories.every((name) => replaced.has(name));
  return wholly ? describeReplacement(replaced) : undefined;
}
