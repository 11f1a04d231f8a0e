/** What the five fields of a cron text name. All lists are sorted and without repetition. */
export interface CronFields {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly daysOfMonth: readonly number[];
  /** From 1. */
  readonly months: readonly number[];
  /** Sunday is 0. */
  readonly daysOfWeek: readonly number[];
  /** Both kinds of days are named, and either is enough; otherwise both must fit. */
  readonly eitherDay: boolean;
}

interface FieldRange {
  readonly least: number;
  readonly most: number;
  /** Names in their order, from `least`. */
  readonly names?: readonly string[];
}

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const days = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const ranges: readonly FieldRange[] = [
  { least: 0, most: 59 },
  { least: 0, most: 23 },
  { least: 1, most: 31 },
  { least: 1, most: 12, names: months },
  { least: 0, most: 7, names: days },
];

/**
 * Reads cron text of five fields as crontab(5) has it: `*`, numbers, names, ranges, steps and lists. A field that
 * begins with `*` names no day of its own.
 *
 * @returns undefined when there is more in it than that (`L`, `W`, `#`, `?`), which timers and crontabs do not have
 */
export function readCronFields(text: string): CronFields | undefined {
  const words = text.trim().split(/\s+/);
  const fields = words.map((word, index) => readField(word, ranges[index] ?? { least: 0, most: -1 }));
  const [minutes, hours, daysOfMonth, ofYear, weekdays] = fields;
  if (words.length !== 5 || !minutes || !hours || !daysOfMonth || !ofYear || !weekdays) return undefined;
  return {
    minutes,
    hours,
    daysOfMonth,
    months: ofYear,
    daysOfWeek: sorted(weekdays.map((day) => day % 7)),
    eitherDay: !words[2]?.startsWith('*') && !words[4]?.startsWith('*'),
  };
}

function readField(word: string, range: FieldRange): readonly number[] | undefined {
  const values: number[] = [];
  for (const part of word.split(',')) {
    const read = readPart(part, range);
    if (read === undefined) return undefined;
    values.push(...read);
  }
  return sorted(values);
}

function readPart(part: string, range: FieldRange): readonly number[] | undefined {
  const match =
    /^(?:(?<all>\*)|(?<from>\d+|[A-Za-z]{3})(?:-(?<to>\d+|[A-Za-z]{3}))?)(?:\/(?<step>\d+))?$/.exec(part);
  if (match?.groups === undefined) return undefined;
  const { all, from, to, step } = match.groups;
  const first = all === undefined ? readValue(from ?? '', range) : range.least;
  if (all === undefined && to === undefined && step !== undefined) return undefined;
  const last = all !== undefined ? range.most : to === undefined ? first : readEnd(to, range);
  const by = step === undefined ? 1 : Number(step);
  if (first === undefined || last === undefined || by < 1 || last < first) return undefined;
  const values: number[] = [];
  // Sunday is the end of a range as well, and not another day of `*`.
  const end = all !== undefined && range.names === days ? 6 : last;
  for (let value = first; value <= end; value += by) values.push(value);
  return values;
}

function readValue(word: string, { least, most, names }: FieldRange): number | undefined {
  const named = names?.indexOf(word.toUpperCase()) ?? -1;
  const value = named >= 0 ? least + named : /^\d+$/.test(word) ? Number(word) : Number.NaN;
  return value >= least && value <= most ? value : undefined;
}

/** A range of days of the week ends with a Sunday: `FRI-SUN`. */
function readEnd(word: string, range: FieldRange): number | undefined {
  const value = readValue(word, range);
  return range.names === days && word.toUpperCase() === 'SUN' ? 7 : value;
}

function sorted(values: readonly number[]): readonly number[] {
  return [...new Set(values)].toSorted((one, other) => one - other);
}
