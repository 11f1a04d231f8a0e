import type { CronText } from '../../model/cron-times.ts';
import { readCronFields } from '../deployment/cron-fields.ts';
import { calendarTexts } from './calendar-text.ts';
import { repairClockChanges } from './clock-changes.ts';

/** Lines of OnCalendar, or why there are none. */
export type TranslatedCalendar =
  | { readonly lines: readonly string[] }
  | { readonly lines: undefined; readonly problem: string; readonly hint: string };

/**
 * Ireland's zone has its summer time as the standard one, and glibc takes a time that is skipped there for an earlier
 * one: systemd (252) then leaves out the rest of the day. London has the same clock.
 */
const sameClock: Readonly<Record<string, string>> = {
  'Europe/Dublin': 'Europe/London',
  Eire: 'Europe/London',
};

/**
 * Cron text in a time zone as lines of OnCalendar that together have exactly its times, as the daemon has them
 * (`cronTimes`), clock changes included.
 */
export function translateCalendar(text: CronText & { readonly timezone: string }): TranslatedCalendar {
  const zone = sameClock[text.timezone] ?? text.timezone;
  const fields = readCronFields(text.cron);
  if (fields === undefined) {
    return {
      lines: undefined,
      problem: `"${text.cron}" has more in it than numbers, names, ranges, steps and lists`,
      hint: 'Write it without L, W, # and ?, or let the daemon keep the schedule (`deploy.systemd.form: daemon`).',
    };
  }
  const repairs = repairClockChanges(text, fields);
  if (repairs === undefined) {
    return {
      lines: undefined,
      problem: `"${text.cron}" meets changes of the clocks in ${text.timezone} that follow no rule that a timer can have`,
      hint: 'Write the time in UTC (`timezone: UTC`), or let the daemon keep the schedule (`deploy.systemd.form: daemon`).',
    };
  }
  return { lines: [...calendarTexts(fields).map((line) => `${line} ${zone}`), ...repairs] };
}
