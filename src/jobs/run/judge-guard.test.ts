import { describe, expect, it } from 'vitest';
import { node, repository, stanza } from '../../../test/support/conf-parts.ts';
import { scheduleLines } from '../../config/schedule-lines.ts';
import type { Blackout } from '../../model/schedule.ts';
import { judgeGuard } from './judge-guard.ts';

const deps = { path: '/nowhere', currentUid: 0 };
const at = (text: string): number => Date.parse(text);

describe('judgeGuard', () => {
  const alone = stanza('main', [node(undefined)], [repository(1)]);
  const blackout: Blackout = { cron: '0 8 * * *', timezone: 'UTC', duration: 3600, missed: 'run' };

  it('asks nobody where any host will do', async () => {
    expect(await judgeGuard(alone, {}, at('2026-06-01T08:30:00Z'), deps)).toEqual({
      runs: true,
      reason: 'it runs on whichever host is first',
      on: 'any',
      observed: undefined,
      blackoutUntil: undefined,
    });
  });

  it('lets nothing begin in a blackout, whoever leads', async () => {
    const quiet = { ...alone, blackouts: [blackout] };
    const judged = await judgeGuard(quiet, { on: 'leader' }, at('2026-06-01T08:30:00Z'), deps);
    expect(judged).toMatchObject({ runs: false, blackoutUntil: at('2026-06-01T09:00:00Z') });
    expect(judged.reason).toContain('2026-06-01T09:00:00.000Z');
    expect(await judgeGuard(quiet, { on: 'any' }, at('2026-06-01T09:00:00Z'), deps)).toMatchObject({
      runs: true,
    });
  });

  it('lets a greater backup of the same time do the work of a smaller one', async () => {
    const entry = { timezone: 'UTC', repositories: [] };
    const schedule = [
      { ...entry, job: 'full', cron: '0 2 * * 0' },
      { ...entry, job: 'diff', cron: '0 2 * * *' },
    ] as const;
    const planned = { ...alone, schedule };
    const [full, diff] = scheduleLines({ stanzas: [planned] });
    const judge = (line: typeof full, time: string) => judgeGuard(planned, { line }, at(time), deps);
    expect(await judge(diff, '2026-06-07T02:10:00Z')).toMatchObject({
      runs: false,
      reason: 'the full at the same time does it in r1',
    });
    expect(await judge(full, '2026-06-07T02:10:00Z')).toMatchObject({ runs: true });
    expect(await judge(diff, '2026-06-08T02:00:00Z')).toMatchObject({ runs: true });
    // A clock that is a little behind that of whatever begins the run.
    expect(await judge(diff, '2026-06-07T01:59:50Z')).toMatchObject({ runs: false });
  });

  it('asks for the member that was named, else for that of the line', async () => {
    const entry = { job: 'full', cron: '0 2 * * 0', timezone: 'UTC', repositories: [], on: 'any' } as const;
    const patroni = { url: 'http://127.0.0.1:1', caFile: undefined };
    const planned = { ...alone, patroni, schedule: [entry] };
    const [line] = scheduleLines({ stanzas: [planned] });
    expect(await judgeGuard(planned, { line }, 0, deps)).toMatchObject({ runs: true, on: 'any' });
    await expect(judgeGuard(planned, { line, on: 'leader' }, 0, deps)).rejects.toThrow();
  });

  it('fails when Patroni does not answer, which is no reason to leave a backup out quietly', async () => {
    const patroni = { url: 'http://127.0.0.1:1', caFile: undefined };
    await expect(judgeGuard({ ...alone, patroni }, {}, 0, deps)).rejects.toMatchObject({
      kind: 'server-unreachable',
    });
  });
});
