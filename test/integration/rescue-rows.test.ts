import { readFileSync, statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRescueBed, type RescueBed, type RescueDocument, tableOf } from '../support/rescue-bed.ts';

/*
 * What people do to rows by accident, all in one database: a DELETE without WHERE, a bad UPDATE, a TRUNCATE that
 * cascades, in tables with everything that makes rows hard to carry over.
 */
const made = `
CREATE TYPE mood AS ENUM ('sad', 'it''s ok');
CREATE TYPE pair AS (a int, b text);
CREATE DOMAIN short AS text CHECK (length(value) < 20);
CREATE TABLE customer (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE purchase (id bigserial PRIMARY KEY, customer int NOT NULL REFERENCES customer, parent bigint REFERENCES purchase);
CREATE TABLE line (purchase bigint REFERENCES purchase, number int, article text, PRIMARY KEY (purchase, number));
INSERT INTO customer SELECT i, 'customer ' || i FROM generate_series(1, 20) i;
INSERT INTO purchase SELECT i, 1 + i % 20, nullif(i - 1, 0) FROM generate_series(1, 50) i;
SELECT setval('purchase_id_seq', 50);
INSERT INTO line SELECT 1 + i % 50, i, 'article ' || i FROM generate_series(1, 200) i;
CREATE TABLE values_of_all_kinds (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, other int GENERATED ALWAYS AS IDENTITY,
  twice int GENERATED ALWAYS AS (n * 2) STORED, n int, t text, b bytea, f float8, m numeric, j json, jb jsonb, x xml,
  a text[], p pair, k mood, s short, at timestamptz, i interval, c char(5), bits bit(3), r int4range, ip inet, cash money, pt point);
INSERT INTO values_of_all_kinds (n, t, b, f, m, j, jb, x, a, p, k, s, at, i, c, bits, r, ip, cash, pt) VALUES
  (1, '', '\\x00ff0a09', 0.1::float8 + 0.2, 1.00, '{"a" :1}', '{"a": null}', '<a>&amp;</a>', ARRAY['', NULL, 'x,"y\\'],
   ROW(1, NULL), 'it''s ok', 'short', '2026-03-29 02:30:00.000001+01', '1 mon -3 days 00:00:01', 'ab', B'101', '[1,5)', '::1', 12.5, '(1,2)'),
  (2, NULL, '', 'NaN', 'NaN', NULL, NULL, NULL, '{}', ROW(NULL, ''), NULL, '', 'infinity', NULL, NULL, NULL, 'empty', NULL, NULL, NULL),
  (3, E'tab\\tnew\\nline\\\\N "q" ''s'' \\u00e9\\U0001F600', NULL, '-0', 1e300, '[]', '[]', NULL, '[2:3]={1,2}', NULL, 'sad', NULL, '-infinity', NULL, '', NULL, NULL, NULL, NULL, NULL),
  (4, '\\N', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO values_of_all_kinds (n, t) SELECT 5, string_agg(md5(i::text), '') FROM generate_series(1, 3000) i;
CREATE TABLE price (article text COLLATE "C" PRIMARY KEY, amount numeric(10, 2), kind text, changed_at timestamptz DEFAULT now());
INSERT INTO price SELECT chr(64 + i % 40) || E'\\n' || i, i, CASE WHEN i % 10 = 0 THEN 'rare' ELSE 'usual' END FROM generate_series(1, 300) i;
CREATE TABLE touched (what text);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO touched VALUES (TG_OP); NEW.changed_at := clock_timestamp(); RETURN NEW; END $$;
CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON price FOR EACH ROW EXECUTE FUNCTION touch();
ALTER TABLE price ENABLE ALWAYS TRIGGER touch;
CREATE TRIGGER asleep BEFORE DELETE ON price FOR EACH ROW EXECUTE FUNCTION touch();
ALTER TABLE price DISABLE TRIGGER asleep;
CREATE TABLE log (at int, what text);
INSERT INTO log SELECT i % 3, CASE WHEN i % 2 = 0 THEN NULL ELSE '' END FROM generate_series(1, 20) i;
CREATE SCHEMA "Odd "" 1%s";
CREATE TABLE "Odd "" 1%s"."Täble $holdfast$ \\" ("select" text, "a""b\\c" text, "Größe" uuid PRIMARY KEY, d int);
INSERT INTO "Odd "" 1%s"."Täble $holdfast$ \\" SELECT 'x', i::text, md5(i::text)::uuid, i FROM generate_series(1, 30) i;
CREATE TABLE husband (id int PRIMARY KEY, wife int);
CREATE TABLE wife (id int PRIMARY KEY, husband int NOT NULL REFERENCES husband);
ALTER TABLE husband ADD CONSTRAINT married FOREIGN KEY (wife) REFERENCES wife;
INSERT INTO husband SELECT i FROM generate_series(1, 5) i;
INSERT INTO wife SELECT i, i FROM generate_series(1, 5) i;
UPDATE husband SET wife = id;
ALTER TABLE husband ALTER wife SET NOT NULL;
CREATE TABLE reshaped (id int PRIMARY KEY, gone text, narrow varchar(20), same text);
INSERT INTO reshaped SELECT i, 'g', i::text, 's' FROM generate_series(1, 10) i;
`;

