import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backupSet } from '../../../test/support/backup-set.ts';
import type { RemovedArchive } from '../../engine/expire.ts';
import type { BackupSet } from '../../model/backup-set.ts';
import type { Retention } from '../../model/repository.ts';
import { judgeExpiry, removesAnything } from './plan-expire.ts';
import { walKeptFrom } from './wal-kept-from.ts';

const day = 86_400;
const now = Date.UTC(2026, 10, 21);

/** A set that was taken so many days ago. */
function setOf(label: string, daysAgo: number, change: Partial<BackupSet> = {}): BackupSet {
  const stopTime = now / 1000 - daysAgo * day;
  const archive = `0000000100000000000000${label.slice(0, 2)}`;
  const when = { startTime: stopTime - 60, stopTime };
  return backupSet({ label, ...when, archiveStart: archive, archiveStop: archive, ...change });
}

const pinned = { annotations: { 'holdfast-pin': 'until=forever' } };
const proven = { annotations: { 'holdfast-proven': 'at=2026-11-01T00:00:00Z' } };

function retentionOf(change: Partial<Retention>): Retention {
  return {
    full: { by: 'count', count: 2 },
    diff: undefined,
    archive: 'follow',
    history: undefined,
    ...change,
  };
}

function judge(
  sets: readonly BackupSet[],
  expiredSets: readonly string[],
  retention: Partial<Retention> = {},
): ReturnType<typeof judgeExpiry> {
  const repository = { name: 'local', key: 1, retention: retentionOf(retention) };
  return judgeExpiry(repository, sets, { expiredSets, removedArchives: [], warnings: [] }, now);
}

