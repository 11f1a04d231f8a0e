import type { OptionDefinition } from '../command-definition.ts';

/** Of commands that a timer, a crontab or a CronJob begins, and that change a repository. */
export const lineOption: OptionDefinition = {
  name: 'line',
  value: 'LINE',
  description:
    'do what this line of the schedule, as `holdfast schedule` writes it, wants for the time that it was due last: for timers, crontabs and CronJobs',
};
