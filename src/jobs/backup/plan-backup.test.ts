import { describe, expect, it } from 'vitest';
import { backupSet } from '../../../test/support/backup-set.ts';
import type { BackupSet, Catalogue, InfoStatusCode } from '../../model/backup-set.ts';
import type { Repository } from '../../model/repository.ts';
import { planBackup } from './plan-backup.ts';

function repository(key: number): Repository {
  return {
    name: `repository${key}`,
    key,
    path: `/repo${key}`,
    access: { type: 'posix' },
    host: undefined,
    encryption: undefined,
    retention: { full: undefined, diff: undefined, archive: 'follow', history: undefined },
    bundle: undefined,
    block: undefined,
  };
}

function fullSet(repositoryKey: number, databaseId: number): BackupSet {
  return backupSet({ label: '20261120-100000F', repositoryKey, databaseId });
}

function catalogue(codes: readonly InfoStatusCode[], sets: readonly BackupSet[], databaseId = 1): Catalogue {
  return {
    stanza: 'main',
    code: 0,
    message: 'ok',
    repositories: codes.map((code, index) => ({ key: index + 1, cipher: 'none', code, message: '' })),
    databases: codes.map((_, index) => ({
      repositoryKey: index + 1,
      databaseId,
      systemIdentifier: 1n,
      version: '15',
    })),
    sets,
    archives: [],
    backupRunning: false,
  };
}

const both = [repository(2), repository(1)];

describe('planBackup', () => {
  it('keeps the order of the file and takes a full backup where there is none', () => {
    const plan = planBackup({ name: 'main' }, catalogue([0, 2], [fullSet(1, 1)]), {
      type: 'incr',
      repositories: both,
    });
    expect(plan.backups.map(({ repository: { name }, type, reason }) => [name, type, reason])).toEqual([
      ['repository1', 'incr', undefined],
      ['repository2', 'full', 'there is no full backup yet'],
    ]);
  });

  it('does not build on a full backup of before an upgrade', () => {
    const plan = planBackup({ name: 'main' }, catalogue([0], [fullSet(1, 1)], 2), {
      type: 'diff',
      repositories: [repository(1)],
    });
    expect(plan.backups[0]).toMatchObject({ type: 'full', requestedType: 'diff' });
    expect(plan.backups[0]?.reason).toMatch(/before its upgrade/);
  });

  it('gives no reason when a full one was asked for or the repository cannot be read', () => {
    const full = planBackup({ name: 'main' }, catalogue([2], []), {
      type: 'full',
      repositories: [repository(1)],
    });
    expect(full.backups[0]).toMatchObject({ type: 'full', reason: undefined });
    const unread = planBackup({ name: 'main' }, catalogue([99], []), {
      type: 'incr',
      repositories: [repository(1)],
    });
    expect(unread.backups[0]).toMatchObject({ type: 'incr', reason: undefined });
  });
});
