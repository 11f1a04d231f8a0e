import { renameSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  appendKnownRows,
  archiveWal,
  createKnownRows,
  readKnownRows,
  type KnownRows,
} from '../support/data.ts';
import { listFiles } from '../support/hash-tree.ts';
import { createProtectedBed, refusalOf, type ProtectedBed } from '../support/protected-bed.ts';

/*
 * One archived segment behind the only set is missing. pgBackRest and PostgreSQL would restore to the hole, promote and
 * call it success (silent failure 2): Holdfast never does.
 */
let bed: ProtectedBed;
let last: KnownRows;
let stored: string;

beforeAll(async () => {
  bed = await createProtectedBed({ name: 'hole' });
  await createKnownRows(bed.cluster, 10);
  await bed.backup('full');
  await archiveWal(bed.cluster);
  await appendKnownRows(bed.cluster, 10);
  const lost = await archiveWal(bed.cluster);
  last = await appendKnownRows(bed.cluster, 10);
  await archiveWal(bed.cluster);
  const root = `${bed.configuration.repository('local')}/archive/main`;
  stored = listFiles(root).find((path) => path.includes(`/${lost}-`)) ?? '';
  // So that pg_wal, which a restore in place would salvage, has not got it either.
  await bed.cluster.sql('CHECKPOINT');
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

const remove = (): void => renameSync(stored, `${bed.sandbox.path}/taken`);
const giveBack = (): void => renameSync(`${bed.sandbox.path}/taken`, stored);

describe('a missing WAL segment', () => {
  it('is seen by the plan for latest, and nothing is changed', async () => {
    remove();
    try {
      const pid = bed.cluster.pid();
      for (const words of [[], ['--into', bed.sandbox.file('copy')]]) {
        const refused = await bed.refuse('--to', 'latest', ...words);
        expect(refused).toMatchObject({ kind: 'target-unreachable', rules: ['target-behind-hole'] });
        for (const target of refused.nearest) await bed.plan(...target, ...words);
      }
      expect(bed.cluster.pid()).toBe(pid);
    } finally {
      giveBack();
    }
  });

  it.each([
    ['beside production', true],
    ['in place', false],
  ])(
    'that vanishes behind the plan ends a restore to latest %s with a failure, never with success',
    async (_name, beside) => {
      const place = beside
        ? ['--into', bed.sandbox.file('late'), '--port', String(await bed.sandbox.port())]
        : [];
      let taken = false;
      const result = await bed.run(['restore', '--to', 'latest', ...place, '--yes'], {
        onLine(line) {
          if (taken || !/^\[\d+\/\d+\] restore backup set/.test(line)) return;
          taken = true;
          remove();
        },
      });
      expect(taken).toBe(true);
      giveBack();
      expect([85, 89]).toContain(result.code);
      expect(result.stderr).toMatch(/HINT: /);
      const id = /holdfast undo (restore-\S+?)`/.exec(result.stderr)?.[1] ?? '';
      const told = await bed.mustRun(['journal', id, '--json']);
      expect(told.json()).toMatchObject({ run: { result: 'failed' } });
      // It was given back: the same restore can be finished, and then has everything.
      const resumed = await bed.mustRun(['restore', '--resume', id, '--yes', '--json']);
      expect(resumed.json()).toMatchObject({ ok: true });
      if (!beside) expect(await readKnownRows(bed.cluster)).toEqual(last);
      await bed.mustRun(['undo', id, '--yes']);
      expect(await readKnownRows(bed.cluster)).toEqual(last);
    },
  );

  it('is no reason to refuse the json form with another failure', async () => {
    remove();
    try {
      const result = await bed.run(['restore', '--to', 'latest', '--yes', '--json']);
      expect(refusalOf(result).problem).toMatch(/nothing was changed/);
    } finally {
      giveBack();
    }
  });
});
