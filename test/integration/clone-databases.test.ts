import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runSql } from '../support/cluster.ts';
import { archiveWal } from '../support/data.ts';
import { createProtectedBed, type PlanDocument, type ProtectedBed } from '../support/protected-bed.ts';

interface CopyDocument {
  readonly dataDirectory: string;
  readonly port: number;
  readonly socketDirectory: string;
}

let bed: ProtectedBed;

beforeAll(async () => {
  bed = await createProtectedBed({ name: 'clone-db' });
  for (const name of ['shop', 'archive', 'a model']) {
    await bed.cluster.sql(`CREATE DATABASE "${name}"`);
    await bed.cluster.sql(
      `CREATE TABLE ware AS SELECT id, repeat('x', 500) AS filling FROM generate_series(1, 20000) id`,
      { database: name },
    );
  }
  await bed.cluster.sql(`ALTER DATABASE "a model" IS_TEMPLATE true`);
  await bed.backup('full');
  // Recovery meets changes of a database that is not restored, too.
  for (const database of ['shop', 'archive'])
    await bed.cluster.sql(`INSERT INTO ware VALUES (0, '')`, { database });
  await archiveWal(bed.cluster);
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

it('restores single databases, needs less room for them, and has no others', async () => {
  const planOf = async (...args: readonly string[]): Promise<PlanDocument> =>
    (await bed.mustRun(['clone', '--to', 'latest', '--plan', ...args, '--json'])).json<{
      plan: PlanDocument;
    }>().plan;
  const [whole, part] = [await planOf(), await planOf('--database', 'shop')];
  const [all = 0, some = 0] = [whole, part].map(({ disk }) => disk[0]?.neededBytes ?? 0);
  // Two databases of some twelve megabytes each are left out, besides what every database has.
  expect(all - some).toBeGreaterThan(20_000_000);

  const made = await bed.mustRun([
    'clone',
    '--to',
    'latest',
    '--name',
    'part',
    '--database',
    'shop',
    '--json',
  ]);
  const { copy } = made.json<{ copy: CopyDocument }>();
  const { binaries, sandbox } = bed.cluster;
  const place = { binaries, sandbox, ...copy };
  expect(await runSql(place, 'SELECT datname FROM pg_database ORDER BY 1')).toEqual(
    ['postgres', 'shop', 'template0', 'template1'].map((datname) => ({ datname })),
  );
  expect(await runSql(place, 'SELECT count(*), max(id) FROM ware', 'shop')).toEqual([
    { count: '20001', max: '20000' },
  ]);
  expect(readdirSync(join(copy.dataDirectory, 'base')).filter((name) => /^\d+$/.test(name))).toHaveLength(4);
  await bed.mustRun(['clone', 'drop', 'part']);
  expect(existsSync(copy.dataDirectory)).toBe(false);
});

it('refuses what is always restored, and a database that the set does not have', async () => {
  const system = await bed.run(['clone', '--to', 'latest', '--database', 'postgres', '--json']);
  expect([system.code, system.stdout]).toEqual([64, expect.stringContaining('always restored')]);
  const unknown = await bed.run(['clone', '--to', 'latest', '--database', 'nowhere', '--json']);
  expect(unknown.code).toBeGreaterThan(64);
  expect(unknown.stdout).toContain('nowhere');
  expect(readdirSync(join(bed.configuration.stateDirectory, 'copies'))).toEqual([]);
});
