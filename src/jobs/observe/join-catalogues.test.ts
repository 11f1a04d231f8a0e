import { describe, expect, it } from 'vitest';
import { node, repository, stanza } from '../../../test/support/conf-parts.ts';
import type { BackupSet, Catalogue } from '../../model/backup-set.ts';
import type { CatalogueObservation } from '../../status/health-observations.ts';
import type { Sighting } from '../../status/sighting.ts';
import { describeRepositories } from './describe-repositories.ts';
import { joinCatalogues } from './join-catalogues.ts';

const main = stanza('main', [node(undefined)], [repository(1), repository(2)]);
const now = 1_790_000_000_000;
const unseen: Sighting<CatalogueObservation> = {
  observedAt: undefined,
  staleAfterMs: 60_000,
  value: undefined,
  failure: undefined,
};

function seen(key: 1 | 2, observedAt: number, code: 0 | 2 = 0): Sighting<CatalogueObservation> {
  const set = { label: `2026112${3 - key}-000000F`, repositoryKey: key } as BackupSet;
  const whole: Catalogue = {
    stanza: 'main',
    code,
    message: code === 0 ? 'ok' : 'no valid backups',
    repositories: [{ key, cipher: 'none', code, message: code === 0 ? 'ok' : 'no valid backups' }],
    databases: [],
    sets: code === 0 ? [set] : [],
    archives: [],
    backupRunning: false,
  };
  const only = { ...main, repositories: [repository(key)] };
  const databases = new Map([[`${key}/x`, key]]);
  return {
    ...unseen,
    observedAt,
    value: { whole, databases, repositories: describeRepositories(only, whole, '') },
  };
}

const failed = { ...unseen, failure: { at: now, problem: 'no answer within 2m' } };
const join = (first: Sighting<CatalogueObservation>, second: Sighting<CatalogueObservation>) =>
  joinCatalogues(
    main,
    [
      { repository: repository(1), catalogue: first },
      { repository: repository(2), catalogue: second },
    ],
    now,
  );

describe('joinCatalogues', () => {
  it('gives the answer that info gives for all of them, as old as the oldest part', () => {
    const { observedAt, value } = join(seen(1, now - 9), seen(2, now - 5));
    expect(observedAt).toBe(now - 9);
    expect(value?.whole).toMatchObject({ code: 0, message: 'ok' });
    expect(value?.repositories.map((one) => one.observedAt)).toEqual([now - 9, now - 5]);
    expect(value?.whole.sets.map(({ repositoryKey }) => repositoryKey)).toEqual([2, 1]);
    expect([...(value?.databases ?? [])]).toEqual([
      ['1/x', 1],
      ['2/x', 2],
    ]);
    expect(join(seen(1, now), seen(2, now, 2)).value?.whole).toMatchObject({
      code: 4,
      message: 'different across repositories',
    });
  });

  it('calls a repository unknown by itself that could not be looked at', () => {
    const { failure, value } = join(seen(1, now), failed);
    expect(failure).toBeUndefined();
    expect(value?.repositories).toMatchObject([
      { name: 'r1', code: 0 },
      { name: 'r2', code: undefined, message: expect.stringContaining('no answer within 2m') },
    ]);
    expect(join(seen(1, now), seen(2, now - 60_001)).value?.repositories).toMatchObject([
      { code: 0 },
      { code: undefined },
    ]);
  });

  it('leaves out what nobody has looked at yet', () => {
    expect(join(seen(1, now), unseen).value?.repositories.map(({ name }) => name)).toEqual(['r1']);
    expect(join(failed, unseen)).toEqual(unseen);
    expect(join(failed, failed)).toEqual(failed);
  });
});
