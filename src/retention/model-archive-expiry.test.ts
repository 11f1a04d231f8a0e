import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backupSet } from '../../test/support/backup-set.ts';
import { walKeptFrom } from '../jobs/expire/wal-kept-from.ts';
import type { BackupSet, BackupType } from '../model/backup-set.ts';
import { parseEngineVersion } from '../model/engine-version.ts';
import type { Retention } from '../model/repository.ts';
import { type KeptWal, modelArchiveExpiry, type WalCount } from './model-archive-expiry.ts';
import { modelExpire } from './model-expire.ts';

const day = 86_400;
const now = Date.UTC(2026, 10, 21);
const engine = parseEngineVersion('2.60');
if (engine === undefined) throw new Error('version');

const retention: Retention = { full: undefined, diff: undefined, archive: 'follow', history: undefined };

/** Sets a day apart, the last one yesterday; from `upgradedAt` on they are of the second database, which begins with a full one. */
function setsOf(types: readonly BackupType[], upgradedAt: number): BackupSet[] {
  let full = '';
  return types.map((given, index) => {
    const type = index === 0 || index === upgradedAt ? 'full' : given;
    const stopTime = now / 1000 - (types.length - index) * day;
    const stamp = `${new Date(stopTime * 1000).toISOString().slice(0, 10).replaceAll('-', '')}-000000`;
    if (type === 'full') full = `${stamp}F`;
    const segment = `0000000100000000${index.toString(16).toUpperCase().padStart(8, '0')}`;
    return backupSet({
      label: type === 'full' ? full : `${full}_${stamp}${type === 'diff' ? 'D' : 'I'}`,
      type,
      databaseId: index < upgradedAt ? 1 : 2,
      startTime: stopTime - 60,
      stopTime,
      archiveStart: segment,
      archiveStop: segment,
      prior: type === 'full' ? undefined : full,
      references: type === 'full' ? [] : [full],
    });
  });
}

const repositories = fc
  .array(fc.constantFrom<BackupType>('full', 'full', 'diff', 'incr'), { minLength: 1, maxLength: 14 })
  .chain((types) => fc.nat(types.length).map((upgradedAt) => setsOf(types, upgradedAt)));

const databases = [1, 2];

/** The set that verify goes by is the one from which the engine keeps everything. */
function expectSame(given: Retention, sets: readonly BackupSet[], wal: ReadonlyMap<number, KeptWal>): void {
  for (const id of databases) {
    const kept = wal.get(id);
    const oldest = sets.find(({ databaseId }) => databaseId === id)?.label;
    const expected = kept?.kind === 'ranges' ? kept.from : kept?.kind === 'all' ? oldest : undefined;
    expect(walKeptFrom(given, sets, id, now)?.label).toBe(expected);
  }
}

describe('the set from which on all WAL of a database is kept', () => {
  it('is the one of the engine where sets are counted, over two databases, however many are pinned', () => {
    const counted = fc.record({
      type: fc.constantFrom<BackupType>('full', 'diff', 'incr'),
      count: fc.integer({ min: 1, max: 8 }),
    });
    fc.assert(
      fc.property(repositories, counted, fc.boolean(), (sets, wanted: WalCount, follows) => {
        const { count } = wanted;
        const given: Retention = follows
          ? { ...retention, full: { by: 'count', count } }
          : { ...retention, archive: wanted };
        const repository = { sets, databases, currentDatabase: 2 };
        const wal = modelArchiveExpiry(repository, follows ? { type: 'full', count } : wanted);
        expectSame(given, sets, wal);
      }),
    );
  });

  it('is the one of the engine after an expire by days or by number', () => {
    const fulls = fc.oneof(
      fc.record({ by: fc.constant('time' as const), days: fc.integer({ min: 1, max: 14 }) }),
      fc.record({ by: fc.constant('count' as const), count: fc.integer({ min: 1, max: 5 }) }),
    );
    fc.assert(
      fc.property(repositories, fulls, (sets, full) => {
        const given: Retention = { ...retention, full };
        const { expired, wal } = modelExpire({ sets, databases, currentDatabase: 2 }, given, now, engine);
        const left = sets.filter(({ label }) => !expired.some((one) => one.label === label));
        expectSame(given, left, wal);
      }),
    );
  });

  it('is not the second newest of a former database when a newer one has taken a full set since', () => {
    const sets = setsOf(['full', 'full', 'full', 'full'], 3);
    const given: Retention = { ...retention, archive: { type: 'full', count: 2 } };
    expect(walKeptFrom(given, sets, 1, now)).toBe(sets[2]);
    expect(walKeptFrom(given, sets, 2, now)).toBe(sets[3]);
  });
});
