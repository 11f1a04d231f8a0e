import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cronTimes, nextRuns } from './cron-times.ts';

const minute = 60_000;
const hour = 60 * minute;

/** What a clock in the zone shows, minute by minute; independent of the code under test. */
function clockOf(timezone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: timezone,
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  return (at) => Date.parse(`${format.format(at).replace(' ', 'T')}Z`);
}

function valuesOf(field: string, low: number, high: number): ReadonlySet<number> {
  const values = new Set<number>();
  for (const part of field.split(',')) {
    const [range = '', step = '1'] = part.split('/');
    const [first = '', last = first] = range === '*' ? [String(low), String(high)] : range.split('-');
    for (let value = Number(first); value <= Number(last); value += Number(step)) values.add(value);
  }
  return values;
}

/** crontab(5), read with other eyes than croner's. */
function matcherOf(cron: string): (reading: number) => boolean {
  const [minutes = '', hours = '', days = '', months = '', weekdays = ''] = cron.split(' ');
  const sets = [
    valuesOf(minutes, 0, 59),
    valuesOf(hours, 0, 23),
    valuesOf(days, 1, 31),
    valuesOf(months, 1, 12),
    valuesOf(weekdays, 0, 7),
  ] as const;
  const both = days.startsWith('*') || weekdays.startsWith('*');
  return (reading) => {
    const date = new Date(reading);
    const day = sets[2].has(date.getUTCDate());
    const weekday = sets[4].has(date.getUTCDay()) || (date.getUTCDay() === 0 && sets[4].has(7));
    return (
      sets[0].has(date.getUTCMinutes()) &&
      sets[1].has(date.getUTCHours()) &&
      sets[3].has(date.getUTCMonth() + 1) &&
      (both ? day && weekday : day || weekday)
    );
  };
}

/** Every minute from one instant to the other, both included, in which the entry runs. */
function bruteForce(cron: string, timezone: string, from: number, to: number): number[] {
  const shows = clockOf(timezone);
  const matches = matcherOf(cron);
  const everyHour = ['*', '0-23', '*/1'].includes(cron.split(' ')[1] ?? '');
  const found: number[] = [];
  // Far enough back that no reading after it was shown before.
  let furthest = -Infinity;
  for (let at = from - 30 * hour; at < from; at += minute) furthest = Math.max(furthest, shows(at));
  for (let at = from; at <= to; at += minute) {
    const reading = shows(at);
    if (everyHour) {
      if (matches(reading)) found.push(at);
      continue;
    }
    let due = false;
    for (let newly = furthest + minute; newly <= reading; newly += minute) due ||= matches(newly);
    furthest = Math.max(furthest, reading);
    if (due) found.push(at);
  }
  return found;
}

/** Zones and days around which their clocks were changed. */
const places: readonly (readonly [string, readonly string[]])[] = [
  ['Europe/Berlin', ['2026-03-29', '2026-10-25', '1980-04-06']],
  ['America/New_York', ['2026-03-08', '2026-11-01', '1974-01-06']],
  ['Australia/Lord_Howe', ['2026-04-05', '2026-10-04']],
  ['Asia/Kathmandu', ['1986-01-01', '2026-06-01']],
  ['Africa/Casablanca', ['2026-02-15', '2026-03-22', '2018-10-28']],
  ['America/Sao_Paulo', ['2018-02-18', '2018-11-04', '2012-10-21']],
  ['Pacific/Apia', ['2011-12-30', '2011-04-02', '2021-04-04']],
  ['Asia/Pyongyang', ['2015-08-15', '2018-05-05']],
  ['Africa/Cairo', ['2014-06-26', '2014-07-31', '2024-04-26']],
  ['UTC', ['2026-02-28', '2024-02-29']],
];

const place = fc.constantFrom(...places).chain(([timezone, days]) =>
  fc.record({
    timezone: fc.constant(timezone),
    day: fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...days).map((day) => Date.parse(day)) },
      {
        weight: 1,
        arbitrary: fc.integer({ min: 0, max: 365 * 60 }).map((count) => Date.UTC(1975) + count * 24 * hour),
      },
    ),
  }),
);

const field = (low: number, high: number): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constant('*'),
    fc.integer({ min: low, max: high }).map(String),
    fc.integer({ min: 2, max: 7 }).map((step) => `*/${step}`),
    fc
      .uniqueArray(fc.integer({ min: low, max: high }), { minLength: 2, maxLength: 4 })
      .map((values) => values.join(',')),
    fc
      .tuple(fc.integer({ min: low, max: high }), fc.integer({ min: low, max: high }))
      .map((ends) => `${Math.min(...ends)}-${Math.max(...ends)}`),
  );
const hours = fc.oneof(field(0, 23), fc.constantFrom('0', '1', '2', '3', '23', '1-3', '0,2'));
const dayFields = fc.oneof(
  { weight: 3, arbitrary: fc.constant('* * *') },
  { weight: 2, arbitrary: fc.tuple(field(1, 31), fc.constant('*'), field(0, 6)).map((all) => all.join(' ')) },
  { weight: 1, arbitrary: fc.tuple(field(1, 31), field(1, 12), field(0, 7)).map((all) => all.join(' ')) },
);
const cronText = fc.tuple(field(0, 59), hours, dayFields).map((fields) => fields.join(' '));

