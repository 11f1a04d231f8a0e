import type { CronFields } from '../deployment/cron-fields.ts';

const dayNames = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/**
 * Cron fields as calendar expressions (systemd.time(7)), without a time zone. Day of month and day of week both have
 * to fit in one expression, so where either is enough there are two: lines of OnCalendar add up.
 */
export function calendarTexts(fields: CronFields): readonly string[] {
  const everyDay = { ...fields, daysOfWeek: [0, 1, 2, 3, 4, 5, 6] };
  const everyDate = { ...fields, daysOfMonth: Array.from({ length: 31 }, (_, index) => index + 1) };
  return fields.eitherDay ? [oneText(everyDay), oneText(everyDate)] : [oneText(fields)];
}

function oneText({ minutes, hours, daysOfMonth, months, daysOfWeek }: CronFields): string {
  // Monday first: systemd counts the days so.
  const weekdays = daysOfWeek.toSorted((one, other) => ((one + 6) % 7) - ((other + 6) % 7));
  const names = weekdays.length === 7 ? '' : `${weekdays.map((day) => dayNames[day]).join(',')} `;
  const date = `*-${component(months, 1, 12)}-${component(daysOfMonth, 1, 31)}`;
  return `${names}${date} ${component(hours, 0, 23)}:${component(minutes, 0, 59)}:00`;
}

/** A part of an expression: all of the values that there are, steps, or a list. */
export function component(values: readonly number[], least: number, most: number): string {
  if (values.length === most - least + 1) return '*';
  const [first = least, second = first] = values;
  const last = values.at(-1) ?? first;
  const step = second - first;
  const isEven = values.every((value, index) => value === first + index * step);
  if (values.length < 3 || !isEven) return values.map(digits).join(',');
  return `${digits(first)}..${digits(last)}${step === 1 ? '' : `/${step}`}`;
}

function digits(value: number): string {
  return String(value).padStart(2, '0');
}
