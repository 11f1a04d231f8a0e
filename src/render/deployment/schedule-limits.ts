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

/** Whether a greater backup of the same time is for some repositories of a line and not for all of them. */
function halfReplaced(line: ScheduleLine, other: ScheduleLine): boolean {
  const [rank, otherRank] = [backupJobs.indexOf(line.job), backupJobs.indexOf(other.job)];
  if (other.stanza !== line.stanza || rank < 0 || otherRank < 0 || otherRank >= rank) return false;
  const both = line.repositories.filter((name) => other.repositories.includes(name));
  return both.length > 0 && both.length < line.repositories.length && meet(line, other);
}

function meet(one: ScheduleLine, other: ScheduleLine): boolean {
  const { next } = cronTimes(other);
  const { previous } = cronTimes(one);
  for (let at = next(start); at !== undefined && at < start + span; at = next(at)) {
    if (previous(at) === at) return true;
  }
  return false;
}
