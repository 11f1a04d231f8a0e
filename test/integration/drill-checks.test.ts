import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DrillCheck, DrillCheckResult, DrillQuery } from '../../src/model/drill.ts';
import { archiveWal, createKnownRows } from '../support/data.ts';
import { type DrillBed, type DrillCopy, earlierReport, openDrillBed } from '../support/drill-bed.ts';
import { createProtectedBed, type ProtectedBed } from '../support/protected-bed.ts';

/*
 * Every check of a drill on a real copy: that it passes where all is well, and finds what was planted between the
 * restore and the check.
 */
let bed: ProtectedBed;
let drills: DrillBed;

beforeAll(async () => {
  bed = await createProtectedBed({ name: 'checks', keys: { heartbeat: 'off' } });
  await createKnownRows(bed.cluster, 2000);
  await bed.cluster.sql(`CREATE EXTENSION hstore; CREATE EXTENSION pg_trgm;
    CREATE TABLE wide AS SELECT g AS id, string_agg(md5((g * i)::text), '') AS text
      FROM generate_series(1, 20) g, generate_series(1, 300) i GROUP BY g;
    CREATE TABLE small (id int, note text COLLATE "en-x-icu"); CREATE INDEX small_note ON small (note);
    INSERT INTO small VALUES (1, 'a'), (2, 'b'); CREATE SCHEMA shop; CREATE TABLE shop.orders AS SELECT 12345678901234567.10 AS total;
    SELECT lo_from_bytea(0, 'large object'); CREATE DATABASE other`);
  await bed.cluster.sql(
    `CREATE TABLE elsewhere AS SELECT 7 AS a; ALTER DATABASE other SET search_path = public`,
    {
      database: 'other',
    },
  );
  await bed.cluster.sql('ALTER DATABASE postgres SET search_path = shop, public');
  await bed.backup('full');
  await archiveWal(bed.cluster);
  drills = await openDrillBed(bed);
});
afterAll(async () => {
  drills?.[Symbol.dispose]();
  await bed?.[Symbol.asyncDispose]();
});

async function one(
  copy: DrillCopy,
  check: DrillCheck,
  change?: Parameters<DrillCopy['check']>[1],
): Promise<DrillCheckResult> {
  const results = await copy.check([check], change);
  const result = results.find((found) => found.check === check);
  if (result === undefined) throw new Error(`${check} was not done`);
  return result;
}

function query(sql: string, expected: string, database = 'postgres'): DrillQuery {
  return { name: 'asked', database, sql, expect: expected };
}

describe('a copy in which all is well', () => {
  it('passes every check, in their order', async () => {
    await using copy = await drills.copy();
    const all = [
      'target',
      'extensions',
      'queries',
      'counts',
      'amcheck',
      'read',
      'write',
      'checksums',
    ] as const;
    const progress: number[] = [];
    const results = await copy.check(all, {
      settings: {
        queries: [
          query('SELECT count(*) FROM orders', '1'),
          query('SELECT a FROM elsewhere;', '> 6', 'other'),
        ],
      },
      onProgress: ({ percent }) => void progress.push(percent ?? 0),
    });
    expect(results.map(({ check, result, detail }) => [check, result, detail])).toEqual(
      all.map((check) => [check, 'passed', expect.any(String)]),
    );
    expect(progress.length).toBeGreaterThan(3);
    const counted = results.find(({ check }) => check === 'counts')?.facts['tables'];
    expect(counted).toMatchObject({ 'postgres/public.known_rows': { rows: 2000, exact: true } });
    expect(JSON.parse(JSON.stringify(results))).toEqual(results);
  });
});

