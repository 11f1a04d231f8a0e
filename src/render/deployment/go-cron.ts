import { Failure } from '../../model/failure.ts';
import { readCronFields } from './cron-fields.ts';

/**
 * Cron text as robfig/cron reads it, which Kubernetes and its operators use: Sunday is 0 only, and there is no L, W or #.
 *
 * @throws Failure config-invalid for what it does not have
 *
 * @see https://pkg.go.dev/github.com/robfig/cron/v3
 */
export function goCron(cron: string, target: string): string {
  const fields = readCronFields(cron);
  const words = cron.trim().split(/\s+/);
  const [, , day = '*', , weekday = '*'] = words;
  // Whether both kinds of days must fit or one is enough is another rule there where one begins with */.
  const unclear = (one: string, other: string): boolean => one.startsWith('*/') && other !== '*';
  if (fields === undefined || unclear(day, weekday) || unclear(weekday, day)) {
    throw new Failure('config-invalid', {
      operation: `render ${target}`,
      place: cron,
      problem: 'Kubernetes does not have such times, or means others by them',
      hint: 'Write lists of days without L, W and #, and no steps in one field of days where the other is set.',
    });
  }
  return [...words.slice(0, 4), /7/.test(weekday) ? fields.daysOfWeek.join(',') : weekday].join(' ');
}
