import type { Configuration } from '../../config/configuration.ts';
import { Failure } from '../../model/failure.ts';
import type { Stanza } from '../../config/configuration.ts';
import { backupJobs } from '../../model/schedule-line.ts';
import { goCron } from './go-cron.ts';
import { requireWithoutGuard } from './schedule-limits.ts';
import { scheduledTasks, type ScheduledTask } from './scheduled-task.ts';

/** A backup that an operator begins by itself, as it is told of it: times are UTC. */
export interface OperatorBackup {
  readonly task: ScheduledTask;
  readonly type: 'full' | 'diff' | 'incr';
  /** Five fields. */
  readonly cron: string;
  /** Names. */
  readonly repositories: readonly string[];
}

/**
 * Refuses backups that the operator would begin at times at which they must not, or that it would lose.
 *
 * @param queues whether the operator does one backup of a cluster after the other
 * @throws Failure config-invalid
 */
export function requireOwnTimes(configuration: Configuration, target: string, queues: boolean): void {
  const tasks = scheduledTasks(configuration).filter(({ line: { job } }) => backupJobs.includes(job));
  requireWithoutGuard(configuration, tasks, {
    target,
    queues,
    instead: 'Or have Holdfast keep the schedule: `holdfast render kubernetes`.',
  });
}

/**
 * The backups of a schedule, for operators whose schedules have no time zone.
 *
 * @throws Failure config-invalid for a line in another zone than UTC, and for times that they do not have
 */
export function operatorBackups(configuration: Configuration, target: string): readonly OperatorBackup[] {
  return scheduledTasks(configuration).flatMap((task) => {
    const { job, cron, timezone, repositories } = task.line;
    if (job !== 'full' && job !== 'diff' && job !== 'incr') return [];
    if (timezone !== undefined && !/^(?:Etc\/)?(?:UTC|GMT|UCT|Zulu)$/i.test(timezone)) {
      throw new Failure('config-invalid', {
        operation: `render ${target}`,
        place: `${cron} ${timezone}`,
        problem: 'the schedules of this operator have no time zone: they are UTC',
        hint: 'Write this line with `timezone: UTC`, at the time that is meant.',
      });
    }
    return [{ task, type: job, cron: goCron(cron, target), repositories }];
  });
}

/** Lines that an operator has nothing for, as they are told of to people: `verify 30 4 * * *`. */
export function leftOutLines(configuration: Configuration): readonly string[] {
  return scheduledTasks(configuration)
    .filter(({ line: { job } }) => job !== 'full' && job !== 'diff' && job !== 'incr')
    .map(({ line: { job, cron } }) => `${job} ${cron}`);
}

/**
 * The only stanza: an operator's cluster is one.
 *
 * @throws Failure config-invalid when there are several
 */
export function onlyStanza({ stanzas }: Configuration, target: string): Stanza {
  const [stanza, ...others] = stanzas;
  if (stanza !== undefined && others.length === 0) return stanza;
  throw new Failure('config-invalid', {
    operation: `render ${target}`,
    problem: 'the file has several stanzas',
    hint: 'Write one file for each cluster.',
  });
}
