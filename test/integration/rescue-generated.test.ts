import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRescueBed, type RescueBed } from '../support/rescue-bed.ts';

/* Foreign keys to columns whose values are not among those that are brought back: generated, or younger than the moment. */
const made = `
CREATE TABLE head (id int PRIMARY KEY, n int, twice int GENERATED ALWAYS AS (n * 2) STORED UNIQUE);
CREATE TABLE line (id int PRIMARY KEY, twice int REFERENCES head (twice) ON DELETE CASCADE ON UPDATE CASCADE);
CREATE TABLE young (id int PRIMARY KEY);
INSERT INTO head VALUES (1, 1), (2, 2);
INSERT INTO young VALUES (1), (2);
`;

const disaster = `
UPDATE head SET n = 7 WHERE id = 2;
INSERT INTO head VALUES (8, 8), (9, 9);
INSERT INTO line VALUES (20, 14), (90, 18);
DELETE FROM young WHERE id = 1;
ALTER TABLE young ADD code uuid UNIQUE DEFAULT gen_random_uuid();
CREATE TABLE young_line (id int PRIMARY KEY, code uuid REFERENCES young (code) ON DELETE CASCADE);
`;

let bed: RescueBed;
beforeAll(async () => {
  bed = await createRescueBed('rescuegenerated', made, disaster);
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

describe('rows that refer to values which are not brought back', () => {
  it.each([
    ['deleted', 'id = 9'],
    ['changed', 'id = 2'],
  ])('are seen where the column is generated: %s', async (what, where) => {
    const before = await bed.dump();
    const args = ['rescue', 'head', '--where', where, '--to', bed.moment, '--delete-new'];
    const result = await bed.run([...args, '--apply', '--yes', '--json']);
    expect([result.code, result.stdout]).toEqual([
      86,
      expect.stringContaining(`rows of public.line refer to rows of public.head that would be ${what}`),
    ]);
    expect(await bed.dump()).toBe(before);
  });

  it('hinder nothing where there are none', async () => {
    const before = await bed.dump();
    const args = ['head', '--where', 'id = 8', '--delete-new'];
    const { rescue } = await bed.rescue(...args, '--apply', '--yes');
    expect(await bed.cluster.value('SELECT count(*) FROM head WHERE id = 8')).toBe('0');
    await bed.runScript(rescue.files.rollback);
    expect(await bed.dump()).toBe(before);
  });

  it('are seen by rollback.sql where the column came since', async () => {
    const { rescue } = await bed.rescue('young', '--apply', '--yes');
    await bed.cluster.sql('INSERT INTO young_line SELECT 1, code FROM young WHERE id = 1');
    await expect(bed.runScript(rescue.files.rollback)).rejects.toThrow(
      /rows of public.young_line refer to rows of public.young/,
    );
    await bed.cluster.sql('DELETE FROM young_line');
    await bed.runScript(rescue.files.rollback);
    expect(await bed.cluster.value('SELECT count(*) FROM young')).toBe('1');
  });
});
