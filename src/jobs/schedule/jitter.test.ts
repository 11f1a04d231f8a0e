import { describe, expect, it } from 'vitest';
import { node, repository, stanza } from '../../../test/support/conf-parts.ts';
import { jitterOf } from './jitter.ts';
import { scheduleLines } from '../../config/schedule-lines.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
const first = Date.UTC(2026, 0, 1, 2);

function lineWith(cron: string, jitter: number) {
  const one = stanza('main', [node(undefined)], [repository(1)]);
  const schedule = [{ job: 'full' as const, cron, timezone: 'UTC', repositories: [], jitter }];
  const [line] = scheduleLines({ stanzas: [{ ...one, schedule }] });
  if (line === undefined) throw new Error('there is one line');
  return line;
}

describe('jitterOf', () => {
  const line = lineWith('0 2 * * *', 3600);
  const days = Array.from({ length: 1000 }, (_, index) => first + index * day);
  const jitters = days.map((at) => jitterOf(line, at, [line], 'host'));

  it('is the same for the same run, and another for other hosts and days', () => {
    expect(days.map((at) => jitterOf(line, at, [line], 'host'))).toEqual(jitters);
    const others = days.map((at) => jitterOf(line, at, [line], 'hosu'));
    expect(others.filter((other, index) => other === jitters[index]).length).toBeLessThan(20);
    expect(new Set(jitters).size).toBeGreaterThan(700);
  });

  it('is spread evenly over its length', () => {
    expect(Math.min(...jitters)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...jitters)).toBeLessThan(60 * minute);
    for (let tenth = 0; tenth < 10; tenth += 1) {
      const within = jitters.filter((one) => Math.floor(one / (6 * minute)) === tenth);
      expect(within.length).toBeGreaterThan(60);
      expect(within.length).toBeLessThan(140);
    }
  });

  it('never reaches the next time of the line', () => {
    const hasty = lineWith('*/10 * * * *', 86_400);
    for (const at of days) expect(jitterOf(hasty, at, [hasty], 'host')).toBeLessThan(10 * minute);
  });
});
