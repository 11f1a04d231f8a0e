import { readdirSync, readlinkSync, renameSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  appendKnownRows,
  archiveWal,
  createKnownRows,
  noteMoment,
  passSecond,
  readKnownRows,
  type KnownRows,
} from '../support/data.ts';
import { createProtectedBed, type ProtectedBed } from '../support/protected-bed.ts';

/** A table inside the data directory and one in a tablespace, both followed through every way of restoring. */
let bed: ProtectedBed;
let moment: string;
let tablespace: string;
let inside: KnownRows;
let outside: KnownRows;
let last: KnownRows;

beforeAll(async () => {
  bed = await createProtectedBed({ name: 'space' });
  const { cluster, sandbox } = bed;
  tablespace = sandbox.directory('tablespace');
  await cluster.sql(`CREATE TABLESPACE elsewhere LOCATION '${tablespace}'`);
  await createKnownRows(cluster, 10);
  await createKnownRows(cluster, 100, 'far_rows');
  await cluster.sql('ALTER TABLE far_rows SET TABLESPACE elsewhere');
  await bed.backup('full');
  await passSecond(cluster);
  inside = await appendKnownRows(cluster, 10);
  outside = await appendKnownRows(cluster, 10, 'far_rows');
  moment = (await noteMoment(cluster)).time;
  await appendKnownRows(cluster, 10);
  last = await appendKnownRows(cluster, 10, 'far_rows');
  await archiveWal(cluster);
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

const linksOf = (directory: string): string[] =>
  readdirSync(`${directory}/pg_tblspc`).map((name) => readlinkSync(`${directory}/pg_tblspc/${name}`));

describe('a cluster with a tablespace', () => {
  it('is copied with a tablespace of its own', async () => {
    await using copy = await bed.restoreCopy('--to', moment);
    expect(await readKnownRows(copy)).toEqual(inside);
    expect(await readKnownRows(copy, 'far_rows')).toEqual(outside);
    const [link] = linksOf(copy.directory);
    expect(link).toMatch(new RegExp(`^${copy.directory}-tablespaces/`));
    await copy.sql('TRUNCATE far_rows');
    expect(await readKnownRows(bed.cluster, 'far_rows')).toEqual(last);
    expect(linksOf(bed.cluster.dataDirectory)).toEqual([tablespace]);
  });

  it.each([
    ['moving the old one aside', []],
    ['with --delta', ['--delta']],
  ])('is restored in place, %s, and back', async (_name, words) => {
    await bed.restore('--to', moment, ...words);
    expect(await readKnownRows(bed.cluster)).toEqual(inside);
    expect(await readKnownRows(bed.cluster, 'far_rows')).toEqual(outside);
    expect(linksOf(bed.cluster.dataDirectory)).toEqual([tablespace]);
    await bed.cluster.sql('TRUNCATE far_rows');
    await bed.mustRun(['undo', '--yes']);
    expect(await readKnownRows(bed.cluster, 'far_rows')).toEqual(last);
    expect(linksOf(bed.cluster.dataDirectory)).toEqual([tablespace]);
  });

  it('is not undone by halves when the old data directory was removed meanwhile', async () => {
    const { outcome } = await bed.restore('--to', moment);
    const { cluster, sandbox } = bed;
    const pid = cluster.pid();
    const removed = sandbox.file('removed');
    renameSync(outcome.aside ?? '', removed);
    for (const words of [['--plan'], ['--yes']]) {
      const undo = await bed.run(['undo', ...words, '--json']);
      expect(undo.code).toBe(90);
      expect(undo.stdout + undo.stderr).toContain('is gone');
    }
    expect(cluster.pid()).toBe(pid);
    expect(await readKnownRows(cluster, 'far_rows')).toEqual(outside);
    renameSync(removed, outcome.aside ?? '');
    await bed.mustRun(['undo', '--yes']);
    expect(await readKnownRows(cluster, 'far_rows')).toEqual(last);
  });
});
