import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKilledRestoreBed, type KilledRestoreBed } from '../support/around-moment.ts';
import { processesOf } from '../support/processes.ts';

/*
 * kill -9 of Holdfast in each step of a restore, before and after its acts; a resume finishes it. The undo that
 * follows brings the old cluster back, so that each case begins with the same.
 */
const before = [1, 2, 3, 4, 5];
const restored = [1, 2, 3];

let bed: KilledRestoreBed['bed'];
let drive: KilledRestoreBed['drive'];
let target: KilledRestoreBed['target'];

beforeAll(async () => {
  ({ bed, drive, target } = await createKilledRestoreBed());
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

const places = [
  'started flush-wal',
  'done flush-wal',
  'stop-server: noted',
  'done stop-server',
  'done salvage-wal',
  'move-aside: noted',
  'move-aside: marked',
  'move-aside: moved data',
  'done move-aside',
  'started restore-files',
  'done restore-files',
  'prepare-server: settings written',
  'done prepare-server',
  'start-server: noted',
  'done start-server',
  'done recover',
  'done prove-target',
  'promote: noted',
  'promote: promoted',
  'done promote',
  'prove-write: written',
  'done prove-write',
];

describe('a restore in place that is killed', () => {
  it.each(places)('at "%s" is finished by a resume', async (dieAt) => {
    const plan = await bed.plan({ mode: 'in-place', target });
    await drive.dies('apply', plan, { dieAt });
    const stand = drive.standOf(plan);
    expect(stand.state).toBe('stopped');
    expect(stand.at).toBe(/^(?:started |done )?([a-z-]+)/.exec(dieAt)?.[1]);
    expect(stand.next).toEqual([`holdfast restore --resume ${plan.id}`, `holdfast undo ${plan.id}`]);
    await drive.finishes('resume', plan);
    expect(await bed.rows()).toEqual(restored);
    await bed.insert(50);
    expect(drive.standOf(plan).state).toBe('finished');
    await drive.finishes('undo', plan);
    expect(await bed.rows()).toEqual(before);
  });

  it.each([10, 60, 150, 300])(
    '%i ms after the engine began is finished by a resume',
    async (dieAfterSpawnMs) => {
      const plan = await bed.plan({ mode: 'in-place', target });
      await drive.dies('apply', plan, { dieAfterSpawnMs });
      await drive.finishes('resume', plan);
      const rows = await bed.rows();
      const engines = processesOf(bed.sandbox.path).filter((one) => /pgbackrest.* restore/.test(one.command));
      await drive.finishes('undo', plan);
      expect(rows).toEqual(restored);
      expect(engines).toEqual([]);
      expect(await bed.rows()).toEqual(before);
    },
  );
});

describe('a restore with delta that is killed', () => {
  it.each(['move-aside: copied', 'started restore-files', 'promote: promoted'])(
    'at "%s" is finished by a resume',
    async (dieAt) => {
      const plan = await bed.plan({ mode: 'delta', target });
      await drive.dies('apply', plan, { dieAt });
      await drive.finishes('resume', plan);
      expect(await bed.rows()).toEqual(restored);
      await drive.finishes('undo', plan);
      expect(await bed.rows()).toEqual(before);
    },
  );
});

describe('a restore that is under way', () => {
  it('keeps a second one out, also after its Holdfast died', async () => {
    const plan = await bed.plan({ mode: 'in-place', target });
    await drive.dies('apply', plan, { dieAt: 'started salvage-wal' });
    const second = await bed.plan({ mode: 'in-place', target });
    const refused = await drive.run('apply', second);
    expect(refused.stderr).toMatch(`${plan.id} stopped in the middle`);
    await drive.dies('resume', plan, { dieAt: 'done move-aside' });
    expect((await drive.run('apply', second)).stderr).toMatch(`the restore ${plan.id} into this directory`);
    await drive.finishes('undo', plan);
    expect(await bed.rows()).toEqual(before);
  });
});
