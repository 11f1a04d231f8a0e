import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DrillReport } from '../../src/model/drill.ts';
import { archiveWal, commitWithXid, loadPgbench, noteMoment, passSecond } from '../support/data.ts';
import { underLoad } from '../support/load.ts';
import { processesOf } from '../support/processes.ts';
import { createProtectedBed, type ProtectedBed } from '../support/protected-bed.ts';

/* What copies are for, with a cluster of gigabytes that is written to meanwhile. */
const scale = Number(process.env['HOLDFAST_TEST_SCALE'] ?? '150');

let bed: ProtectedBed;
let load: AsyncDisposable;
let loaded: string;
let before: string;
let badXid: number;
let after: string;

const copies = (): string => join(bed.configuration.stateDirectory, 'copies');
const production = async (): Promise<number> =>
  Number(await bed.cluster.value('SELECT count(*) FROM pgbench_history'));

beforeAll(async () => {
  bed = await createProtectedBed({
    name: 'gigabytes',
    cluster: { walSegmentMegabytes: 16, checksums: true },
  });
  await loadPgbench(bed.cluster, scale);
  await bed.cluster.sql(`CREATE TABLE orders (id int PRIMARY KEY, note text NOT NULL);
    INSERT INTO orders SELECT n, md5(n::text) FROM generate_series(1, 2000000) n`);
  await bed.backup('full');
  await passSecond(bed.cluster);
  load = underLoad(bed.cluster);
  loaded = (await noteMoment(bed.cluster)).time;
  await bed.cluster.sql('SELECT pg_sleep(3)');
  before = (await noteMoment(bed.cluster)).time;
  badXid = Number(await commitWithXid(bed.cluster, 'DELETE FROM orders WHERE id % 1000 = 7'));
  await bed.cluster.sql('SELECT pg_sleep(3)');
  after = (await noteMoment(bed.cluster)).time;
  await archiveWal(bed.cluster);
}, 900_000);

afterAll(async () => {
  await load?.[Symbol.asyncDispose]();
  await bed?.[Symbol.asyncDispose]();
});

describe('with gigabytes, under load,', () => {
  it('a drill checks everything, and production goes on', async () => {
    const written = await production();
    const { report } = (await bed.mustRun(['drill', '--target', 'latest', '--json'])).json<{
      report: DrillReport;
    }>();
    expect(report.problems).toEqual([]);
    expect(report.result).toBe('passed');
    expect(report.measured.restoredBytes).toBeGreaterThan(scale * 14 * 2 ** 20);
    const done = report.checks.filter(({ result }) => result === 'passed').map(({ check }) => check);
    expect(done).toEqual(expect.arrayContaining(['target', 'amcheck', 'read', 'write', 'checksums']));
    expect(await production()).toBeGreaterThan(written);
  });

  it('the bad transaction is found', async () => {
    const probe = 'SELECT count(*) = 2000000 FROM orders';
    const args = ['find', '--probe', probe, '--between', loaded, '--and', after, '--json'];
    const found = (await bed.mustRun(args)).json<{ firstBad: { xid: number } }>();
    expect(found.firstBad.xid).toBe(badXid);
  });

  it('rows are rescued', async () => {
    const args = ['rescue', 'orders', '--to', before, '--apply', '--out', bed.sandbox.file('rescue')];
    await bed.mustRun([...args, '--yes']);
    const [row] = await bed.cluster.sql(
      `SELECT count(*) AS count, count(*) FILTER (WHERE note <> md5(id::text)) AS other FROM orders`,
    );
    expect(row).toMatchObject({ count: '2000000', other: '0' });
  });

  it('nothing is left behind', () => {
    expect(existsSync(copies()) ? readdirSync(copies()) : []).toEqual([]);
    expect(processesOf(copies())).toEqual([]);
  });
});
