/** Words for a whole expression (systemd.time(7), "Calendar Events"). */
const shorthands: Readonly<Record<string, string>> = {
  minutely: '* * * * *',
  hourly: '0 * * * *',
  daily: '0 0 * * *',
  weekly: '0 0 * * 1',
  monthly: '0 0 1 * *',
  quarterly: '0 0 1 1,4,7,10 *',
  semiannually: '0 0 1 1,7 *',
  yearly: '0 0 1 1 *',
  annually: '0 0 1 1 *',
};

const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** An expression as cron text, and the zone that stood at its end. */
export interface CronText {
  readonly cron: string;
  readonly timezone: string | undefined;
}

/**
 * A calendar expression of systemd as cron text (systemd.time(7)).
 *
 * @returns undefined when cron cannot say it: seconds, years, the last days of a month, or a weekday together with a
 *   day of the month, which systemd joins with "and" and cron with "or"
 */
export function cronOfCalendar(expression: string): CronText | undefined {
  const words = expression.trim().split(/\s+/);
  const timezone = /^(?:UTC|[A-Z][A-Za-z_]+\/[A-Za-z_/+-]+)$/.test(words.at(-1) ?? '')
    ? words.pop()
    : undefined;
  const shorthand = words.length === 1 ? shorthands[(words[0] ?? '').toLowerCase()] : undefined;
  if (shorthand !== undefined) return { cron: shorthand, timezone };
  const cron = readParts(words);
  return cron === undefined ? undefined : { cron, timezone };
}

function readParts(words: readonly string[]): string | undefined {
  const rest = [...words];
  const weekday = /^[A-Za-z]/.test(rest[0] ?? '') ? readWeekdays(rest.shift() ?? '') : '*';
  const date = rest[0]?.includes(':') === false ? readDate(rest.shift() ?? '') : { month: '*', day: '*' };
  const time = rest.length === 0 ? { hour: '0', minute: '0' } : readTime(rest.shift() ?? '');
  if (rest.length > 0 || weekday === undefined || date === undefined || time === undefined) return undefined;
  if (weekday !== '*' && date.day !== '*') return undefined;
  return `${time.minute} ${time.hour} ${date.day} ${date.month} ${weekday}`;
}

function readWeekdays(text: string): string | undefined {
  const parts = text.split(',').map((part) => {
    const [from, to] = part.split(/\.\.|-/).map(weekdayNumber);
    if (from === undefined || (part.includes('.') && to === undefined)) return undefined;
    if (to === undefined) return String(from);
    // Their week begins on Monday and cron's on Sunday; cron takes 7 for Sunday too, at the end of a range.
    const [first, last] = [from === 0 ? 7 : from, to === 0 ? 7 : to];
    return first > last ? undefined : `${first}-${last}`;
  });
  return parts.includes(undefined) ? undefined : parts.join(',');
}

function weekdayNumber(name: string): number | undefined {
  const number = weekdays.indexOf(name.slice(0, 3).toLowerCase());
  return number < 0 ? undefined : number;
}

function readDate(text: string): { month: string; day: string } | undefined {
  const parts = text.split('-');
  const [year, month, day] = parts.length === 2 ? ['*', ...parts] : parts;
  if (year !== '*' || month === undefined || day === undefined) return undefined;
  const [months, days] = [readField(month, 1, 12), readField(day, 1, 31)];
  return months === undefined || days === undefined ? undefined : { month: months, day: days };
}

function readTime(text: string): { hour: string; minute: string } | undefined {
  const [hour = '', minute = '', second = '0', ...more] = text.split(':');
  if (more.length > 0 || Number(second) !== 0) return undefined;
  const [hours, minutes] = [readField(hour, 0, 23), readField(minute, 0, 59)];
  return hours === undefined || minutes === undefined ? undefined : { hour: hours, minute: minutes };
}

/** `*`, `5`, `1,3`, `1..5`, `0/15` (from 0 on every 15th). */
function readField(text: string, least: number, most: number): string | undefined {
  const parts = text.split(',').map((part) => {
    const match = /^(?:(\*)|(\d{1,2})(?:\.\.(\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(part);
    if (match === null) return undefined;
    const [, star, from, to, step] = match;
    if (star !== undefined) return step === undefined ? '*' : `*/${Number(step)}`;
    const first = Number(from);
    const last = to === undefined ? (step === undefined ? first : most) : Number(to);
    if (first < least || last > most) return undefined;
    const range = first === last && step === undefined ? String(first) : `${first}-${last}`;
    return step === undefined ? range : `${range}/${Number(step)}`;
  });
  return parts.includes(undefined) ? undefined : parts.join(',');
}