describe('what was planted is found', () => {
  it('a page of a table: by reading, by pg_amcheck and by its checksum, and the other tables are read', async () => {
    await using copy = await drills.copy();
    await copy.damage('wide', 0);
    await copy.damage('known_rows', 3);
    const [, amcheck, read, checksums] = await copy.check(['amcheck', 'read', 'checksums']);
    expect(read).toMatchObject({
      result: 'failed',
      detail: expect.stringContaining('invalid page in block'),
    });
    const named = ((read?.facts['unreadable'] ?? []) as readonly { table: string }[]).map(
      ({ table }) => table,
    );
    expect(named.toSorted()).toEqual(['"public"."known_rows"', '"public"."wide"']);
    expect(amcheck).toMatchObject({ result: 'failed', detail: expect.stringContaining('postgres.public.') });
    expect(checksums).toMatchObject({ result: 'failed', facts: { bad: 2 } });
    expect(checksums?.facts['places']).toHaveLength(2);
  });

  it('a page of an index: by pg_amcheck, which reading does not see', async () => {
    await using copy = await drills.copy();
    await copy.damage('known_rows_pkey', 2);
    const [, amcheck, read] = await copy.check(['amcheck', 'read']);
    expect(amcheck).toMatchObject({
      result: 'failed',
      facts: { damaged: [{ relation: 'postgres.public.known_rows_pkey' }], count: 1 },
    });
    expect(read?.result).toBe('passed');
  });

  it('rows that an index has not got: only where each is looked up', async () => {
    await using copy = await drills.copy();
    await copy.sql(`CREATE FUNCTION twisted(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1';
      CREATE INDEX small_twisted ON small (twisted(id));
      CREATE OR REPLACE FUNCTION twisted(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1 + 100'`);
    const quick = await one(copy, 'amcheck', { settings: { amcheck: { heapAllIndexed: false } } });
    expect(quick.result).toBe('passed');
    const whole = await one(copy, 'amcheck');
    expect(whole).toMatchObject({
      result: 'failed',
      detail: expect.stringContaining('lacks matching index tuple'),
    });
  });

  it('a library that is not on this host, and an index in the order of another host', async () => {
    await using copy = await drills.copy();
    expect(await one(copy, 'extensions')).toMatchObject({ result: 'passed' });
    await copy.sql(`UPDATE pg_proc SET probin = '$libdir/gone' WHERE proname = 'hstore_in';
      UPDATE pg_collation SET collversion = '1.0' WHERE collname IN ('en-x-icu', 'de-x-icu');
      UPDATE pg_extension SET extname = 'pg_gone' WHERE extname = 'pg_trgm'`);
    const { result, detail, facts } = await one(copy, 'extensions');
    expect(result).toBe('failed');
    expect(detail).toContain('extension pg_gone 1.6 of postgres is not on this host');
    expect(detail).toMatch(/library \$libdir\/gone of postgres: could not access file/);
    expect(detail).toMatch(
      /collation en-x-icu of postgres was 1\.0 and is .*: 1 index may be in the wrong order/,
    );
    expect(detail).not.toContain('de-x-icu');
    expect(facts['collations postgres']).toMatchObject([{ name: 'de-x-icu', indexes: 0 }]);
  });

  it('a difference from production, which is only told', async () => {
    await using copy = await drills.copy();
    await copy.sql(`ALTER DATABASE postgres SET "DateStyle" = 'German'`);
    const { result, facts } = await one(copy, 'extensions');
    expect(result).toBe('passed');
    expect(facts['settings']).toContainEqual({
      name: 'DateStyle',
      production: 'ISO, MDY',
      copy: 'German, DMY',
    });
  });

  it('tables that lost rows or vanished since the drill before', async () => {
    await using copy = await drills.copy();
    const previous = earlierReport([await one(copy, 'counts')]);
    expect((await one(copy, 'counts', { previous })).detail).toContain(
      'nothing changed since the drill before',
    );
    await copy.sql('DELETE FROM known_rows WHERE id > 900; DROP TABLE shop.orders');
    const told = await one(copy, 'counts', { previous });
    expect(told.result).toBe('passed');
    expect(told.detail).toContain(
      'postgres/shop.orders vanished; less rows in postgres/public.known_rows (2000 to 900)',
    );
    const strict = { previous, settings: { counts: { shrink: 0.5 } } };
    expect((await one(copy, 'counts', strict)).result).toBe('failed');
    await copy.sql('CREATE TABLE shop.orders AS SELECT 1 AS total');
    expect((await one(copy, 'counts', { ...strict, settings: { counts: { shrink: 0.6 } } })).result).toBe(
      'passed',
    );
    expect((await one(copy, 'counts', strict)).result).toBe('failed');
  });

  it('estimates what is too large to be counted', async () => {
    await using copy = await drills.copy();
    await copy.sql('ANALYZE known_rows');
    const { facts } = await one(copy, 'counts', { settings: { counts: { exactBelow: 1024 } } });
    expect(facts['tables']).toMatchObject({
      'postgres/public.known_rows': { rows: 2000, exact: false },
      'postgres/public.small': { rows: null, exact: false },
    });
  });
});

