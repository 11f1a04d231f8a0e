import type { Configuration } from '../../config/configuration.ts';
import { cronTimes } from '../../model/cron-times.ts';
import { Failure } from '../../model/failure.ts';
import { backupJobs, type ScheduleLine } from '../../model/schedule-line.ts';
import type { ScheduledTask } from './scheduled-task.ts';

/** Times are looked at from here on for so long: what is refused must not depend on today. */
const [start, span] = [Date.UTC(2026, 0, 1), 400 * 86_400_000];

/**
 * Refuses what only the daemon can do, for a deployment in which something else begins the jobs of the schedules.
 *
 * @param what `timers`, `a crontab`
 * @param instead what to set to have the daemon, as a sentence
 * @throws Failure config-invalid
 */
export function requireWithoutDaemon(
  configuration: Configuration,
  tasks: readonly ScheduledTask[],
  { what, instead }: { readonly what: string; readonly instead: string },
): void {
  const refuse = (problem: string, hint: string): Failure =>
    new Failure('config-invalid', {
      operation: `render ${what}`,
      place: configuration.file,
      problem,
      hint: `${hint} ${instead}`,
    });
  for (const { line } of tasks) {
    if (line.job === 'copy')
      throw refuse(`stanza ${line.stanza}: nothing can copy sets yet`, 'Remove `copy` from the schedule.');
    if (line.blackouts.some(({ missed }) => missed === 'run') && line.catchUp) {
      throw refuse(
        `stanza ${line.stanza}: what falls into a blackout is to run when it ends, and nobody would be there to begin it`,
        'Write `missed: skip` in the blackouts.',
      );
    }
    const other = tasks.map((task) => task.line).find((candidate) => halfReplaced(line, candidate));
    if (other !== undefined) {
      throw refuse(
        `stanza ${line.stanza}: the ${other.job} does a part of the work of the ${line.job} at the same times (${other.repositories.join(', ')})`,
        'Write two lines, each with `repositories` of its own, or another time.',
      );
    }
  }
}

/**
 * Refuses what can only be done where `holdfast guard` or the daemon judges a run before it begins, for a deployment in
 * which neither is: the times alone decide there.
 *
 * @param target its name
 * @param queues whether it does two backups that begin together one after the other by itself
 * @param instead what to use for such a schedule, as a sentence
 * @throws Failure config-invalid
 */
export function requireWithoutGuard(
  configuration: Configuration,
  tasks: readonly ScheduledTask[],
  {
    target,
    queues,
    instead,
  }: { readonly target: string; readonly queues: boolean; readonly instead: string },
): void {
  const refuse = (line: ScheduleLine, problem: string, hint: string): Failure =>
    new Failure('config-invalid', {
      operation: `render ${target}`,
      place: `${configuration.file}, stanza ${line.stanza}, schedule ${describeLine(line)}`,
      problem,
      hint: `${hint} ${instead}`,
    });
  for (const [index, { line }] of tasks.entries()) {
    const [blackout] = line.blackouts;
    if (blackout !== undefined) {
      throw refuse(
        line,
        `nothing would keep it from beginning in the blackout of ${JSON.stringify(blackout.cron)}`,
        'Take `blackouts` out, and write times that are in none.',
      );
    }
    const other = queues ? undefined : tasks.slice(index + 1).find((task) => collide(line, task.line))?.line;
    if (other !== undefined) {
      const both = line.repositories.filter((name) => other.repositories.includes(name));
      throw refuse(
        line,
        `it begins together with ${describeLine(other)} in ${both.join(', ')}, and only one of the two would be done, whichever is first`,
        'Leave the times of the greater backup out of the smaller one, or write another minute.',
      );
    }
  }
}

function describeLine({ job, cron }: ScheduleLine): string {
  return `${job} ${JSON.stringify(cron)}`;
}

/** Whether two backups of a repository begin together. */
function collide(line: ScheduleLine, other: ScheduleLine): boolean {
  return (
    line.stanza === other.stanza &&
    backupJobs.includes(line.job) &&
    backupJobs.includes(other.job) &&
    line.repositories.some((name) => other.repositories.includes(name)) &&
    meet(line, other)
  );
}

/** Whether a greater backup of the same time is for some repositories of a line and not for all of them. */
function halfReplaced(line: ScheduleLine, other: ScheduleLine): boolean {
  const [rank, otherRank] = [backupJobs.indexOf(line.job), backupJobs.indexOf(other.job)];
  if (other.stanza !== line.stanza || rank < 0 || otherRank < 0 || otherRank >= rank) return false;
  const both = line.repositories.filter((name) => other.repositories.includes(name));
  return both.length > 0 && both.length < line.repositories.length && meet(line, other);
}

/** From one to the next time of the other in turn: one of each minute costs no more than its weekly other. */
function meet(one: ScheduleLine, other: ScheduleLine): boolean {
  const [first, second] = [cronTimes(one), cronTimes(other)];
  const end = start + span;
  for (let at: number | undefined = start; at !== undefined && at < end;) {
    const mine = first.next(at - 1);
    at = mine === undefined ? undefined : second.next(mine - 1);
    if (at !== undefined && at === mine) return at < end;
  }
  return false;
}