const disaster = `
TRUNCATE customer RESTART IDENTITY CASCADE;
SELECT setval('purchase_id_seq', 1, false);
INSERT INTO customer VALUES (99, 'came since');
DELETE FROM values_of_all_kinds WHERE n <> 2;
UPDATE values_of_all_kinds SET t = '', other = DEFAULT;
UPDATE price SET amount = amount * 100 WHERE kind = 'usual' OR amount < 100;
DELETE FROM price WHERE amount = 300;
INSERT INTO price VALUES ('new', 1, 'rare');
TRUNCATE touched;
DELETE FROM log WHERE ctid IN (SELECT ctid FROM log WHERE at = 1 LIMIT 4);
INSERT INTO log VALUES (7, NULL), (7, NULL);
DELETE FROM "Odd "" 1%s"."Täble $holdfast$ \\" WHERE d > 10;
UPDATE "Odd "" 1%s"."Täble $holdfast$ \\" SET "a""b\\c" = NULL WHERE d < 5;
TRUNCATE husband, wife;
ALTER TABLE reshaped DROP gone, ADD added int DEFAULT 7, ALTER narrow TYPE text;
DELETE FROM reshaped WHERE id > 5; UPDATE reshaped SET same = 'changed', added = 8;
`;

const odd = String.raw`"Odd "" 1%s"."Täble $holdfast$ \"`;
const tables = [
  'customer',
  'purchase',
  'line',
  'values_of_all_kinds',
  'price',
  'log',
  odd,
  'husband',
  'wife',
  'reshaped',
];

let bed: RescueBed;
let before: string;
let found: RescueDocument;

