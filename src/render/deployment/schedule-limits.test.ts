import { describe, expect, it } from 'vitest';
import { configuration, node, repository, stanza } from '../../../test/support/conf-parts.ts';
import type { Configuration, Stanza } from '../../config/configuration.ts';
import type { ScheduleEntry } from '../../model/schedule.ts';
import { requireWithoutDaemon, requireWithoutGuard } from './schedule-limits.ts';
import { scheduledTasks } from './scheduled-task.ts';

const entry = (change: Partial<ScheduleEntry>): ScheduleEntry => ({
  job: 'full',
  cron: '0 2 * * 0',
  timezone: 'UTC',
  repositories: [],
  ...change,
});

function judge(change: Partial<Stanza>): () => void {
  const main = { ...stanza('main', [node(undefined)], [repository(1), repository(2)]), ...change };
  const made: Configuration = configuration([main]);
  return () => requireWithoutDaemon(made, scheduledTasks(made), { what: 'timers', instead: 'Or else.' });
}

describe('requireWithoutDaemon', () => {
  it('takes what anything can begin: a full that does all of the work of a diff too', () => {
    expect(judge({ schedule: [entry({}), entry({ job: 'diff', cron: '0 2 * * *' })] })).not.toThrow();
  });

  it('refuses a diff of which a full does a part at the same times, and takes it at other times', () => {
    const full = entry({ repositories: ['r1'] });
    const halved = judge({ schedule: [full, entry({ job: 'diff', cron: '0 2 * * *' })] });
    expect(halved).toThrow(/a part of the work of the diff/);
    expect(judge({ schedule: [full, entry({ job: 'diff', cron: '0 3 * * *' })] })).not.toThrow();
  });

  it('refuses blackouts after which somebody would have to begin', () => {
    const blackout = { cron: '0 8 * * *', timezone: 'UTC', duration: 3600 } as const;
    const schedule = [entry({})];
    expect(judge({ schedule, blackouts: [{ ...blackout, missed: 'run' }] })).toThrow(/blackout/);
    expect(judge({ schedule, blackouts: [{ ...blackout, missed: 'skip' }] })).not.toThrow();
    const never = [entry({ catchUp: false })];
    expect(judge({ schedule: never, blackouts: [{ ...blackout, missed: 'run' }] })).not.toThrow();
  });
});

describe('requireWithoutGuard', () => {
  const judgeTimes = (change: Partial<Stanza>, queues = false): (() => void) => {
    const main = { ...stanza('main', [node(undefined)], [repository(1), repository(2)]), ...change };
    const made: Configuration = configuration([main]);
    const kind = { target: 'crontabs', queues, instead: 'Or else.' };
    return () => requireWithoutGuard(made, scheduledTasks(made), kind);
  };

  it('refuses two backups of a repository at one minute, wherever they are in the file', () => {
    const [full, incr] = [entry({}), entry({ job: 'incr', cron: '0 * * * *' })];
    for (const schedule of [
      [full, incr],
      [incr, full],
    ]) {
      expect(judgeTimes({ schedule })).toThrow(/begins together with .* in r1, r2/);
    }
    expect(judgeTimes({ schedule: [full, incr] }, true)).not.toThrow();
    const elsewhere = { ...incr, repositories: ['r2'] };
    expect(judgeTimes({ schedule: [{ ...full, repositories: ['r1'] }, elsewhere] })).not.toThrow();
    expect(judgeTimes({ schedule: [full, { ...incr, cron: '30 * * * *' }] })).not.toThrow();
    expect(judgeTimes({ schedule: [full, entry({ job: 'verify' })] })).not.toThrow();
  });

  it('refuses every blackout', () => {
    const blackout = { cron: '0 8 * * *', timezone: 'UTC', duration: 3600 } as const;
    const schedule = [entry({ catchUp: false })];
    expect(judgeTimes({ schedule, blackouts: [{ ...blackout, missed: 'skip' }] }, true)).toThrow(/blackout/);
    expect(judgeTimes({ schedule })).not.toThrow();
  });
});
