import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRescueBed, type RescueBed, tableOf } from '../support/rescue-bed.ts';

/* Domains that take no NULL, in every place of a table. */
const made = `
CREATE DOMAIN number AS int NOT NULL;
CREATE DOMAIN filled AS varchar(9) CHECK (VALUE IS NOT NULL);
CREATE DOMAIN short AS filled CHECK (length(VALUE) < 8);
CREATE DOMAIN money_of AS numeric(7, 2) NOT NULL;
CREATE DOMAIN listed AS int[] NOT NULL;
CREATE TYPE pair AS (a number, b text);
CREATE TABLE strict (id number PRIMARY KEY, n number, f filled, s short UNIQUE, m money_of, l listed, a number[], p pair,
  twice number GENERATED ALWAYS AS (n * 2) STORED);
INSERT INTO strict SELECT i, i, 'f' || i, 's' || i, i + 0.5, ARRAY[i, NULL], CASE WHEN i % 2 = 0 THEN ARRAY[i]::number[] END,
  CASE WHEN i % 2 = 1 THEN ROW(i, NULL)::pair END FROM generate_series(1, 20) i;
CREATE TABLE keyless (n number, s short);
INSERT INTO keyless SELECT i % 3, 'x' FROM generate_series(1, 9) i;
`;

const disaster = `
ALTER TABLE strict ADD since number DEFAULT 7;
DELETE FROM strict WHERE id <= 5;
UPDATE strict SET n = 0, f = '', m = 1, l = '{}', a = NULL, p = ROW(3, 'b'), since = 8 WHERE id BETWEEN 6 AND 9;
INSERT INTO strict VALUES (30, 30, 'new', 's1', 2, '{1}', NULL, NULL);
DELETE FROM keyless WHERE n = 1;
INSERT INTO keyless VALUES (9, 'new'), (9, 'new');
`;

let bed: RescueBed;
beforeAll(async () => {
  bed = await createRescueBed('rescuedomains', made, disaster);
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

describe('columns of domains without NULL', () => {
  it('come back and go back: rows that are missing, changed and new', async () => {
    const before = await bed.dump();
    const result = await bed.rescue('strict', 'keyless', '--delete-new', '--apply', '--yes');
    expect(Object.values(tableOf(result, 'public.strict').applied)).toEqual([5, 4, 1]);
    expect(Object.values(tableOf(result, 'public.keyless').applied)).toEqual([3, 0, 2]);
    expect(
      await bed.cluster.value(
        `SELECT bool_and(n = id AND f = 'f' || id AND s = 's' || id AND m = id + 0.5 AND l[1] = id AND twice = 2 * id AND since = CASE WHEN id BETWEEN 6 AND 9 THEN 8 ELSE 7 END) AND count(*) = 20 FROM strict`,
      ),
    ).toBe('t');
    await bed.runScript(result.rescue.files.rollback);
    expect(await bed.dump()).toBe(before);
    const kept = await bed.rescue('keyless', '--apply', '--yes');
    await bed.runScript(kept.rescue.files.rollback);
    expect(await bed.dump()).toBe(before);
  });

  it('are still checked: a domain that refuses now what was there then', async () => {
    await bed.cluster.sql(`ALTER DOMAIN filled ADD CONSTRAINT not_f1 CHECK (VALUE <> 'f1')`);
    const before = await bed.dump();
    const args = ['rescue', 'strict', '--to', bed.moment, '--delete-new', '--apply', '--yes', '--json'];
    const result = await bed.run(args);
    expect(result.code).not.toBe(0);
    expect(result.stdout).toContain('not_f1');
    expect(await bed.dump()).toBe(before);
  });
});
