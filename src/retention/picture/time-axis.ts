/** A place on an axis of time that is named. */
export interface TimeTick {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly label: string;
}

const day = 86_400_000;
const daySteps = [1, 2, 7, 14] as const;
const monthSteps = [1, 2, 3, 6, 12, 24, 60, 120] as const;
/** 5 January 1970 was a Monday: weeks begin there. */
const firstMonday = 4;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** Days, Mondays or first days of months (UTC), so that there are at most `most` of them. Epoch milliseconds. */
export function timeTicks(from: number, to: number, most: number): readonly TimeTick[] {
  for (const step of daySteps) {
    const ticks = dayTicks(from, to, step);
    if (ticks.length <= most) return ticks;
  }
  for (const step of monthSteps) {
    const ticks = monthTicks(from, to, step);
    if (ticks.length <= most) return ticks;
  }
  return [];
}

function dayTicks(from: number, to: number, step: number): readonly TimeTick[] {
  const offset = step < 7 ? 0 : firstMonday;
  const first = Math.ceil((from / day - offset) / step) * step + offset;
  const ticks: TimeTick[] = [];
  for (let number = first; number * day <= to; number += step) {
    const date = new Date(number * day);
    ticks.push({ at: number * day, label: `${date.getUTCDate()} ${months[date.getUTCMonth()] ?? ''}` });
  }
  return ticks;
}

function monthTicks(from: number, to: number, step: number): readonly TimeTick[] {
  const begin = new Date(from);
  const ticks: TimeTick[] = [];
  const first = Math.ceil((begin.getUTCFullYear() * 12 + begin.getUTCMonth()) / step) * step;
  for (let number = first; ; number += step) {
    const [year, month] = [Math.floor(number / 12), number % 12];
    const at = Date.UTC(year, month, 1);
    if (at > to) return ticks;
    if (at >= from) ticks.push({ at, label: `${months[month] ?? ''} ${year}` });
  }
}
