import { describe, expect, it } from 'vitest';
import { node, repository, stanza } from '../../test/support/conf-parts.ts';
import type { Stanza } from './configuration.ts';
import type { ScheduleEntry } from '../model/schedule.ts';
import { scheduleLines } from './schedule-lines.ts';

const entry = (job: ScheduleEntry['job'], more: Partial<ScheduleEntry> = {}): ScheduleEntry => ({
  job,
  cron: '0 2 * * 0',
  timezone: undefined,
  repositories: [],
  ...more,
});
const withSchedule = (schedule: ScheduleEntry[], more: Partial<Stanza> = {}): Stanza => ({
  ...stanza('main', [node(undefined)], [repository(1), repository(2)]),
  schedule,
  ...more,
});
const linesOf = (...stanzas: Stanza[]) => scheduleLines({ stanzas });

describe('scheduleLines', () => {
  it('fills every default in', () => {
    expect(linesOf(withSchedule([entry('full', { timezone: 'Europe/Berlin' }), entry('check')]))).toEqual([
      {
        key: 'main/full@0 2 * * 0 Europe/Berlin',
        stanza: 'main',
        job: 'full',
        repositories: ['r1', 'r2'],
        cron: '0 2 * * 0',
        timezone: 'Europe/Berlin',
        on: 'any',
        jitterMs: 0,
        priority: 80,
        catchUp: true,
        timeoutMs: undefined,
        blackouts: [],
      },
      expect.objectContaining({ key: 'main/check@0 2 * * 0', repositories: [], priority: 30 }),
    ]);
  });

  it('takes what is written, repositories in the order of the file', () => {
    const given = { on: 'replica', jitter: 60, priority: 7, catchUp: false, timeout: 3600 } as const;
    expect(linesOf(withSchedule([entry('diff', { ...given, repositories: ['r2', 'r1'] })]))).toMatchObject([
      {
        key: 'main/diff@0 2 * * 0 on replica>r2,r1',
        repositories: ['r1', 'r2'],
        on: 'replica',
        jitterMs: 60_000,
        priority: 7,
        catchUp: false,
        timeoutMs: 3_600_000,
      },
    ]);
  });

  it('runs on the leader where other members may have the same schedule', () => {
    const on = (more: Partial<Stanza>) => linesOf(withSchedule([entry('full')], more))[0]?.on;
    expect(on({})).toBe('any');
    expect(on({ patroni: { url: 'http://127.0.0.1:8008', caFile: undefined } })).toBe('leader');
    expect(on({ nodes: [node(undefined), node('pg2')] })).toBe('leader');
    // A repository host.
    expect(on({ nodes: [node('pg1'), node('pg2')] })).toBe('any');
  });

  it('takes a line that is there twice for one, and keeps stanzas apart', () => {
    const twice = withSchedule([entry('full'), entry('full')]);
    expect(linesOf(twice, { ...twice, name: 'other' }).map(({ key }) => key)).toEqual([
      'main/full@0 2 * * 0',
      'other/full@0 2 * * 0',
    ]);
  });
});
