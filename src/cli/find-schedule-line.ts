import type { Stanza } from '../config/configuration.ts';
import { scheduleLines } from '../config/schedule-lines.ts';
import { lastDue } from '../jobs/schedule/last-due.ts';
import { Failure } from '../model/failure.ts';
import type { JobOrigin } from '../model/job.ts';
import type { ScheduleLine } from '../model/schedule-line.ts';

/**
 * The line of a schedule that `--line` names.
 *
 * @returns undefined when the option was not given
 * @throws Failure nothing-found when the schedule has changed since somebody wrote the key down
 */
export function findScheduleLine(
  key: string | undefined,
  stanza: Stanza,
  file: string,
): ScheduleLine | undefined {
  if (key === undefined) return undefined;
  const line = scheduleLines({ stanzas: [stanza] }).find((one) => one.key === key);
  if (line !== undefined) return line;
  throw new Failure('nothing-found', {
    operation: 'look for a line of the schedules',
    place: file,
    problem: `there is no line ${JSON.stringify(key)}`,
    hint: 'Render the timers or the crontab again: the schedule has changed. `holdfast schedule` shows its lines.',
  });
}

/**
 * Why the jobs of a command are there that a timer, a crontab or a CronJob has begun.
 *
 * @param now epoch milliseconds
 */
export function timerOrigin(line: ScheduleLine, now: number): JobOrigin {
  return { kind: 'schedule', line: line.key, occurrence: lastDue(line, now) ?? now, by: 'timer' };
}
