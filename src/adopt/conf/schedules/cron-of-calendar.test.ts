import { expect, test } from 'vitest';
import { cronOfCalendar } from './cron-of-calendar.ts';
import { cronOfLine } from './cron-of-line.ts';

/** Each pair was held against `systemd-analyze calendar --iterations=8` of systemd 252. */
test.each([
  ['daily', '0 0 * * *'],
  ['weekly', '0 0 * * 1'],
  ['quarterly', '0 0 1 1,4,7,10 *'],
  ['*-*-* 02:00:00', '0 2 * * *'],
  ['02:00', '0 2 * * *'],
  ['Sun *-*-* 02:00:00', '0 2 * * 0'],
  ['Mon..Sat 02:30', '30 2 * * 1-6'],
  ['Sat..Sun 3:00', '0 3 * * 6-7'],
  ['Mon,Wed,Fri 04:15', '15 4 * * 1,3,5'],
  ['*:0/15', '0-59/15 * * * *'],
  ['0/6:30:00', '30 0-23/6 * * *'],
  ['*-01,07-01 00:00:00', '0 0 1 1,7 *'],
  ['*-*-1..7 05:00:00', '0 5 1-7 * *'],
  ['*-*-* 8..18/2:05', '5 8-18/2 * * *'],
  ['12-25 06:00', '0 6 25 12 *'],
  ['*-*-1/10 03:00', '0 3 1-31/10 * *'],
])('%s is %s', (expression, cron) => {
  expect(cronOfCalendar(expression)).toEqual({ cron, timezone: undefined });
});

test('a zone stands at the end', () => {
  expect(cronOfCalendar('Sun *-*-* 02:00:00 Europe/Berlin')).toEqual({
    cron: '0 2 * * 0',
    timezone: 'Europe/Berlin',
  });
  expect(cronOfCalendar('daily UTC')).toEqual({ cron: '0 0 * * *', timezone: 'UTC' });
});

test.each([
  '01:02:03',
  '*-02~03 05:40',
  'Mon *-*-01 02:00',
  '2026-01-01 02:00',
  'Fri..Mon 01:00',
  '25:00',
  '',
  'x y',
])('%s cannot be said', (expression) => {
  expect(cronOfCalendar(expression)).toBeUndefined();
});

test('words of a crontab', () => {
  expect(cronOfLine('@daily')).toBe('0 0 * * *');
  expect(cronOfLine('0  2 * *   0')).toBe('0 2 * * 0');
  expect(cronOfLine('@reboot')).toBeUndefined();
});
