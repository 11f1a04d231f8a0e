import { spawnSync } from 'node:child_process';
import { assert, constantFrom, property, record, integer, oneof, tuple } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runTimesOf } from './run-times.ts';

const base = new Date('2026-03-01T12:00:00Z');

function runs(text: string, syntax: 'cron' | 'calendar', most = 3): string[] | undefined {
  const next = new Date(base.getTime() + 1000);
  return runTimesOf(text, syntax)
    ?.runs(next, most)
    .map((at) => at.toISOString().slice(0, 19).replace('T', ' '));
}

describe('calendar expressions', () => {
  test.each([
    ['weekly', ['2026-03-02 00:00:00', '2026-03-09 00:00:00', '2026-03-16 00:00:00']],
    ['Mon-Sat *-*-* 02:00:00', ['2026-03-02 02:00:00', '2026-03-03 02:00:00', '2026-03-04 02:00:00']],
    ['Mon,Wed *-*-1..7 04:30:15', ['2026-03-02 04:30:15', '2026-03-04 04:30:15', '2026-04-01 04:30:15']],
    ['*-02~01', ['2027-02-28 00:00:00', '2028-02-29 00:00:00']],
    ['Mon *-05~07/1', ['2026-05-25 00:00:00', '2027-05-31 00:00:00']],
    ['00/6:00', ['2026-03-01 18:00:00', '2026-03-02 00:00:00', '2026-03-02 06:00:00']],
    ['12-25 10:00 Europe/Berlin', ['2026-12-25 10:00:00', '2027-12-25 10:00:00']],
    ['quarterly', ['2026-04-01 00:00:00', '2026-07-01 00:00:00', '2026-10-01 00:00:00']],
  ])('%s', (text, expected) => {
    expect(runs(text, 'calendar')).toEqual(expected);
  });

  test.each([
    '0 2 * * *',
    '@daily',
    'Sun..Tue',
    'every day',
    '25:00',
    'Mon 02:00 Nowhere/Land',
    '*-13-01',
    '',
  ])('refuses %s', (text) => {
    expect(runs(text, 'calendar')).toBeUndefined();
  });

  const part = (lowest: number, highest: number) =>
    oneof(
      constantFrom('*'),
      integer({ min: lowest, max: highest }).map(String),
      tuple(integer({ min: lowest, max: highest }), integer({ min: 1, max: 9 })).map(([a, b]) => `${a}/${b}`),
      tuple(integer({ min: lowest, max: highest }), integer({ min: 0, max: 5 })).map(
        ([a, b]) => `${a}..${Math.min(a + b, highest)}`,
      ),
      tuple(
        integer({ min: lowest, max: highest }),
        integer({ min: 0, max: 9 }),
        integer({ min: 1, max: 4 }),
      ).map(([a, b, c]) => `${a}..${Math.min(a + b, highest)}/${c}`),
    );
  const anyExpression = record({
    week: constantFrom('', 'Mon ', 'Mon..Fri ', 'Sat,Sun ', 'Tue-Thu '),
    month: part(1, 12),
    dash: constantFrom('-', '-', '-', '~'),
    monthDay: oneof(integer({ min: 1, max: 31 }).map(String), constantFrom('07/1', '1..7', '3..9/2', '28/1')),
    hour: part(0, 23),
    one: part(0, 59),
  }).map(
    ({ week, month, dash, monthDay, hour, one }) => `${week}*-${month}${dash}${monthDay} ${hour}:${one}`,
  );

  test('run when systemd says that they run', () => {
    const found = spawnSync('systemd-analyze', ['--version'], { encoding: 'utf8' });
    // Where systemd is not installed, the fixed expressions above are what is held against it.
    const isHere = found.error === undefined && found.status === 0;
    assert(
      property(anyExpression, (text) => {
        const mine = runs(text, 'calendar', 4);
        if (isHere) expect(mine, text).toEqual(systemdRuns(text, mine?.length ?? 1));
        else expect(mine?.length ?? 0).toBeLessThanOrEqual(4);
      }),
      { numRuns: isHere ? 40 : 200 },
    );
  });
});

test('cron texts run as crontab(5) says', () => {
  expect(runs('0 2 * * 0', 'cron')).toEqual([
    '2026-03-08 02:00:00',
    '2026-03-15 02:00:00',
    '2026-03-22 02:00:00',
  ]);
  expect(runs('0 2 13 * 5', 'cron', 2)).toEqual(['2026-03-06 02:00:00', '2026-03-13 02:00:00']);
  expect(runs('@midnight', 'cron', 1)).toEqual(['2026-03-02 00:00:00']);
  for (const text of ['0 2 * *', '0 0 2 * * *', '0 25 * * *', '@reboot', 'daily'])
    expect(runs(text, 'cron')).toBeUndefined();
});

test('know whether they run in a minute', () => {
  const times = runTimesOf('*-*-* 02:00:30', 'calendar');
  expect(times?.runsAt(new Date('2026-03-01T02:00:00Z'))).toBe(true);
  expect(times?.runsAt(new Date('2026-03-01T02:01:00Z'))).toBe(false);
  expect(runTimesOf('*/15 * * * *', 'cron')?.runsAt(new Date('2026-03-01T02:45:00Z'))).toBe(true);
});

/** What systemd prints; undefined when it refuses the expression. */
function systemdRuns(text: string, most: number): string[] | undefined {
  if (most === 0) return [];
  const { status, stdout } = spawnSync(
    'systemd-analyze',
    ['calendar', `--iterations=${most}`, `--base-time=2026-03-01 12:00:00 UTC`, text],
    { encoding: 'utf8', env: { ...process.env, TZ: 'UTC' } },
  );
  if (status !== 0) return undefined;
  return [...stdout.matchAll(/(?:Next elapse|Iter\. #\d+|Iteration #\d+): \w{3} (\S+ \S+) UTC/g)].map(
    (found) => found[1] ?? '',
  );
}
