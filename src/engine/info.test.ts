import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFailure } from '../model/failure.ts';
import { parseCatalogue } from './info.ts';

/** As 2.55 prints it with block incremental: repository sizes partly left out, and progress in the lock. */
const answer = {
  archive: [{ database: { id: 1, 'repo-key': 1 }, id: '15-1', max: null, min: null }],
  backup: [
    {
      annotation: { by: 'anna' },
      archive: { start: '000000010000000000000003', stop: '000000010000000000000004' },
      backrest: { format: 5, version: '2.55.1' },
      database: { id: 1, 'repo-key': 1 },
      error: true,
      info: { delta: 5, repository: { delta: 3, 'delta-map': 1, 'size-map': 7 }, size: 9 },
      label: '20261120-214900F_20261120-215000I',
      lsn: { start: '0/3000028', stop: 'F/4000050' },
      prior: '20261120-214900F',
      reference: ['20261120-214900F'],
      timestamp: { start: 1, stop: 2 },
      type: 'incr',
    },
    {
      archive: { start: null, stop: null },
      backrest: { format: 5, version: '2.45' },
      database: { id: 1, 'repo-key': 1 },
      error: false,
      info: { delta: 9, repository: { delta: 4, size: 4 }, size: 9 },
      label: '20261120-214900F',
      lsn: { start: null, stop: null },
      prior: null,
      reference: null,
      timestamp: { start: 1, stop: 2 },
      type: 'full',
    },
  ],
  cipher: 'none',
  db: [{ id: 1, 'repo-key': 1, 'system-id': 0, version: '15' }],
  name: 'main',
  repo: [{ cipher: 'none', key: 1, status: { code: 99, message: 'odd' } }],
  status: {
    code: 42,
    lock: { backup: { held: true, 'size-cplt': 10 }, restore: { held: false } },
    message: 'ok',
  },
};
const text = JSON.stringify([answer]).replace('"system-id":0', '"system-id":7710373976076393298');

describe('parseCatalogue', () => {
  it('keeps all digits of a system identifier', () => {
    expect(parseCatalogue(text, 'main').databases[0]?.systemIdentifier).toBe(7_710_373_976_076_393_298n);
  });

  it('reads sets oldest first, with what versions leave out', () => {
    const { sets, archives, backupRunning, locks, code } = parseCatalogue(text, 'main');
    expect(sets.map((set) => set.type)).toEqual(['full', 'incr']);
    expect(sets[0]).toMatchObject({
      startLsn: undefined,
      archiveStop: undefined,
      references: [],
      annotations: {},
    });
    expect(sets[1]).toMatchObject({
      repositorySize: 3,
      error: true,
      stopLsn: 0xf_0400_0050n,
      annotations: { by: 'anna' },
    });
    expect(archives[0]).toMatchObject({ id: '15-1', min: undefined, max: undefined });
    expect(backupRunning).toBe(true);
    expect(locks).toEqual({
      backup: { held: true, totalBytes: undefined, completeBytes: 10 },
      restore: { held: false, totalBytes: undefined, completeBytes: undefined },
    });
    expect(sets.map(({ toldRepositorySize, blockMaps }) => [toldRepositorySize, blockMaps])).toEqual([
      [4, undefined],
      [undefined, { size: 7, delta: 1 }],
    ]);
    expect(code).toBe(99);
  });

  it('takes bytes that JSON does not allow', () => {
    const broken = text.replace('odd', 'od\u0001\u0000d');
    expect(parseCatalogue(broken, 'main').repositories[0]?.message).toBe('od\uFFFD\uFFFDd');
  });

  it('fails by name on anything else', () => {
    const value = fc.oneof(
      fc.string(),
      fc.json(),
      fc.constant(text.slice(0, 400)),
      fc.constant('[{"name":"main"}]'),
    );
    fc.assert(
      fc.property(value, (given) => {
        try {
          parseCatalogue(given, 'main');
        } catch (error) {
          expect(isFailure(error, 'engine-failed')).toBe(true);
        }
      }),
    );
  });
});
