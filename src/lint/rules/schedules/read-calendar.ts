/** One value, range or repetition of a component: `4`, `1..5`, `0/15`, `2..10/2`. */
export interface CalendarPart {
  readonly start: number;
  readonly stop: number | undefined;
  readonly step: number | undefined;
}

/** An OnCalendar= expression. A component without parts is `*`. */
export interface CalendarExpression {
  /** 0 is Monday; empty is every day. */
  readonly weekdays: ReadonlySet<number>;
  readonly years: readonly CalendarPart[];
  readonly months: readonly CalendarPart[];
  readonly days: readonly CalendarPart[];
  /** `~` in place of `-`: days count from the end of the month. */
  readonly daysFromEnd: boolean;
  readonly hours: readonly CalendarPart[];
  readonly minutes: readonly CalendarPart[];
  readonly seconds: readonly CalendarPart[];
  readonly zone: string | undefined;
}

/** systemd.time(7), "Calendar Events". */
const shorthands: Readonly<Record<string, string>> = {
  minutely: '*-*-* *:*:00',
  hourly: '*-*-* *:00:00',
  daily: '*-*-* 00:00:00',
  weekly: 'Mon *-*-* 00:00:00',
  monthly: '*-*-01 00:00:00',
  quarterly: '*-01,04,07,10-01 00:00:00',
  semiannually: '*-01,07-01 00:00:00',
  'semi-annually': '*-01,07-01 00:00:00',
  biannually: '*-01,07-01 00:00:00',
  'bi-annually': '*-01,07-01 00:00:00',
  yearly: '*-01-01 00:00:00',
  annually: '*-01-01 00:00:00',
  anually: '*-01-01 00:00:00',
};

const weekdayNames = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const midnight = '00:00:00';

/** True for `daily`, `weekly` and the like. */
export function isCalendarShorthand(text: string): boolean {
  return Object.hasOwn(shorthands, text.trim().toLowerCase());
}

/**
 * Reads an OnCalendar= expression as systemd 252 does (src/shared/calendarspec.c), apart from `@` and fractions of
 * seconds.
 *
 * @returns undefined for what systemd refuses
 */
export function readCalendar(text: string): CalendarExpression | undefined {
  const words = text.trim().split(/\s+/);
  const zone = words.length > 1 && isZone(words.at(-1) ?? '') ? words.pop() : undefined;
  const [only] = words;
  const expanded = words.length === 1 && only !== undefined ? shorthands[only.toLowerCase()] : undefined;
  return readParts(expanded === undefined ? words : expanded.split(' '), zone);
}

function readParts(words: readonly string[], zone: string | undefined): CalendarExpression | undefined {
  let rest = words;
  let weekdays: ReadonlySet<number> | undefined = new Set();
  if (/^[A-Za-z]/.test(rest[0] ?? '')) {
    weekdays = readWeekdays(rest[0] ?? '');
    rest = rest.slice(1);
  }
  const hasDate = rest[0] !== undefined && !rest[0].includes(':');
  const date = readDate(hasDate ? (rest[0] ?? '') : '*-*-*');
  if (hasDate) rest = rest.slice(1);
  const time = readTime(rest[0] ?? midnight);
  if (weekdays === undefined || date === undefined || time === undefined || rest.length > 1) return undefined;
  return { weekdays, ...date, ...time, zone };
}

function readWeekdays(text: string): ReadonlySet<number> | undefined {
  const days = new Set<number>();
  for (const part of text.split(',')) {
    if (part === '') continue;
    // A single dash is how ranges were written before systemd 227; it is still taken.
    const [first = '', last] = part.split(/\.\.|-/);
    const start = weekdayOf(first);
    const stop = last === undefined ? start : weekdayOf(last);
    if (start === undefined || stop === undefined || stop < start) return undefined;
    for (let day = start; day <= stop; day += 1) days.add(day);
  }
  return days;
}

function weekdayOf(text: string): number | undefined {
  const wanted = text.toLowerCase();
  const found = weekdayNames.findIndex((name) => name === wanted || name.slice(0, 3) === wanted);
  return found < 0 ? undefined : found;
}

function readDate(
  text: string,
): Pick<CalendarExpression, 'years' | 'months' | 'days' | 'daysFromEnd'> | undefined {
  const found = /^(?:(.+?)-)?([^-~]+)([-~])([^-~]+)$/.exec(text);
  if (found === null) return undefined;
  const years = readComponent(found[1] ?? '*', 1970, 2199);
  const months = readComponent(found[2] ?? '', 1, 12);
  const days = readComponent(found[4] ?? '', 1, 31);
  const daysFromEnd = found[3] === '~';
  // A day counted from the end must exist in every month.
  if (daysFromEnd && days?.some((part) => part.start > 28) === true) return undefined;
  if (years === undefined || months === undefined || days === undefined) return undefined;
  return { years, months, days, daysFromEnd };
}

function readTime(text: string): Pick<CalendarExpression, 'hours' | 'minutes' | 'seconds'> | undefined {
  const [first = '', second, third = '0', extra] = text.split(':');
  if (second === undefined || extra !== undefined) return undefined;
  const hours = readComponent(first, 0, 23);
  const minutes = readComponent(second, 0, 59);
  const seconds = readComponent(third.replace(/\.\d+$/, ''), 0, 59);
  return hours === undefined || minutes === undefined || seconds === undefined
    ? undefined
    : { hours, minutes, seconds };
}

function readComponent(text: string, lowest: number, highest: number): readonly CalendarPart[] | undefined {
  if (text === '*') return [];
  const parts = text.split(',').map((part) => readPart(part, lowest, highest));
  return parts.some((part) => part === undefined) ? undefined : (parts as CalendarPart[]);
}

function readPart(text: string, lowest: number, highest: number): CalendarPart | undefined {
  const found = /^(\d{1,4}|\*)(?:\.\.(\d{1,4}))?(?:\/(\d{1,4}))?$/.exec(text);
  if (found === null) return undefined;
  const start = found[1] === '*' ? lowest : Number(found[1]);
  const stop = found[2] === undefined ? undefined : Number(found[2]);
  const step = found[3] === undefined ? undefined : Number(found[3]);
  if (start < lowest || start > highest || step === 0) return undefined;
  if (stop !== undefined && (stop > highest || stop < start)) return undefined;
  // Without an end, at least one repetition must fit (chain_valid).
  if (stop === undefined && start + (step ?? 0) > highest) return undefined;
  return { start, stop, step: found[1] === '*' ? (step ?? 1) : step };
}

function isZone(text: string): boolean {
  if (!/^[A-Za-z][\w+/-]*$/.test(text) || weekdayOf(text.split(/[-,]/)[0] ?? '') !== undefined) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).format(0) !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
