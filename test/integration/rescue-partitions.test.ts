import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRescueBed, type RescueBed, tableOf } from '../support/rescue-bed.ts';

/*
 * Foreign keys of partitioned tables: one to the root leads to rows of each partition, and one to a partition to rows of
 * the root. In pg_constraint each has one entry that was written and others that follow from it.
 */
const actions = ['cascade', 'set null'] as const;
const nameOf = (action: (typeof actions)[number]): string => action.replace(' ', '_');

const made = `
${actions
  .map((action) => {
    const name = nameOf(action);
    return `CREATE TABLE ${name} (id int PRIMARY KEY, v text) PARTITION BY RANGE (id);
CREATE TABLE ${name}_low PARTITION OF ${name} FOR VALUES FROM (0) TO (100);
CREATE TABLE ${name}_high PARTITION OF ${name} FOR VALUES FROM (100) TO (200) PARTITION BY RANGE (id);
CREATE TABLE ${name}_highest PARTITION OF ${name}_high FOR VALUES FROM (150) TO (200);
INSERT INTO ${name} VALUES (1, 'was there'), (151, 'was there');
CREATE TABLE ${name}_lines (id int PRIMARY KEY, head int REFERENCES ${name} ON DELETE ${action});
INSERT INTO ${name}_lines VALUES (10, 1);`;
  })
  .join('\n')}
CREATE TABLE mirror (id int PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE mirror_low PARTITION OF mirror FOR VALUES FROM (0) TO (100);
CREATE TABLE mirror_lines (id int PRIMARY KEY, head int REFERENCES mirror_low ON DELETE CASCADE);
INSERT INTO mirror VALUES (1);
CREATE TABLE tree (id int PRIMARY KEY, parent int REFERENCES tree ON DELETE CASCADE) PARTITION BY RANGE (id);
CREATE TABLE tree_low PARTITION OF tree FOR VALUES FROM (0) TO (100);
CREATE TABLE tree_high PARTITION OF tree FOR VALUES FROM (100) TO (200);
INSERT INTO tree VALUES (1, NULL);
`;

const disaster = `
${actions
  .map((action) => {
    const name = nameOf(action);
    return `INSERT INTO ${name} VALUES (2, 'new'), (152, 'new');
INSERT INTO ${name}_lines VALUES (20, 2), (21, 152);`;
  })
  .join('\n')}
INSERT INTO mirror VALUES (2);
INSERT INTO mirror_lines VALUES (20, 2);
INSERT INTO tree VALUES (2, 1), (3, 2);
`;

let bed: RescueBed;
let before: string;
beforeAll(async () => {
  bed = await createRescueBed('rescueparts', made, disaster);
  before = await bed.dump();
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

async function expectRefused(table: string, problem: RegExp): Promise<void> {
  const args = ['rescue', table, '--to', bed.moment, '--delete-new', '--apply', '--yes', '--json'];
  const result = await bed.run(args);
  expect([result.code, result.stdout], table).toEqual([86, expect.stringMatching(problem)]);
  expect(result.stdout).toContain('HF002');
  expect(await bed.dump(), table).toBe(before);
}

describe('rows that would go along with those of a partition', () => {
  it.each([
    ['cascade_low', 'cascade'],
    ['cascade_highest', 'cascade'],
    ['set_null_low', 'set_null'],
  ])('are seen where it is rescued by its name: %s', async (partition, root) => {
    await expectRefused(
      partition,
      new RegExp(`rows of public.${root}_lines refer to rows of public.${partition}`),
    );
  });

  it('are seen where they refer to a partition and the whole table is rescued', async () => {
    await expectRefused('mirror', /rows of public.mirror_lines refer to rows of public.mirror /);
  });

  it('are seen where they are rows of the same table in another partition', async () => {
    await bed.cluster.sql('INSERT INTO tree VALUES (103, 2)');
    const with103 = before;
    before = await bed.dump();
    await expectRefused('tree_low', /rows of public.tree refer to rows of public.tree_low/);
    await bed.cluster.sql('DELETE FROM tree WHERE id = 103');
    before = with103;
    const result = await bed.rescue('tree_low', '--delete-new', '--apply', '--yes');
    expect(tableOf(result, 'public.tree_low').applied.deletes).toBe(2);
    await bed.runScript(result.rescue.files.rollback);
    expect(await bed.dump()).toBe(before);
  });

  it('go first when their table is named too, in whatever order, and come back', async () => {
    for (const names of [
      ['cascade_lines', 'cascade_low', 'cascade_highest'],
      ['mirror', 'mirror_lines'],
    ]) {
      const result = await bed.rescue(...names, '--delete-new', '--apply', '--yes');
      expect(result.rescue.tables.at(-1)?.name).toMatch(/_lines$/);
      expect(result.rescue.changes).toBe(true);
      await bed.runScript(result.rescue.files.rollback);
      expect(await bed.dump(), names.join(' ')).toBe(before);
    }
  });
});