describe('queries of the user', () => {
  it('are answered as PostgreSQL writes it, fail with what they gave, and cannot change anything', async () => {
    await using copy = await drills.copy();
    const ask = async (sql: string, expected: string): Promise<string> =>
      (await one(copy, 'queries', { settings: { queries: [query(sql, expected)] } })).detail;
    expect(await ask('SELECT total FROM orders', '12345678901234567.10')).toContain('1 query gave');
    expect(await ask('SELECT 2, 3 -- the first one\n;', '2')).toContain('1 query gave');
    expect(await ask('SELECT count(*) FROM known_rows', '>= 2000')).toContain('1 query gave');
    expect(await ask('SELECT count(*) FROM known_rows', '> 2000')).toBe('asked: gave 2000, not > 2000');
    expect(await ask('SELECT 1 WHERE false', '1')).toBe('asked: gave no row, not 1');
    expect(await ask('SELECT NULL', '> 0')).toBe('asked: gave NULL, not > 0');
    expect(await ask('SELECT * FROM nowhere', '1')).toContain(
      'relation "nowhere" does not exist (SQLSTATE 42P01)',
    );
    await copy.sql(
      `CREATE FUNCTION clean() RETURNS int LANGUAGE sql AS 'DELETE FROM known_rows RETURNING 1'`,
    );
    expect(await ask('SELECT clean()', '1')).toContain('read-only transaction');
  });
});

describe('what cannot be checked', () => {
  it('is not done, and says so', async () => {
    await using copy = await drills.copy();
    const results = await copy.check(['heartbeat', 'queries']);
    expect(results.slice(1).map(({ result, detail }) => [result, detail])).toEqual([
      ['not-applicable', 'heartbeats are off'],
      ['not-applicable', 'holdfast.yaml has no queries for drills'],
    ]);
  });

  it('is not done where its program is missing', async () => {
    await using copy = await drills.copy();
    const server = { ...copy.made.server, binDirectory: '/nonexistent' };
    const stanza = { name: 'main', heartbeat: { form: 'message', every: 60 } } as const;
    const results = await copy.check(['heartbeat', 'amcheck', 'read'], {
      copy: { ...copy.made, server },
      stanza,
    });
    expect(results.slice(1).map(({ result, detail }) => [result, detail])).toEqual([
      ['not-done', expect.stringContaining('/nonexistent/pg_waldump')],
      ['not-done', expect.stringContaining('there is no pg_amcheck in /nonexistent')],
      [
        'not-done',
        expect.stringMatching(/^there is no pg_dump in .nonexistent; \d+ tables were read whole$/),
      ],
    ]);
  });

  it('is failed where the server died', async () => {
    await using copy = await drills.copy();
    await bed.sandbox.mustRun(`${bed.cluster.binaries.directory}/pg_ctl`, [
      'stop',
      '-D',
      copy.made.record.dataDirectory,
      '-m',
      'immediate',
    ]);
    const results = await copy.check(['counts', 'read', 'write']);
    expect(results.map(({ check, result }) => [check, result])).toEqual([
      ['target', 'passed'],
      ['counts', 'failed'],
      ['read', 'failed'],
      ['write', 'passed'],
    ]);
  });

  it('ends each check when it is interrupted', async () => {
    await using copy = await drills.copy();
    const slow = query('SELECT pg_sleep(60)', '1');
    for (const check of ['extensions', 'queries', 'counts', 'amcheck', 'read', 'checksums'] as const) {
      const control = new AbortController();
      const going = copy.check([check], { signal: control.signal, settings: { queries: [slow] } });
      const ended = expect(going).rejects.toMatchObject({ kind: 'interrupted' });
      setTimeout(() => control.abort(), 30);
      await ended;
    }
  });
});
