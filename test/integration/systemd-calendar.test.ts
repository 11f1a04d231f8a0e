import { spawnSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cronTimes } from '../../src/model/cron-times.ts';
import { translateCalendar } from '../../src/render/systemd/translate-calendar.ts';
import { systemdProgram } from '../support/systemd-tools.ts';

/* Cron text and what a timer gets for it have the same times: the second are those of the real systemd. */
const year = 366 * 86_400_000;
const stamp = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/**
 * All times after a moment and until another, as systemd has them.
 *
 * @param most so many of each line at most: it takes more than a millisecond for one in a zone
 */
function timesOfSystemd(
  lines: readonly string[],
  after: number,
  until: number,
  most: number,
): readonly number[] {
  const found = new Set<number>();
  for (const line of lines) {
    // Its own base is inclusive or not by version: what is asked for begins a second later.
    const args = ['calendar', `--base-time=${stamp(after)}`, `--iterations=${most}`, line];
    const { stdout, stderr, status } = spawnSync(systemdProgram('systemd-analyze'), args, {
      encoding: 'utf8',
      env: { TZ: 'UTC', LC_ALL: 'C.UTF-8' },
      maxBuffer: 64 * 1024 * 1024,
    });
    if (status !== 0) throw new Error(`${line}: ${stderr}`);
    for (const [, time] of stdout.matchAll(/(?:Next elapse|Iter\. #\d+): \w+ ([\d :-]+) UTC/g)) {
      const at = Date.parse(`${time?.replace(' ', 'T')}Z`);
      if (at > after && at <= until) found.add(at);
    }
  }
  return [...found].toSorted((one, other) => one - other);
}

function timesOfCron(cron: string, timezone: string, after: number, until: number): readonly number[] {
  const { next } = cronTimes({ cron, timezone });
  const times: number[] = [];
  for (let at = next(after); at !== undefined && at <= until; at = next(at)) times.push(at);
  return times;
}

function linesOf(cron: string, timezone: string): readonly string[] {
  const translated = translateCalendar({ cron, timezone });
  if (translated.lines === undefined) throw new Error(translated.problem);
  return translated.lines;
}

/** @returns a sentence where they differ */
function difference(cron: string, timezone: string, after: number, until: number): string | undefined {
  const lines = linesOf(cron, timezone);
  const ours = timesOfCron(cron, timezone, after, until);
  const theirs = timesOfSystemd(lines, after, until, ours.length + 5);
  const [one, other] = [new Set(ours), new Set(theirs)];
  const missing = ours.filter((at) => !other.has(at)).map(stamp);
  const extra = theirs.filter((at) => !one.has(at)).map(stamp);
  if (missing.length + extra.length === 0) return undefined;
  return `${cron} ${timezone} as ${lines.join(' + ')}: missing ${missing.slice(0, 5).join(', ')}; extra ${extra.slice(0, 5).join(', ')}`;
}

const mostCompared = 200;
const start = Date.UTC(2026, 10, 21);
const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'America/Santiago',
  'Europe/Dublin',
  'America/St_Johns',
] as const;

function field(least: number, most: number, names: readonly string[] = []): fc.Arbitrary<string> {
  const number = fc.integer({ min: least, max: most });
  const value = fc.tuple(number, fc.boolean()).map(([one, named]) => {
    const name = named ? names[one - least] : undefined;
    return name ?? String(one);
  });
  const range = fc
    .tuple(number, number)
    .map(([one, other]) => [Math.min(one, other), Math.max(one, other)] as const)
    .map(([from, to]) => `${from}-${to}`);
  const step = fc.integer({ min: 2, max: Math.max(2, Math.floor((most - least) / 2)) });
  const part = fc.oneof(
    value,
    range,
    fc.tuple(range, step).map(([of, by]) => `${of}/${by}`),
  );
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant('*') },
    { weight: 1, arbitrary: step.map((by) => `*/${by}`) },
    { weight: 4, arbitrary: value },
    { weight: 3, arbitrary: fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(',')) },
  );
}

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const days = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'];
const hours = fc.oneof(field(0, 23), fc.integer({ min: 0, max: 4 }).map(String));
const anyText = fc
  .tuple(field(0, 59), hours, field(1, 31), field(1, 12, months), field(0, 7, days))
  .map((parts) => parts.join(' '));

describe('cron text as lines of OnCalendar', () => {
  it.each([
    ['0 2 * * 0', 'Europe/Berlin'],
    ['30 2 * * *', 'Europe/Berlin'],
    ['0 */6 * * *', 'Europe/Berlin'],
    ['15 * * * *', 'America/New_York'],
    ['0 2 1,15 * 1-5', 'UTC'],
    ['0 2 */2 * 1', 'UTC'],
    ['0 2 1 */3 *', 'Asia/Kolkata'],
    ['5 0 * * 7', 'America/Santiago'],
    ['0,30 1-2 * * FRI-SUN', 'Australia/Lord_Howe'],
    ['0 2 29 2 *', 'Europe/Berlin'],
    ['0 0,2 */2 * *', 'America/New_York'],
  ])('has the times of %s in %s for a year', (cron, timezone) => {
    expect(difference(cron, timezone, start, start + year)).toBeUndefined();
  });

  it('has the times of any text in any zone for a year', () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom(...zones), (cron, timezone) => {
        const { next } = cronTimes({ cron, timezone });
        fc.pre(next(start) !== undefined);
        // A text with more times than this is compared until then; changes of clocks are tried below with every text.
        const until = timesOfCron(cron, timezone, start, start + year)[mostCompared] ?? start + year;
        expect(difference(cron, timezone, start, until)).toBeUndefined();
      }),
      { numRuns: 40 },
    );
  });

  it('has every time of a day on which clocks change, also of texts for every few minutes', () => {
    for (const timezone of ['Europe/Berlin', 'Australia/Lord_Howe', 'America/Santiago', 'Europe/Dublin']) {
      for (const cron of ['*/10 * * * *', '1-59/9 1,2,3 * 3,10,11,4,9 0']) {
        for (const change of changesOf(timezone)) {
          const from = change - 3 * 3_600_000;
          expect(difference(cron, timezone, from, from + 7 * 3_600_000)).toBeUndefined();
        }
      }
    }
  });

  it('is refused where a timer cannot say it', () => {
    expect(translateCalendar({ cron: '0 2 L * *', timezone: 'UTC' })).toMatchObject({ lines: undefined });
    expect(translateCalendar({ cron: '0 2 * * 1#2', timezone: 'UTC' })).toMatchObject({ lines: undefined });
    const moving = translateCalendar({ cron: '0 2 * * *', timezone: 'Africa/Casablanca' });
    expect(moving).toMatchObject({ lines: undefined, problem: expect.stringContaining('Casablanca') });
  });

  it('would be found different: without the line for the gap a time is missing', () => {
    const [first = ''] = linesOf('30 2 * * *', 'Europe/Berlin');
    const [ours, theirs] = [
      timesOfCron('30 2 * * *', 'Europe/Berlin', start, start + year),
      timesOfSystemd([first], start, start + year, 400),
    ];
    expect(ours.length - theirs.length).toBe(1);
  });
});

/** The next two changes of a zone's clocks. */
function changesOf(timezone: string): readonly number[] {
  const offset = (at: number): string =>
    new Intl.DateTimeFormat('en', { timeZone: timezone, timeZoneName: 'longOffset' })
      .formatToParts(at)
      .find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const changes: number[] = [];
  for (let at = start; at < start + year; at += 3_600_000) {
    if (offset(at) !== offset(at + 3_600_000)) changes.push(at + 3_600_000);
  }
  return changes;
}
