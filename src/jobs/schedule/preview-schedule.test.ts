import { describe, expect, it } from 'vitest';
import type { Blackout } from '../../model/schedule.ts';
import { decideSchedule } from './decide-schedule.ts';
import { previewSchedule } from './preview-schedule.ts';
import type { ScheduleLine } from '../../model/schedule-line.ts';
import { plainLine as line } from './schedule-simulation.ts';

const at = (text: string): number => Date.parse(`${text}Z`);
const office: Blackout = { cron: '0 8 * * 1-5', timezone: 'UTC', duration: 36_000, missed: 'run' };

function preview(lines: readonly ScheduleLine[], now: string, count: number, decided = now): string[] {
  const memory = new Map(lines.map(({ key }) => [key, { knownSince: 0, decidedUntil: at(decided) }]));
  return previewSchedule(lines, memory, at(now), { count, seed: 'host' }).map((run) =>
    [
      run.line.job,
      new Date(run.occurrence).toISOString().slice(5, 16),
      new Date(run.startAt).toISOString().slice(5, 16),
      run.skip?.reason ?? run.repositories.join(','),
    ].join(' '),
  );
}

describe('previewSchedule', () => {
  it('tells what replaces what, repository by repository', () => {
    const lines = [line('full', '0 2 * * 0', { repositories: ['local'] }), line('diff', '0 2 * * *')];
    expect(preview(lines, '2026-06-06T12:00', 1)).toEqual([
      'full 06-07T02:00 06-07T02:00 local',
      'diff 06-07T02:00 06-07T02:00 offsite',
    ]);
    expect(preview([line('full', '0 2 * * 0'), line('diff', '0 2 * * *')], '2026-06-06T12:00', 2)).toEqual([
      'full 06-07T02:00 06-07T02:00 local,offsite',
      'diff 06-07T02:00 06-07T02:00 replaced',
      'diff 06-08T02:00 06-08T02:00 local,offsite',
      'full 06-14T02:00 06-14T02:00 local,offsite',
    ]);
  });

  it('tells what a blackout puts off and leaves out', () => {
    const [run, skip] = (['run', 'skip'] as const).map((missed) =>
      line('incr', '30 8,12,16,20 * * *', { blackouts: [{ ...office, missed }] }),
    );
    expect(preview([run as ScheduleLine], '2026-06-01T07:00', 4)).toEqual([
      'incr 06-01T08:30 06-01T18:00 blackout',
      'incr 06-01T12:30 06-01T18:00 blackout',
      'incr 06-01T16:30 06-01T18:00 local,offsite',
      'incr 06-01T20:30 06-01T20:30 local,offsite',
    ]);
    expect(preview([skip as ScheduleLine], '2026-06-01T07:00', 1)).toEqual([
      'incr 06-01T08:30 06-01T08:30 blackout',
    ]);
  });

  it('shows what waits already, and of what was missed the one that will run', () => {
    expect(preview([line('diff', '0 2 * * *')], '2026-06-04T12:00', 2, '2026-06-01T12:00')).toEqual([
      'diff 06-04T02:00 06-04T02:00 local,offsite',
      'diff 06-05T02:00 06-05T02:00 local,offsite',
    ]);
    const late = line('diff', '0 2 * * *', { jitterMs: 20 * 3_600_000 });
    expect(preview([late], '2026-06-04T02:01', 1, '2026-06-03T12:00')[0]).toContain(
      'diff 06-04T02:00 06-04T',
    );
  });

  it('says the same as what is decided then', () => {
    const lines = [
      line('full', '0 2 * * 0', { repositories: ['local'], jitterMs: 3_600_000 }),
      line('diff', '0 2 * * *', { jitterMs: 7_200_000 }),
      line('incr', '0 */2 * * *', { blackouts: [{ ...office, cron: '0 1 * * *' }] }),
      line('check', '*/30 * * * *', { repositories: [] }),
    ];
    let decided = new Map(
      lines.map(({ key }) => [key, { knownSince: 0, decidedUntil: at('2026-06-06T12:00') }]),
    );
    const planned = previewSchedule(lines, decided, at('2026-06-06T12:00'), { count: 100, seed: 'host' });
    const runs: string[] = [];
    let now = at('2026-06-06T12:00');
    while (now < at('2026-06-08T12:00')) {
      const verdict = decideSchedule(lines, decided, now, { running: new Set(), seed: 'host' });
      decided = new Map(decided);
      for (const { line: key, occurrence } of verdict.decisions) {
        decided.set(key, {
          knownSince: 0,
          decidedUntil: Math.max(occurrence, decided.get(key)?.decidedUntil ?? 0),
        });
      }
      for (const due of verdict.due) {
        expect(due.startAt).toBe(now);
        runs.push(`${due.line.key} ${due.occurrence} ${now} ${due.line.repositories.join()}`);
      }
      now = verdict.nextWakeAt ?? Infinity;
    }
    const expected = planned
      .filter(({ skip, startAt }) => skip === undefined && startAt < at('2026-06-08T12:00'))
      .map((run) => `${run.line.key} ${run.occurrence} ${run.startAt} ${run.repositories.join()}`);
    expect(runs.length).toBeGreaterThan(90);
    expect(runs.toSorted()).toEqual(expected.toSorted());
  });
});
