import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  appendKnownRows,
  archiveWal,
  commitWithXid,
  createKnownRows,
  noteMoment,
  passSecond,
  readKnownRows,
  type KnownRows,
  type Moment,
} from '../support/data.ts';
import { createProtectedBed, type ProtectedBed } from '../support/protected-bed.ts';

/*
 * Every kind of target by the command line, each judged by the rows: exactly what was committed before it is there,
 * and nothing after. The rows of one transaction each:
 *   backup | second | MOMENT, restore point | third (its xid) | LSN | fourth | fifth
 */
let bed: ProtectedBed;
let moment: Moment;
let lsn: string;
let xid: string;
const rows: Record<string, KnownRows> = {};

beforeAll(async () => {
  bed = await createProtectedBed({ name: 'targets' });
  const { cluster } = bed;
  rows.backup = await createKnownRows(cluster, 10);
  await bed.backup('full');
  await passSecond(cluster);
  rows.second = await appendKnownRows(cluster, 20);
  moment = await noteMoment(cluster);
  await cluster.sql(`SELECT pg_create_restore_point('before the mistake')`);
  xid = await commitWithXid(
    cluster,
    `INSERT INTO known_rows (id, note) SELECT id, md5(id::text) FROM generate_series(31, 60) AS id`,
  );
  rows.third = await readKnownRows(cluster);
  lsn = (await noteMoment(cluster)).lsn;
  rows.fourth = await appendKnownRows(cluster, 40);
  await archiveWal(cluster);
  rows.fifth = await appendKnownRows(cluster, 50);
  await archiveWal(cluster);
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

describe('holdfast restore --into', () => {
  it.each([
    ['a time', () => moment.time, 'second'],
    ['the same time in ISO 8601', () => `${moment.time.replace(' ', 'T').replace('+00', '')}Z`, 'second'],
    ['a transaction', () => `xid:${xid}`, 'third'],
    ['an LSN', () => `lsn:${lsn}`, 'third'],
    ['a restore point', () => 'name:before the mistake', 'second'],
    ['the end of the set', () => 'immediate', 'backup'],
    ['the latest archived commit', () => 'latest', 'fifth'],
  ])('goes to %s', async (_name, target, expected) => {
    await using copy = await bed.restoreCopy('--to', target());
    expect(await readKnownRows(copy)).toEqual(rows[expected]);
    await copy.sql('CREATE TABLE written AS SELECT 1');
    expect(copy.outcome.proofs.length).toBeGreaterThan(0);
  });
});

describe('holdfast restore in place', () => {
  it.each([
    ['a time', ['--to', () => moment.time], 'second'],
    ['a time with --delta', ['--delta', '--to', () => moment.time], 'second'],
    ['a transaction with --delta', ['--delta', '--to', () => `xid:${xid}`], 'third'],
  ] as const)('goes to %s, and undo brings everything back', async (_name, words, expected) => {
    const args = words.map((word) => (typeof word === 'string' ? word : word()));
    const before = await readKnownRows(bed.cluster);
    const { outcome } = await bed.restore(...args);
    expect(await readKnownRows(bed.cluster)).toEqual(rows[expected]);
    await bed.cluster.sql('CREATE TABLE written AS SELECT 1');
    expect(existsSync(`${outcome.aside}/PG_VERSION`)).toBe(true);
    await bed.mustRun(['undo', '--yes']);
    expect(await readKnownRows(bed.cluster)).toEqual(before);
    await expect(bed.cluster.sql('SELECT * FROM written')).rejects.toThrow(/does not exist/);
  });

  it('goes twice in a row, on from what it restored, and back one by one', async () => {
    const before = await readKnownRows(bed.cluster);
    const first = await bed.restore('--to', `xid:${xid}`);
    const added = await appendKnownRows(bed.cluster, 7);
    const between = (await noteMoment(bed.cluster)).time;
    await appendKnownRows(bed.cluster, 7);
    const second = await bed.restore('--to', between);
    expect(second.plan.target.timeline).toBe(first.outcome.reached.newTimeline);
    expect(await readKnownRows(bed.cluster)).toEqual(added);
    await bed.mustRun(['undo', '--yes']);
    expect((await readKnownRows(bed.cluster)).count).toBe(added.count + 7);
    await bed.mustRun(['undo', '--yes']);
    expect(await readKnownRows(bed.cluster)).toEqual(before);
  });

  it('goes to the latest commit, also one that no archive has', async () => {
    await bed.cluster.sql(`ALTER SYSTEM SET archive_command = 'false'; SELECT pg_reload_conf();`);
    const last = await appendKnownRows(bed.cluster, 5);
    await bed.cluster.kill();
    await bed.restore('--to', 'latest');
    expect(await readKnownRows(bed.cluster)).toEqual(last);
    await bed.mustRun(['undo', '--yes']);
    await bed.cluster.start();
    expect(await readKnownRows(bed.cluster)).toEqual(last);
  });
});