beforeAll(async () => {
  bed = await createRescueBed('rescuerows', made, disaster);
  before = await bed.dump();
  found = await bed.rescue(...tables);
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

const applied = (name: string): number[] => Object.values(tableOf(found, name).applied);

/** Counts and digests of everything that was made, as a person would look. */
async function digests(): Promise<Record<string, string>> {
  const result: Record<string, string> = {};
  for (const table of tables) {
    const columns =
      table === 'reshaped'
        ? '(x.id, x.narrow, x.same)'
        : table === 'price'
          ? '(x.article, x.amount, x.kind)'
          : 'x';
    result[table] = await bed.cluster.value(
      `SELECT count(*) || ' ' || md5(coalesce(string_agg(${columns}::text, '|' ORDER BY ${columns}::text COLLATE "C"), '')) FROM ${table} x`,
    );
  }
  return result;
}

describe('rows that went wrong', () => {
  it('are told with their numbers, and nothing is changed', async () => {
    expect(applied('public.customer')).toEqual([20, 0, 0]);
    expect(tableOf(found, 'public.customer').rows).toMatchObject({ copy: 20, live: 1, new: 1 });
    expect(applied('public.purchase')).toEqual([50, 0, 0]);
    expect(applied('public.line')).toEqual([200, 0, 0]);
    expect(applied('public.values_of_all_kinds')).toEqual([4, 1, 0]);
    expect(tableOf(found, 'public.values_of_all_kinds').changedColumns).toEqual({ t: 1, other: 1 });
    expect(tableOf(found, 'public.price').rows).toMatchObject({
      missing: 2,
      changed: 278,
      new: 1,
      equal: 20,
    });
    expect(tableOf(found, 'public.price').triggersOff).toEqual(['touch']);
    expect(tableOf(found, 'public.log')).toMatchObject({ rows: { missing: 4, new: 2, changed: 0 } });
    expect(tableOf(found, 'public.log').notes.join()).toContain('whole rows were compared');
    expect(applied(odd)).toEqual([20, 4, 0]);
    expect(found.rescue.circles).toEqual([expect.arrayContaining(['public.husband', 'public.wife'])]);
    expect(applied('public.reshaped')).toEqual([5, 5, 0]);
    const order = found.rescue.tables.map(({ name }) => name);
    expect(order.indexOf('public.customer')).toBeLessThan(order.indexOf('public.purchase'));
    expect(order.indexOf('public.purchase')).toBeLessThan(order.indexOf('public.line'));
    const { files } = found.rescue;
    expect([files.change, files.rollback, files.report].map((file) => statSync(file).mode & 0o777)).toEqual([
      0o600, 0o600, 0o600,
    ]);
    expect(JSON.parse(readFileSync(files.report, 'utf8'))).toEqual(found.rescue);
    expect(await bed.dump()).toBe(before);
    expect((await bed.mustRun(['clones', '--json'])).json()).toMatchObject({ copies: [] });
  });

  it('are left alone as a whole when one was written to since', async () => {
    const { change } = found.rescue.files;
    await bed.cluster.sql(`UPDATE values_of_all_kinds SET f = 1 WHERE n = 2`);
    await expect(bed.runScript(change)).rejects.toThrow(/HF001|only 0 of 1 rows .* are still what they were/);
    await bed.cluster.sql(`UPDATE values_of_all_kinds SET f = 'NaN' WHERE n = 2`);
    expect(await bed.dump()).toBe(before);
  });

  it('come back with change.sql, and rollback.sql brings back exactly what was', async () => {
    const { change, rollback } = found.rescue.files;
    await bed.runScript(change);
    expect(await bed.cluster.value('SELECT count(*) FROM touched')).toBe('0');
    expect(
      await bed.cluster.value(
        `SELECT string_agg(tgenabled::text, '' ORDER BY tgname) FROM pg_trigger WHERE NOT tgisinternal`,
      ),
    ).toBe('DA');
    expect(await bed.cluster.value(`SELECT count(*) FROM pg_constraint WHERE condeferrable`)).toBe('0');
    expect(await bed.cluster.value(`SELECT nextval('purchase_id_seq')`)).toBe('51');
    expect(
      await bed.cluster.value(
        `SELECT string_agg(DISTINCT added::text, ',' ORDER BY added::text) FROM reshaped`,
      ),
    ).toBe('7,8');
    await expect(bed.cluster.sql(`INSERT INTO values_of_all_kinds (other) VALUES (1)`)).rejects.toThrow(
      /other/,
    );
    await bed.runScript(rollback);
    await bed.cluster.sql(
      `SELECT setval('purchase_id_seq', 1, false), setval('values_of_all_kinds_id_seq', 5), setval('values_of_all_kinds_other_seq', 6)`,
    );
    const after = await bed.dump();
    expect(after.replaceAll(/SELECT pg_catalog.setval\(.*/g, '')).toBe(
      before.replaceAll(/SELECT pg_catalog.setval\(.*/g, ''),
    );
  });

  it('are all back or none after a kill in the middle, and rollback.sql is there; here with triggers', async () => {
    const now = await bed.dump();
    const directory = bed.sandbox.file('killed');
    // Somebody holds the table, so that the change has begun and cannot end.
    const holding = bed.cluster.sql(
      `DO $$ BEGIN LOCK TABLE price IN ROW EXCLUSIVE MODE;
       WHILE NOT EXISTS (SELECT 1 FROM pg_locks WHERE relation = 'price'::regclass AND NOT granted) LOOP PERFORM pg_sleep(0.1); END LOOP;
       PERFORM pg_sleep(3); END $$`,
    );
    const waits = (): Promise<string> =>
      bed.cluster.value(`SELECT count(*) FROM pg_locks WHERE relation = 'price'::regclass AND NOT granted`);
    let isWaiting = false;
    const args = [
      'rescue',
      'price',
      '--to',
      bed.moment,
      '--apply',
      '--yes',
      '--triggers',
      'on',
      '--out',
      directory,
    ];
    const killed = bed.run(args, { killAt: () => isWaiting });
    await expect.poll(waits, { timeout: 110_000, interval: 100 }).toBe('1');
    isWaiting = true;
    expect((await killed).signal).toBe('SIGKILL');
    await holding;
    await expect
      .poll(
        () => bed.cluster.value(`SELECT count(*) FROM pg_stat_activity WHERE application_name = 'holdfast'`),
        { timeout: 110_000, interval: 100 },
      )
      .toBe('0');
    // What psql had read may have been enough to go to the end: all of it or nothing.
    const isDone = (await bed.cluster.value(`SELECT count(*) FROM touched`)) !== '0';
    if (!isDone) {
      expect(await bed.dump()).toBe(now);
      await bed.runScript(`${directory}/change.sql`);
    }
    expect(await bed.cluster.value(`SELECT string_agg(DISTINCT what, ',' ORDER BY what) FROM touched`)).toBe(
      'INSERT,UPDATE',
    );
    await bed.runScript(`${directory}/rollback.sql`);
    await bed.cluster.sql(`TRUNCATE touched`);
    expect((await bed.dump()).replaceAll(/'(rare|usual)', '[^']*'/g, '')).toBe(
      now.replaceAll(/'(rare|usual)', '[^']*'/g, ''),
    );
  });

  it('come back with --apply, and new ones go with --delete-new', async () => {
    const result = await bed.rescue(...tables, '--apply', '--delete-new', '--yes');
    const copies = Object.fromEntries(result.rescue.tables.map(({ name, rows }) => [name, rows.copy]));
    expect(
      Object.fromEntries(
        result.applied?.tables.map(({ name, rows }) => [name.replaceAll('"', ''), rows]) ?? [],
      ),
    ).toEqual(
      Object.fromEntries(Object.entries(copies).map(([name, rows]) => [name.replaceAll('"', ''), rows])),
    );
    const then = await digests();
    const again = await bed.rescue(...tables, '--delete-new');
    expect(again.rescue.changes).toBe(false);
    await bed.runScript(result.rescue.files.rollback);
    await bed.runScript(result.rescue.files.change);
    expect(await digests()).toEqual(then);
    const journal = (await bed.mustRun(['journal', '--kind', 'rescue', '--json'])).stdout;
    expect(journal).toContain(result.rescue.id);
  });
});