describe('cronTimes', () => {
  it('finds what a look at every minute finds, forwards and backwards, in every zone', () => {
    fc.assert(
      fc.property(
        cronText,
        place,
        fc.array(fc.nat({ max: 64 * 60 }), { minLength: 20, maxLength: 20 }),
        (cron, { timezone, day }, moments) => {
          const [from, to] = [day - 24 * hour, day + 40 * hour];
          const expected = bruteForce(cron, timezone, from, to);
          const { next, previous } = cronTimes({ cron, timezone });
          const forwards: number[] = [];
          for (let at = next(from - 1); at !== undefined && at <= to; at = next(at)) forwards.push(at);
          expect(forwards).toEqual(expected);
          const backwards: number[] = [];
          for (let at = previous(to); at !== undefined && at >= from; at = previous(at - 1))
            backwards.push(at);
          expect(backwards.toReversed()).toEqual(expected);
          // In no order, and within doubled hours.
          for (const at of moments.map((after) => from + after * minute)) {
            const [before, after] = [expected.findLast((one) => one <= at), expected.find((one) => one > at)];
            if (before !== undefined) expect(previous(at)).toBe(before);
            if (after !== undefined) expect(next(at)).toBe(after);
          }
        },
      ),
      { numRuns: 120 },
    );
  });

  it('agrees with itself over years', () => {
    fc.assert(
      fc.property(
        cronText,
        place,
        fc.integer({ min: 0, max: 400 * 24 * 60 }),
        (cron, { timezone, day }, after) => {
          const { next, previous } = cronTimes({ cron, timezone });
          const from = day + after * minute;
          const found = next(from);
          if (found === undefined) return;
          expect(found).toBeGreaterThan(from);
          expect(previous(found)).toBe(found);
          expect(previous(found - 1) ?? 0).toBeLessThanOrEqual(from);
        },
      ),
      { numRuns: 400 },
    );
  });

  const local = (cron: string, timezone: string, after: string, count: number): string[] =>
    nextRuns({ cron, timezone }, new Date(after), count).map((at) => at.toISOString().slice(5, 16));

  it('runs once right after a skipped hour, however many times it was there', () => {
    expect(local('30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00Z', 2)).toEqual([
      '03-29T01:00',
      '03-30T00:30',
    ]);
    expect(local('*/20 2 * * *', 'Europe/Berlin', '2026-03-28T12:00Z', 2)).toEqual([
      '03-29T01:00',
      '03-30T00:00',
    ]);
    expect(local('15 2 * * *', 'Australia/Lord_Howe', '2026-10-03T00:00Z', 2)).toEqual([
      '10-03T15:30',
      '10-04T15:15',
    ]);
    // Midnight itself was skipped.
    expect(local('0 */6 * * *', 'America/Sao_Paulo', '2018-11-03T22:00Z', 2)).toEqual([
      '11-04T03:00',
      '11-04T08:00',
    ]);
  });

  it('runs once, the first time, at a doubled hour', () => {
    expect(local('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00Z', 2)).toEqual([
      '10-25T00:30',
      '10-26T01:30',
    ]);
    expect(local('0 */2 * * *', 'Europe/Berlin', '2026-10-24T22:30Z', 2)).toEqual([
      '10-25T00:00',
      '10-25T03:00',
    ]);
  });

  it('does not come back to a doubled hour when asked within its second pass', () => {
    const within = Date.parse('2026-10-25T01:10Z');
    const { next, previous } = cronTimes({ cron: '30,45 2 * * *', timezone: 'Europe/Berlin' });
    expect(new Date(next(within) ?? 0).toISOString()).toBe('2026-10-26T01:30:00.000Z');
    expect(new Date(previous(within) ?? 0).toISOString()).toBe('2026-10-25T00:45:00.000Z');
  });

  it('makes up for a day that a zone left out', () => {
    expect(local('0 2 * * *', 'Pacific/Apia', '2011-12-29T13:00Z', 2)).toEqual([
      '12-30T10:00',
      '12-30T12:00',
    ]);
  });

  it('follows the clock where every hour is meant', () => {
    expect(local('0 * * * *', 'Europe/Berlin', '2026-10-24T23:30Z', 4)).toEqual([
      '10-25T00:00',
      '10-25T01:00',
      '10-25T02:00',
      '10-25T03:00',
    ]);
    expect(local('0 * * * *', 'Europe/Berlin', '2026-03-29T00:30Z', 2)).toEqual([
      '03-29T01:00',
      '03-29T02:00',
    ]);
  });

  it('wants day and weekday both where one begins with a star, either otherwise', () => {
    expect(local('0 0 13 * 5', 'UTC', '2026-03-28T12:00Z', 3)).toEqual([
      '04-03T00:00',
      '04-10T00:00',
      '04-13T00:00',
    ]);
    expect(local('0 0 */2 * 1', 'UTC', '2026-03-28T12:00Z', 2)).toEqual(['04-13T00:00', '04-27T00:00']);
  });
});
