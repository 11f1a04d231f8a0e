import { describe, expect, it } from 'vitest';
import { lastDue } from './last-due.ts';

const weekly = { cron: '0 2 * * 0', timezone: 'UTC' };
const sunday = Date.UTC(2026, 10, 22, 2);

describe('lastDue', () => {
  it('is the last time of the text', () => {
    expect(lastDue(weekly, sunday)).toBe(sunday);
    expect(lastDue(weekly, sunday + 6 * 86_400_000)).toBe(sunday);
  });

  it('is that time, too, by a clock that is a little behind the one that began the run', () => {
    expect(lastDue(weekly, sunday - 5000)).toBe(sunday);
    expect(lastDue(weekly, sunday - 60_000)).toBe(sunday - 7 * 86_400_000);
  });
});
