import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backupSet } from '../../test/support/backup-set.ts';
import { plainLine } from '../jobs/schedule/schedule-simulation.ts';
import type { BackupSet } from '../model/backup-set.ts';
import { parseEngineVersion } from '../model/engine-version.ts';
import { pinAnnotation } from '../model/pin.ts';
import type { Retention } from '../model/repository.ts';
import { scheduledEvents } from './scheduled-events.ts';
import { simulateRetention, type SimulatedRetention, type SimulationBegin } from './simulate-retention.ts';
import { noSizes } from './size-model.ts';

const day = 86_400_000;
const start = Date.UTC(2026, 10, 20);
const engine = parseEngineVersion('2.60');
if (engine === undefined) throw new Error('version');

const weekly = [plainLine('full', '0 2 * * 0'), plainLine('diff', '0 2 * * *')];
const daily = [plainLine('full', '0 2 * * *')];

function simulate(
  retention: Partial<Retention>,
  lines = daily,
  days = 60,
  begin: Partial<SimulationBegin> = {},
  expireBy: 'holdfast' | 'engine' = 'holdfast',
): SimulatedRetention {
  const whole = {
    full: undefined,
    diff: undefined,
    archive: 'follow' as const,
    history: undefined,
    ...retention,
  };
  const rules = { retention: whole, engine: engine!, expireBy, duration: () => 60_000, sizes: noSizes };
  const from = { now: start, sets: [], wal: [], ...begin };
  const events = scheduledEvents(lines, 'local', { from: start, to: start + days * day });
  return simulateRetention(from, events, start + days * day, rules);
}

function oldSet(daysAgo: number, change: Partial<BackupSet> = {}): BackupSet {
  const stopTime = (start - daysAgo * day) / 1000;
  const label = `${new Date(stopTime * 1000).toISOString().slice(0, 10).replaceAll('-', '')}-000000F`;
  const archive = '000000010000000000000001';
  const when = { databaseId: 3, startTime: stopTime - 60, stopTime };
  return backupSet({ label, ...when, archiveStart: archive, archiveStop: archive, ...change });
}

describe('what a policy keeps over time', () => {
  it('has a line a day, and as many full sets as it says', () => {
    const { days, expires } = simulate({ full: { by: 'count', count: 3 } });
    expect(days).toHaveLength(60);
    expect(days.map(({ sets }) => sets.length)).toEqual([1, 2, ...Array.from({ length: 58 }, () => 3)]);
    expect(expires).toBe(60);
    expect(days.at(-1)).toMatchObject({
      taken: ['20270118-020000F'],
      gone: [{ label: '20270115-020000F', reason: 'full-count' }],
    });
  });

  it('never reaches less far back than the days of a retention in days', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.boolean(), (days, isWeekly) => {
        const { reach } = simulate({ full: { by: 'time', days } }, isWeekly ? weekly : daily);
        expect(reach.least).toBeGreaterThanOrEqual(days * day);
        expect(reach.most).toBeLessThanOrEqual((days + (isWeekly ? 7 : 1) + 1) * day);
      }),
    );
  });

  it('leaves single moments where WAL is kept for fewer sets', () => {
    const { days, reach } = simulate({
      full: { by: 'count', count: 4 },
      archive: { type: 'full', count: 2 },
    });
    expect(
      days.at(-1)?.windows.map(({ from, to }) => [(to - from) / day >= 1, (start + 60 * day - to) / day]),
    ).toEqual([
      [false, expect.closeTo(3.9, 0)],
      [false, expect.closeTo(2.9, 0)],
      [true, 0],
    ]);
    expect(reach.least).toBeGreaterThanOrEqual(day);
    expect(reach.most).toBeLessThan(2.1 * day);
  });

  it('keeps what is pinned for as long as the pin holds, unless pgBackRest expires alone', () => {
    const until = new Date(start + 30 * day).toISOString();
    const pinned = oldSet(5, { annotations: { [pinAnnotation]: `until=${until}` } });
    const begin = { sets: [pinned, oldSet(2)], wal: [{ from: start - 6 * day, to: start }] };
    const life = (expireBy: 'holdfast' | 'engine') =>
      simulate({ full: { by: 'count', count: 2 } }, daily, 60, begin, expireBy).lives[0];
    expect(life('engine')).toMatchObject({ real: true, goneAt: start + 2 * 3_600_000 + 60_000 });
    const kept = life('holdfast');
    expect(kept?.keptBy[0]).toMatchObject({ kind: 'pinned' });
    expect(((kept?.goneAt ?? 0) - start) / day).toBeCloseTo(30.1, 1);
  });

  it('keeps the same whatever day it is looked at: a longer simulation begins as a shorter one', () => {
    const policy = { full: { by: 'time' as const, days: 9 }, diff: 4 };
    const [short, long] = [simulate(policy, weekly, 25), simulate(policy, weekly, 50)];
    expect(long.days.slice(0, 25)).toEqual(short.days);
  });

  it('takes a full set where nothing is there to build on', () => {
    const { days } = simulate({}, [plainLine('incr', '0 */6 * * *')], 2);
    expect(days[0]?.taken.map((label) => label.at(-1))).toEqual(['F', 'I', 'I', 'I']);
  });
});

describe('scheduled backups', () => {
  it('are done by the greatest of several at one time, and never within a blackout that skips', () => {
    const lines = [...weekly, plainLine('incr', '0 */6 * * *')];
    const span = { from: Date.UTC(2026, 10, 22), to: Date.UTC(2026, 10, 23) };
    expect(scheduledEvents(lines, 'local', span).map(({ job }) => job)).toEqual([
      'incr',
      'full',
      'incr',
      'incr',
      'incr',
    ]);
    const blackouts = [{ cron: '0 1 * * 0', timezone: 'UTC', duration: 7200, missed: 'skip' as const }];
    const blacked = lines.map((line) => ({ ...line, blackouts }));
    expect(scheduledEvents(blacked, 'local', span).map(({ job }) => job)).toEqual([
      'incr',
      'incr',
      'incr',
      'incr',
    ]);
    expect(scheduledEvents(lines, 'other', span)).toEqual([]);
  });
});