describe('what expires', () => {
  const sets = [setOf('01F', 40), setOf('02F', 30), setOf('03F', 20), setOf('04F', 10)];

  it('is no WAL of which a kept set needs all', () => {
    const old = setOf('02F', 30, { ...pinned, archiveStop: '000000010000000000000004' });
    const range = (archiveId: string, first: string, last: string): RemovedArchive => ({
      repositoryKey: 1,
      archiveId,
      first: `0000000100000000000000${first}`,
      last: `0000000100000000000000${last}`,
    });
    const further = [range('15-1', '05', '06'), range('15-1', '03', '05'), range('15-2', '02', '04')];
    const removedArchives = [range('15-1', '02', '04'), range('15-1', '03', '03'), ...further];
    const repository = { name: 'local', key: 1, retention: retentionOf({}) };
    const outcome = { expiredSets: ['02F'], removedArchives, warnings: [] };
    const preview = judgeExpiry(repository, [old, ...sets.slice(2)], outcome, now);
    expect(preview.archives).toEqual(further);
    const only = { ...outcome, removedArchives: removedArchives.slice(0, 2) };
    expect(removesAnything(judgeExpiry(repository, [old, ...sets.slice(2)], only, now))).toBe(false);
  });

  it('is left to the engine where nothing old must stay', () => {
    const judged = judge(sets, ['01F', '02F']);
    expect(judged).toMatchObject({ sets: ['01F', '02F'], kept: [], manner: { kind: 'plain' } });
  });

  it('spares what is being restored at this moment, and what that is built on', () => {
    const chain = [
      setOf('01F', 40),
      setOf('01F_02D', 39, { prior: '01F', references: ['01F'] }),
      ...sets.slice(1),
    ];
    const repository = { name: 'local', key: 1, retention: retentionOf({}) };
    const outcome = { expiredSets: ['01F_02D', '01F', '02F'], removedArchives: [], warnings: [] };
    const judged = judgeExpiry(repository, chain, outcome, now, new Map([['01F_02D', 'drill-1']]));
    expect(judged.sets).toEqual(['02F']);
    expect(judged.kept.map(({ label, reasons }) => [label, reasons])).toEqual([
      ['01F', [{ kind: 'needed', by: '01F_02D' }]],
      ['01F_02D', [{ kind: 'in-use', by: 'drill-1' }]],
    ]);
  });

  it('spares a pinned set and all that it is built on', () => {
    const chain = [
      setOf('01F', 40),
      setOf('01F_02D', 39, { prior: '01F', references: ['01F'] }),
      setOf('01F_03I', 38, { prior: '01F_02D', references: ['01F', '01F_02D'], ...pinned }),
      setOf('01F_04I', 37, { prior: '01F_03I', references: ['01F', '01F_02D', '01F_03I'] }),
      ...sets.slice(1),
    ];
    const going = ['01F_04I', '01F_03I', '01F_02D', '01F', '02F'];
    const judged = judge(chain, going);
    expect(judged.sets).toEqual(['01F_04I', '02F']);
    expect(judged.manner).toEqual({
      kind: 'selective',
      roots: ['01F_04I', '02F'],
      wal: { type: 'full', count: 2 },
    });
    expect(judged.kept.map((set) => set.label)).toEqual(['01F', '01F_02D', '01F_03I']);
  });

  it('goes with its root, once', () => {
    const chain = [
      setOf('01F', 40),
      setOf('01F_02D', 39, { prior: '01F', references: ['01F'] }),
      setOf('02F', 35, pinned),
      ...sets.slice(2),
    ];
    expect(judge(chain, ['01F_02D', '01F', '02F']).manner).toMatchObject({ roots: ['01F'] });
  });

  it('is never the last full set without damaged pages', () => {
    const damaged = [setOf('01F', 40), setOf('02F', 30, { error: true }), setOf('03F', 20, { error: true })];
    const judged = judge(damaged, ['01F']);
    expect(judged.sets).toEqual([]);
    expect(judged.kept[0]?.reasons).toEqual([{ kind: 'last-full', minimum: 1 }]);
  });

  it('is never the set proven last, by its time and not by its label', () => {
    const two = [setOf('01F', 40, proven), setOf('00F', 35, proven), ...sets.slice(1)];
    expect(judge(two, ['01F', '00F', '02F']).kept.map((set) => set.label)).toEqual(['00F']);
  });

  it('stops at the configured minimum', () => {
    expect(judge(sets, ['01F', '02F', '03F'], { minimum: 3, full: { by: 'time', days: 5 } })).toMatchObject({
      sets: ['01F'],
      kept: [{ label: '02F' }, { label: '03F' }],
    });
  });

  it('leaves a set whose pin is over to the retention', () => {
    const over = { annotations: { 'holdfast-pin': 'until=2026-11-20T00:00:00Z' } };
    expect(judge([setOf('01F', 40, over), ...sets.slice(1)], ['01F', '02F']).sets).toEqual(['01F', '02F']);
  });

  it('counts WAL of a retention in days by the full sets that it leaves, once one is older', () => {
    const full = { by: 'time', days: 15 } as const;
    const some = [setOf('01F', 40, pinned), ...sets.slice(1)];
    expect(judge(some, ['01F', '02F'], { full }).manner).toMatchObject({ wal: { type: 'full', count: 2 } });
    expect(judge([setOf('03F', 9, pinned)], [], { full }).manner).toMatchObject({ wal: undefined });
    const archive = { type: 'diff', count: 4 } as const;
    expect(judge(some, ['01F'], { archive }).manner).toMatchObject({ wal: archive });
  });

  it('never removes a protected set or one that a kept set is built on, whatever there is', () => {
    const arbitrary = fc
      .array(
        fc.record({
          root: fc.nat(8),
          kind: fc.constantFrom('none', 'pinned', 'proven', 'damaged'),
          isFull: fc.boolean(),
        }),
        { minLength: 1, maxLength: 10 },
      )
      .map((items) => {
        const made: BackupSet[] = [];
        items.forEach(({ root, kind, isFull }, index) => {
          const prior = isFull ? undefined : made[root % Math.max(1, made.length)];
          const label = prior === undefined ? `${10 + index}F` : `${prior.label}_${10 + index}I`;
          made.push(
            setOf(label, 100 - index, {
              prior: prior?.label,
              references: prior === undefined ? [] : [...prior.references, prior.label],
              error: kind === 'damaged',
              annotations:
                kind === 'pinned' ? pinned.annotations : kind === 'proven' ? proven.annotations : {},
            }),
          );
        });
        return made;
      });
    fc.assert(
      fc.property(arbitrary, fc.nat(10), (made, cut) => {
        // As the engine does it: with a set everything that is built on it.
        const doomed = made.slice(0, cut).map((set) => set.label);
        const going = made
          .filter(
            (set) => doomed.includes(set.label) || set.references.some((label) => doomed.includes(label)),
          )
          .map((set) => set.label);
        const { sets: removed, manner } = judge(made, going);
        const left = made.filter((set) => !removed.includes(set.label));
        for (const set of made) if ('holdfast-pin' in set.annotations) expect(left).toContain(set);
        for (const set of left)
          for (const label of set.references) expect(left.map((one) => one.label)).toContain(label);
        if (made.some((set) => set.type === 'full' && !set.error))
          expect(left.some((set) => set.type === 'full' && !set.error)).toBe(true);
        if (manner.kind === 'plain') expect(removed.toSorted()).toEqual(going.toSorted());
      }),
    );
  });
});

describe('the set from which on all WAL is kept', () => {
  const retention = { diff: undefined, archive: 'follow', history: undefined } as const;
  const sets = [setOf('01F', 40), setOf('02F', 30), setOf('02F_03D', 25, { prior: '02F' }), setOf('04F', 10)];
  it.each([
    [{ ...retention, full: { by: 'count', count: 2 } } as const, '02F'],
    [{ ...retention, full: { by: 'count', count: 9 } } as const, '01F'],
    [{ ...retention, full: { by: 'time', days: 15 } } as const, '02F'],
    [{ ...retention, full: { by: 'time', days: 90 } } as const, '01F'],
    [{ ...retention, full: undefined } as const, '01F'],
    [{ ...retention, full: undefined, archive: { type: 'diff', count: 2 } } as const, '02F_03D'],
    [{ ...retention, full: undefined, archive: { type: 'full', count: 1 } } as const, '04F'],
  ])('follows the retention %#', (given, label) => {
    expect(walKeptFrom(given, sets, 1, now)?.label).toBe(label);
  });
});
