import { describe, expect, it } from 'vitest';
import { node, repository, stanza } from '../../../test/support/conf-parts.ts';
import type { Blackout } from '../../model/schedule.ts';
import { judgeGuard } from './judge-guard.ts';

const deps = { path: '/nowhere', currentUid: 0 };
const at = (text: string): number => Date.parse(text);

describe('judgeGuard', () => {
  const alone = stanza('main', [node(undefined)], [repository(1)]);
  const blackout: Blackout = { cron: '0 8 * * *', timezone: 'UTC', duration: 3600, missed: 'run' };

  it('asks nobody where any host will do', async () => {
    expect(await judgeGuard(alone, undefined, at('2026-06-01T08:30:00Z'), deps)).toEqual({
      runs: true,
      reason: 'it runs on whichever host is first',
      on: 'any',
      observed: undefined,
      blackoutUntil: undefined,
    });
  });

  it('lets nothing begin in a blackout, whoever leads', async () => {
    const quiet = { ...alone, blackouts: [blackout] };
    const judged = await judgeGuard(quiet, 'leader', at('2026-06-01T08:30:00Z'), deps);
    expect(judged).toMatchObject({ runs: false, blackoutUntil: at('2026-06-01T09:00:00Z') });
    expect(judged.reason).toContain('2026-06-01T09:00:00.000Z');
    expect(await judgeGuard(quiet, 'any', at('2026-06-01T09:00:00Z'), deps)).toMatchObject({ runs: true });
  });

  it('fails when Patroni does not answer, which is no reason to leave a backup out quietly', async () => {
    const patroni = { url: 'http://127.0.0.1:1', caFile: undefined };
    await expect(judgeGuard({ ...alone, patroni }, undefined, 0, deps)).rejects.toMatchObject({
      kind: 'server-unreachable',
    });
  });
});
