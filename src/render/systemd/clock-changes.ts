import { cronTimes, type CronText } from '../../model/cron-times.ts';
import { segmentsOf } from '../../model/zone-segments.ts';
import type { CronFields } from '../deployment/cron-fields.ts';
import { component } from './calendar-text.ts';

/**
 * What a timer leaves out at changes of clocks. systemd takes only what the local clock shows, and that once: a time
 * that is skipped never comes, and of a doubled hour the second half is left out. Holdfast's schedules begin what is
 * skipped right after the gap, and what is for every hour in both (`cronTimes`). So expressions in UTC are added that
 * name just those moments: `Sun *-03-25..31 01:00:00 UTC`.
 *
 * @returns expressions; none for zones and times that no change meets. Undefined when the changes follow no rule that
 *   an expression can have
 */
export function repairClockChanges(text: CronText, fields: CronFields): readonly string[] | undefined {
  const missing = missedMoments(text, fields);
  const groups = Map.groupBy(missing, (at) => new Date(at).toISOString().slice(5, 7) + timeOf(at));
  const expressions: string[] = [];
  for (const moments of groups.values()) {
    const expression = describeMoments(moments);
    if (expression === undefined) return undefined;
    expressions.push(expression);
  }
  return expressions.toSorted();
}

/** Rules of zones are looked at for so many years; which ones they are must not depend on today. */
const [firstYear, lastYear] = [2026, 2045];
const day = 86_400_000;

function missedMoments(text: CronText, fields: CronFields): readonly number[] {
  const segmentAt = segmentsOf(text.timezone);
  const { next } = cronTimes(text);
  const missed: number[] = [];
  const end = Date.UTC(lastYear + 1, 0, 1);
  let before = segmentAt(Date.UTC(firstYear, 0, 1));
  while (before.end < end) {
    const after = segmentAt(before.end);
    const shift = after.offset - before.offset;
    const until = before.end + Math.max(1, -shift);
    for (let at = next(before.end - 1); at !== undefined && at < until; at = next(at)) {
      const isSecond = at < before.end - shift;
      if (isSecond || !shows(at + after.offset, fields)) missed.push(at);
    }
    before = after;
  }
  return missed;
}

/** @param reading of a local clock, as if it were UTC */
function shows(reading: number, fields: CronFields): boolean {
  const date = new Date(reading);
  const byMonthDay = fields.daysOfMonth.includes(date.getUTCDate());
  const byWeekday = fields.daysOfWeek.includes(date.getUTCDay());
  return (
    fields.minutes.includes(date.getUTCMinutes()) &&
    date.getUTCSeconds() === 0 &&
    fields.hours.includes(date.getUTCHours()) &&
    fields.months.includes(date.getUTCMonth() + 1) &&
    (fields.eitherDay ? byMonthDay || byWeekday : byMonthDay && byWeekday)
  );
}

/** One expression that names these moments (of one month and one time of day) and no other of the years. */
function describeMoments(moments: readonly number[]): string | undefined {
  const dates = moments.map((at) => new Date(at));
  const [first] = dates;
  if (first === undefined) return undefined;
  // Not every day of a rule like "the second Sunday" need be one of the schedule: `*/2` has the odd ones.
  const monthDays = [...new Set(dates.map((date) => date.getUTCDate()))].toSorted((a, b) => a - b);
  const weekday = first.getUTCDay();
  const sameWeekday = dates.every((date) => date.getUTCDay() === weekday);
  if (!sameWeekday && monthDays.length > 1) return undefined;
  const named = sameWeekday ? weekday : undefined;
  const hits = namedDays(first.getUTCMonth(), monthDays, named).map(
    (at) => at + ((moments[0] as number) % day),
  );
  const wanted = new Set(moments);
  if (hits.length !== wanted.size || hits.some((at) => !wanted.has(at))) return undefined;
  const names = named === undefined ? '' : `${first.toUTCString().slice(0, 3)} `;
  const date = `*-${component([first.getUTCMonth() + 1], 1, 12)}-${component(monthDays, 1, 31)}`;
  return `${names}${date} ${timeOf(first.getTime())} UTC`;
}

/** Midnights. */
function namedDays(
  month: number,
  monthDays: readonly number[],
  weekday: number | undefined,
): readonly number[] {
  const found: number[] = [];
  for (let year = firstYear; year <= lastYear; year += 1) {
    for (const date of monthDays) {
      const at = Date.UTC(year, month, date);
      if (new Date(at).getUTCMonth() !== month) continue;
      if (weekday === undefined || new Date(at).getUTCDay() === weekday) found.push(at);
    }
  }
  return found;
}

function timeOf(at: number): string {
  return new Date(at).toISOString().slice(11, 19);
}
