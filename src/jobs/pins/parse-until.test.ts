import { describe, expect, it } from 'vitest';
import { isFailure } from '../../model/failure.ts';
import { parseUntil } from './parse-until.ts';

const now = Date.UTC(2026, 10, 21, 12);

describe('parseUntil', () => {
  it('takes forever, durations and times with a zone', () => {
    expect(parseUntil(' forever ', now)).toBe('forever');
    expect(parseUntil('90d', now)).toBe(now + 90 * 86_400_000);
    expect(parseUntil('2027-01-01T00:00:00Z', now)).toBe(Date.UTC(2027, 0, 1));
    expect(parseUntil('2027-01-01 00:00:00+01', now)).toBe(Date.UTC(2026, 11, 31, 23));
  });

  it.each([
    ['2027-01-01 00:00:00', /no zone/],
    ['2027-01-01', /date without a time/],
    ['2020-01-01T00:00:00Z', /over already/],
    ['10 minutes ago', /is not a time/],
    ['next week', /is not a time/],
    ['999999999w', /is not a time/],
    ['0d', /over already/],
    ['', /is not a time/],
  ])('refuses %s', (text, problem) => {
    let thrown: unknown;
    try {
      parseUntil(text, now);
    } catch (error) {
      thrown = error;
    }
    expect(isFailure(thrown, 'usage')).toBe(true);
    expect(String(thrown)).toMatch(problem);
  });
});
