import { existsSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  appendKnownRows,
  archiveWal,
  createKnownRows,
  loadPgbench,
  readKnownRows,
  type KnownRows,
} from '../support/data.ts';
import { fillDisk, mountSmallDisk, resizeSmallDisk, shrinkSmallDisk } from '../support/full-disk.ts';
import { createProtectedBed, refusalOf, type ProtectedBed } from '../support/protected-bed.ts';
import { createSandbox } from '../support/sandbox.ts';

/** Repository and copies on file systems of their own that can be filled to the last byte. */
let bed: ProtectedBed;
let disk: string;
let rows: KnownRows;

beforeAll(async () => {
  const sandbox = await createSandbox('full');
  disk = mountSmallDisk(sandbox, 'store', 160);
  bed = await createProtectedBed({
    name: 'full',
    sandbox,
    repositories: { local: { path: `${disk}/repository` } },
  });
  await loadPgbench(bed.cluster, 2);
  rows = await createKnownRows(bed.cluster, 1000);
  await bed.backup('full');
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

describe('a full repository', () => {
  it('ends a backup with a failure that says so, leaves the server alone, and takes the next one', async () => {
    const pid = bed.cluster.pid();
    const filler = await fillDisk(bed.sandbox, disk, 1024);
    try {
      const failed = refusalOf(await bed.run(['backup', '--type', 'full', '--json']));
      expect(failed, failed.problem).toMatchObject({ kind: 'disk-full', code: 87 });
      expect(failed.hint).not.toBe('');
      const told = (await bed.mustRun(['journal', '--json', '--limit', '1'])).json<{ runs: unknown[] }>();
      expect(told.runs[0]).toMatchObject({ kind: 'backup', result: 'failed' });
    } finally {
      rmSync(filler);
    }
    expect(bed.cluster.pid()).toBe(pid);
    expect(await readKnownRows(bed.cluster)).toEqual(rows);
    await bed.backup('full');
    rows = await appendKnownRows(bed.cluster, 10);
    await archiveWal(bed.cluster);
  });
});

describe('a full disk below a copy', () => {
  it('is seen before anything is restored', async () => {
    const small = mountSmallDisk(bed.sandbox, 'tiny', 16);
    const pid = bed.cluster.pid();
    const refused = await bed.refuse('--to', 'latest', '--into', `${small}/copy`);
    expect(refused).toMatchObject({ kind: 'preflight-refused', rules: ['disk-too-small'] });
    expect(refused.problem).toMatch(/not enough room .*are needed and .*are free/);
    expect(existsSync(`${small}/copy`)).toBe(false);
    expect(bed.cluster.pid()).toBe(pid);
  });

  it('that fills up during the restore is named, and the restore is finished when there is room again', async () => {
    const { disk: needs } = await bed.plan('--to', 'latest', '--into', bed.sandbox.file('anywhere'));
    const enough = Math.ceil((needs[0]?.neededBytes ?? 0) / 1_048_576) + 16;
    const place = mountSmallDisk(bed.sandbox, 'busy', enough);
    const port = String(await bed.sandbox.port());
    const directory = `${place}/copy`;
    let filled = false;
    const into = ['--into', directory, '--port', port, '--yes'];
    const result = await bed.run(['restore', '--to', 'latest', ...into], {
      onLine(line) {
        if (filled || !/^\[\d+\/\d+\] restore backup set/.test(line)) return;
        filled = true;
        shrinkSmallDisk(place);
      },
    });
    expect(filled).toBe(true);
    expect(result.code).toBe(87);
    // The engine's own words differ: after a short write it names the reason of some earlier call.
    expect(result.stderr).toMatch(/HINT: Free space on the file system of the named file/);
    const id = /holdfast restore --resume (restore-[\w-]+)/.exec(result.stderr)?.[1] ?? '';
    expect(bed.cluster.isRunning()).toBe(true);

    const still = refusalOf(await bed.run(['restore', '--resume', id, '--yes', '--json']));
    expect(still, still.problem).toMatchObject({ kind: 'disk-full' });
    expect(still.hint).toContain(`holdfast restore --resume ${id}`);
    resizeSmallDisk(place, enough);
    await bed.mustRun(['restore', '--resume', id, '--yes']);
    const { sandbox, binaries } = bed.cluster;
    const count = [
      '-XAtc',
      'SELECT count(*), max(id) FROM known_rows',
      '-p',
      port,
      '-U',
      'postgres',
      'postgres',
    ];
    const { stdout } = await sandbox.mustRun(binaries.psql, [
      '-h',
      `${directory}/holdfast-scratch`,
      ...count,
    ]);
    expect(stdout.trim()).toBe(`${rows.count}|${rows.highest}`);
    await bed.mustRun(['undo', id, '--yes']);
  });
});
