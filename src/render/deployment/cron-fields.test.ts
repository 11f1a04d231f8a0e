import { describe, expect, it } from 'vitest';
import { readCronFields } from './cron-fields.ts';

describe('readCronFields', () => {
  it('reads numbers, names, ranges, steps and lists', () => {
    expect(readCronFields('*/20 1-3,5 1,15 JAN-mar fri-SUN')).toEqual({
      minutes: [0, 20, 40],
      hours: [1, 2, 3, 5],
      daysOfMonth: [1, 15],
      months: [1, 2, 3],
      daysOfWeek: [0, 5, 6],
      eitherDay: true,
    });
    expect(readCronFields('5 2-10/4 * * 7')).toMatchObject({ hours: [2, 6, 10], daysOfWeek: [0] });
  });

  it('knows that a field of days that begins with a star names no day of its own', () => {
    expect(readCronFields('0 2 */2 * 1')).toMatchObject({ eitherDay: false });
    expect(readCronFields('0 2 1 * */2')).toMatchObject({ eitherDay: false, daysOfWeek: [0, 2, 4, 6] });
    expect(readCronFields('0 2 1 * 1')).toMatchObject({ eitherDay: true });
  });

  it.each([
    '0 2 L * *',
    '0 2 * * 1#2',
    '0 2 ? * *',
    '0 2 15W * *',
    '60 2 * * *',
    '0 2 * *',
    '5/2 * * * *',
    '9-3 * * * *',
  ])('takes no more than crontabs have: %s', (text) => expect(readCronFields(text)).toBeUndefined());
});
