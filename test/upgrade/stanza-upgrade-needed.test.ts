import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStatusBed, type StatusBed } from '../faults/status-bed.ts';
import { clusterAt, type TestCluster } from '../support/cluster.ts';
import { appendKnownRows, createKnownRows, readKnownRows } from '../support/data.ts';
import { matrixDirectory } from '../support/matrix-directory.ts';

/*
 * A real pg_upgrade from 15 to 17 of which pgBackRest is not told. The daemon sees it; what the remedy says is done, and
 * it ends. Sets of the former version are no alarm.
 */
const programs = join(matrixDirectory(), 'upgrade-17/usr/lib/postgresql/17/bin');

let bed: StatusBed;
let upgraded: TestCluster;

beforeAll(async () => {
  bed = await createStatusBed({ name: 'hf-upgrade' });
  await createKnownRows(bed.cluster, 10);
});
afterAll(async () => {
  await upgraded?.[Symbol.asyncDispose]();
  await bed?.[Symbol.asyncDispose]();
});

/** pg_upgrade, with the new cluster in the place of the old one and with its settings. */
async function upgrade(): Promise<TestCluster> {
  const { cluster, sandbox } = bed;
  const { dataDirectory, socketDirectory } = cluster;
  const fresh = sandbox.file('fresh');
  const forms = ['--username=postgres', '--auth=trust', '--no-sync', '--encoding=UTF8', '--locale=C.UTF-8'];
  await cluster.stop();
  const size = ['--wal-segsize=1', '--data-checksums'];
  await sandbox.mustRun(join(programs, 'initdb'), ['-D', fresh, ...forms, ...size]);
  const work = sandbox.directory('upgrade');
  const ports = [String(await sandbox.port()), String(await sandbox.port())];
  const old = ['-b', cluster.binaries.directory, '-d', dataDirectory, '-p', ports[0] ?? ''];
  const next = ['-B', programs, '-D', fresh, '-P', ports[1] ?? ''];
  const words = [...old, ...next, '-U', 'postgres', '--no-sync', '-s', socketDirectory];
  await sandbox.mustRun('sh', ['-c', 'cd "$0" && exec "$@"', work, join(programs, 'pg_upgrade'), ...words]);
  for (const name of ['postgresql.conf', 'postgresql.auto.conf'])
    await sandbox.mustRun('cp', [join(dataDirectory, name), join(fresh, name)]);
  renameSync(dataDirectory, `${dataDirectory}-15`);
  renameSync(fresh, dataDirectory);
  const binaries = { ...cluster.binaries, major: 17, directory: programs };
  const server = clusterAt({ ...cluster, name: 'upgraded', binaries });
  await server.start();
  return server;
}

describe('a major upgrade of which pgBackRest was not told', () => {
  it('is told as that, and ends with setup --stanza-upgrade, which takes a full backup', async () => {
    const before = await readKnownRows(bed.cluster);
    upgraded = await upgrade();
    expect(await upgraded.value('SHOW server_version')).toMatch(/^17\./);
    expect(await readKnownRows(upgraded)).toEqual(before);
    await appendKnownRows(upgraded, 10);
    await upgraded.sql('SELECT pg_switch_wal()');
    const seen = await bed.expectFinding('stanza-upgrade-needed');
    expect(seen).toMatchObject({ severity: 'critical', evidence: expect.stringContaining('has version 17') });
    await bed.expectFinding('archiver-failing');
    const rules = (await bed.health()).findings.map(({ rule }) => rule);
    for (const rule of ['wrong-cluster', 'foreign-timeline', 'foreign-wal', 'wal-hole', 'no-usable-set'])
      expect(rules).not.toContain(rule);
    const { dataDirectory, port, socketDirectory } = upgraded;
    const node = { path: dataDirectory, port, socket: socketDirectory, bin: programs };
    bed.configure({ postgres: [node] }, bed.fileKeys);
    const [, command = ''] = /holdfast (setup [^,]+--stanza-upgrade)/.exec(seen.remedy) ?? [];
    await bed.mustRun([...command.split(' '), '--yes', '--restart']);
    await bed.mustRun(['reload']);
    await bed.expectEnded('stanza-upgrade-needed');
    await bed.expectEnded('archiver-failing');
    const { stdout } = await bed.mustRun(['windows', '--now', '--json']);
    const [repository] = (JSON.parse(stdout) as { repositories: readonly SeenWindows[] }).repositories;
    expect(repository?.archiveId).toBe('17-2');
    expect(repository?.windows.contiguous).toHaveLength(1);
    expect(repository?.windows.unusable).toMatchObject([{ why: 'former' }]);
    expect((await bed.health()).findings.map(({ rule }) => rule)).not.toContain('set-unusable');
  }, 240_000);
});

interface SeenWindows {
  readonly archiveId: string;
  readonly windows: {
    readonly contiguous: readonly unknown[];
    readonly unusable: readonly { readonly why: string }[];
  };
}
