import type { Stanza } from '../../config/configuration.ts';
import type { RunsOn } from '../../model/schedule.ts';
import { usualPlace } from '../../config/schedule-lines.ts';
import { blackoutAt } from '../schedule/blackout-at.ts';
import { judgeRole, type JudgeRoleDependencies, type ObservedRole } from './judge-role.ts';

/** Whether what something else than the daemon schedules may begin on this host. */
export interface GuardJudgement {
  readonly runs: boolean;
  /** In words, without a stop. */
  readonly reason: string;
  /** For which member it was asked. */
  readonly on: RunsOn;
  /** Undefined when nobody was asked: any host will do, or a blackout had answered already. */
  readonly observed: ObservedRole | undefined;
  /** End of the blackout that holds (epoch milliseconds). */
  readonly blackoutUntil: number | undefined;
}

/**
 * Judges as the daemon does before it begins a run, for timers, crontabs and CronJobs: blackouts of the stanza, then the
 * role of this host. The answer holds for the moment only.
 *
 * @param on undefined: what is usual for the stanza
 * @param now epoch milliseconds
 * @throws Failure why the role could not be learned: not knowing is no reason to leave a backup out quietly
 */
export async function judgeGuard(
  stanza: Stanza,
  on: RunsOn | undefined,
  now: number,
  deps: JudgeRoleDependencies,
): Promise<GuardJudgement> {
  const wanted = on ?? usualPlace(stanza);
  const blackout = blackoutAt(stanza.blackouts, now);
  if (blackout !== undefined) {
    const until = new Date(blackout.until).toISOString();
    const reason = `nothing is begun in a blackout, and one holds until ${until}`;
    return { runs: false, reason, on: wanted, observed: undefined, blackoutUntil: blackout.until };
  }
  const { runs, reason, observed, failure } = await judgeRole(stanza, wanted, deps);
  if (failure !== undefined) throw failure;
  return { runs, reason, on: wanted, observed, blackoutUntil: undefined };
}
