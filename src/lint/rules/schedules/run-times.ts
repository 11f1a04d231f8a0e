import { Cron } from 'croner';
import type { Schedule } from '../../facts.ts';
import { readCalendar, type CalendarExpression, type CalendarPart } from './read-calendar.ts';

/** When something runs, on a clock without a zone: `Date`s are read in UTC. */
export interface RunTimes {
  /** The first runs from then on, at most that many, within two years. */
  readonly runs: (from: Date, most: number) => readonly Date[];
  /** True when it runs in the minute of that time. */
  readonly runsAt: (at: Date) => boolean;
}

const day = 86_400_000;
const minute = 60_000;
const horizon = 731;

/**
 * Run times of one expression of a schedule.
 *
 * @returns undefined when the expression cannot be read, or has no fixed times (`@reboot`, intervals)
 */
export function runTimesOf(text: string, syntax: Schedule['syntax']): RunTimes | undefined {
  if (syntax === 'interval') return undefined;
  if (syntax === 'cron') return cronTimes(text);
  const expression = readCalendar(text);
  return expression === undefined ? undefined : calendarTimes(expression);
}

/** The five fields of crontab(5), or a word such as `@daily`; undefined for anything else. */
function cronTimes(text: string): RunTimes | undefined {
  const fields = text.trim().split(/\s+/);
  const isWord =
    fields.length === 1 && /^@(?:yearly|annually|monthly|weekly|daily|midnight|hourly)$/i.test(text);
  if (fields.length !== 5 && !isWord) return undefined;
  const cron = openCron(text.trim().replace(/^@midnight$/i, '@daily'));
  return cron === undefined
    ? undefined
    : {
        runs: (from, most) => cron.nextRuns(most, new Date(from.getTime() - 1000)),
        runsAt: (at) => cron.match(at),
      };
}

function openCron(text: string): Cron | undefined {
  try {
    return new Cron(text, { timezone: 'UTC', paused: true });
  } catch (error) {
    // croner has no function that only checks; TypeError and RangeError say that a text is no expression.
    if (error instanceof TypeError || error instanceof RangeError) return undefined;
    throw error;
  }
}

function calendarTimes(expression: CalendarExpression): RunTimes {
  return {
    runs: (from, most) => firstRuns(expression, from, most),
    runsAt: (at) => {
      const start = Math.floor(at.getTime() / minute) * minute;
      const [next] = firstRuns(expression, new Date(start), 1);
      return next !== undefined && next.getTime() < start + minute;
    },
  };
}

function firstRuns(expression: CalendarExpression, from: Date, most: number): Date[] {
  const found: Date[] = [];
  const times = timesOfDay(expression);
  const firstDay = Math.floor(from.getTime() / day) * day;
  for (let index = 0; index < horizon && found.length < most; index += 1) {
    const start = firstDay + index * day;
    if (!isOnDay(expression, new Date(start))) continue;
    for (const time of times) {
      const at = start + time;
      if (at >= from.getTime() && found.length < most) found.push(new Date(at));
    }
  }
  return found;
}

function isOnDay(expression: CalendarExpression, date: Date): boolean {
  const { weekdays } = expression;
  if (weekdays.size > 0 && !weekdays.has((date.getUTCDay() + 6) % 7)) return false;
  if (
    !matches(expression.years, date.getUTCFullYear()) ||
    !matches(expression.months, date.getUTCMonth() + 1)
  )
    return false;
  if (!expression.daysFromEnd) return matches(expression.days, date.getUTCDate());
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  const parts = expression.days.map((part) => fromEnd(part, last));
  return matches(parts, date.getUTCDate());
}

/** `~07/1` is the seventh day before the end and each one after it. */
function fromEnd(part: CalendarPart, last: number): CalendarPart {
  const first = last + 1 - (part.stop ?? part.start);
  return { start: first, stop: part.stop === undefined ? undefined : last + 1 - part.start, step: part.step };
}

/** Milliseconds after midnight, in order. */
function timesOfDay(expression: CalendarExpression): number[] {
  const times: number[] = [];
  for (const hour of valuesOf(expression.hours, 23))
    for (const one of valuesOf(expression.minutes, 59))
      for (const second of valuesOf(expression.seconds, 59))
        times.push(((hour * 60 + one) * 60 + second) * 1000);
  return times;
}

function valuesOf(parts: readonly CalendarPart[], highest: number): number[] {
  return Array.from({ length: highest + 1 }, (_, value) => value).filter((value) => matches(parts, value));
}

function matches(parts: readonly CalendarPart[], value: number): boolean {
  if (parts.length === 0) return true;
  return parts.some(({ start, stop, step }) => {
    if (stop === undefined && step === undefined) return value === start;
    if (value < start || (stop !== undefined && value > stop)) return false;
    return (value - start) % (step ?? 1) === 0;
  });
}
