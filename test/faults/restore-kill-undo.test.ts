import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKilledRestoreBed, type KilledRestoreBed } from '../support/around-moment.ts';
import { processesOf } from '../support/processes.ts';

/*
 * kill -9 of Holdfast in each step of a restore, and in each act of an undo: an undo brings the old cluster back.
 */
const before = [1, 2, 3, 4, 5];

let bed: KilledRestoreBed['bed'];
let drive: KilledRestoreBed['drive'];
let target: KilledRestoreBed['target'];

beforeAll(async () => {
  ({ bed, drive, target } = await createKilledRestoreBed());
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

const places = [
  'done flush-wal',
  'stop-server: noted',
  'done stop-server',
  'done salvage-wal',
  'move-aside: noted',
  'move-aside: moved data',
  'done move-aside',
  'done restore-files',
  'done prepare-server',
  'done start-server',
  'done recover',
  'done prove-target',
  'promote: promoted',
  'prove-write: written',
];

describe('a restore in place that is killed', () => {
  it.each(places)('at "%s" is undone', async (dieAt) => {
    const plan = await bed.plan({ mode: 'in-place', target });
    await drive.dies('apply', plan, { dieAt });
    await drive.finishes('undo', plan);
    expect(await bed.rows()).toEqual(before);
    expect(drive.standOf(plan)).toMatchObject({ state: 'undone', next: [] });
  });

  it.each([30, 200])('%i ms after the engine began is undone', async (dieAfterSpawnMs) => {
    const plan = await bed.plan({ mode: 'in-place', target });
    await drive.dies('apply', plan, { dieAfterSpawnMs });
    await drive.finishes('undo', plan);
    expect(await bed.rows()).toEqual(before);
  });
});

describe('a restore with delta that is killed', () => {
  it.each(['move-aside: noted', 'move-aside: copied', 'move-aside: moved data', 'done restore-files'])(
    'at "%s" is undone',
    async (dieAt) => {
      const plan = await bed.plan({ mode: 'delta', target });
      await drive.dies('apply', plan, { dieAt });
      await drive.finishes('undo', plan);
      expect(await bed.rows()).toEqual(before);
    },
  );
});

describe('a restore beside production that is killed', () => {
  it.each(['started restore-files', 'done restore-files', 'start-server: noted', 'promote: promoted'])(
    'at "%s" is finished by a resume or undone',
    async (dieAt) => {
      for (const action of ['undo', 'resume'] as const) {
        const port = await bed.sandbox.port();
        const directory = bed.sandbox.file(`copy-${port}`);
        const plan = await bed.plan({ mode: 'into', target, into: { directory, port } });
        await drive.dies('apply', plan, { dieAt });
        await drive.finishes(action, plan);
        expect(processesOf(directory).length > 0).toBe(action === 'resume');
        if (action === 'resume') await drive.finishes('undo', plan);
        expect(drive.standOf(plan).state).toBe('undone');
        expect(processesOf(directory)).toEqual([]);
        expect(await bed.rows()).toEqual(before);
      }
    },
  );
});

describe('an undo that is killed', () => {
  it.each([
    'done stop-server',
    'before put-back',
    'put-back: data set away',
    'done put-back',
    'done start-server',
  ])('at "%s" goes on at the next call', async (dieAt) => {
    const plan = await bed.plan({ mode: 'in-place', target });
    await drive.finishes('apply', plan);
    await drive.dies('undo', plan, { dieAt });
    expect(drive.standOf(plan)).toMatchObject({ state: 'undoing', next: [`holdfast undo ${plan.id}`] });
    const refused = await drive.run('resume', plan);
    expect(refused.stderr).toMatch(/cannot be resumed/);
    await drive.finishes('undo', plan);
    expect(await bed.rows()).toEqual(before);
    expect(existsSync(`${bed.cluster.dataDirectory}.holdfast-undone-${plan.id}/PG_VERSION`)).toBe(true);
  });
});
