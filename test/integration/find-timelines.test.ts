import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { archiveWal, commitWithXid, noteMoment, passSecond } from '../support/data.ts';
import { createProtectedBed, type ProtectedBed } from '../support/protected-bed.ts';

interface FindDocument {
  readonly firstBad: { readonly xid: number; readonly lsn: string } | null;
  readonly lastGood: { readonly xid: number; readonly lsn: string } | null;
  readonly timeline: number;
  readonly complete: boolean;
  readonly commits: number;
}

let bed: ProtectedBed;
let before: string;
let bad: number;

const commit = async (count: number): Promise<void> => {
  await bed.cluster.sql('INSERT INTO ware VALUES (1);\n'.repeat(count));
};

beforeAll(async () => {
  bed = await createProtectedBed({ name: 'find-tl' });
  await bed.cluster.sql('CREATE TABLE ware (id int)');
  await bed.backup('full');
  await passSecond(bed.cluster);
  await commit(20);
  before = (await noteMoment(bed.cluster)).time;
  // Left behind by the restore: nothing of it is on the way to the present.
  await bed.cluster.sql('TRUNCATE ware');
  await commit(5);
  await archiveWal(bed.cluster);
  await bed.restore('--to', before);
  await commit(30);
  bad = Number(await commitWithXid(bed.cluster, 'DELETE FROM ware'));
  await commit(10);
  await archiveWal(bed.cluster);
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

async function find(...args: readonly string[]): Promise<FindDocument> {
  const probe = ['--probe', 'SELECT count(*) >= 20 FROM ware'];
  const result = await bed.mustRun(['find', ...probe, ...args, '--json']);
  const copies = join(bed.configuration.stateDirectory, 'copies');
  expect(existsSync(copies) ? readdirSync(copies) : []).toEqual([]);
  return result.json<FindDocument>();
}

it('follows the way to the present over a change of timeline', async () => {
  const found = await find('--between', before);
  expect(found).toMatchObject({ firstBad: { xid: bad }, timeline: 2, complete: true });
});

it('searches a timeline that was left behind when it is asked to', async () => {
  const found = await find('--between', before, '--timeline', '1');
  expect(found).toMatchObject({ timeline: 1, complete: true });
  expect(found.firstBad?.xid).not.toBe(bad);
  expect(found.commits).toBeGreaterThanOrEqual(6);
});

it('ends where it is told to', async () => {
  const found = await find('--between', before, '--and', `xid:${bad}`);
  expect(found.firstBad?.xid).toBe(bad);
  const lsn = found.lastGood?.lsn ?? '';
  const still = await find('--between', before, '--and', `lsn:${lsn}`);
  expect(still).toMatchObject({ firstBad: null, complete: true, commits: found.commits - 1 });
  const missing = await bed.run([
    'find',
    '--probe',
    'true',
    '--between',
    before,
    '--and',
    'xid:99999999',
    '--json',
  ]);
  expect([missing.code, missing.stdout]).toEqual([85, expect.stringContaining('99999999')]);
});
