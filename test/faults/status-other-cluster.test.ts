import { renameSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKnownRows } from '../support/data.ts';
import { createStatusBed, type StatusBed } from './status-bed.ts';

/*
 * A cluster that was made anew in the place of another: pgBackRest refuses its WAL and its backups. What the remedy says
 * is done, and it ends; a stanza-upgrade by hand alone leaves a cluster without any backup, which is told too.
 */
let bed: StatusBed;

beforeAll(async () => {
  bed = await createStatusBed({ name: 'hf-status-cluster' });
  await createKnownRows(bed.cluster, 10);
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

/** initdb in the same place, with the settings of the one before. */
async function makeAnew(): Promise<void> {
  const { cluster, sandbox } = bed;
  const aside = `${cluster.dataDirectory}-${Date.now()}`;
  await cluster.stop('immediate');
  renameSync(cluster.dataDirectory, aside);
  const args = ['-D', cluster.dataDirectory, '--username=postgres', '--auth=trust', '--no-sync'];
  await sandbox.mustRun(`${cluster.binaries.directory}/initdb`, [
    ...args,
    '--data-checksums',
    '--wal-segsize=1',
  ]);
  for (const name of ['postgresql.conf', 'postgresql.auto.conf'])
    await sandbox.mustRun('cp', [`${aside}/${name}`, `${cluster.dataDirectory}/${name}`]);
  await cluster.start();
}

describe('another cluster in the place of the one whose backups are there', () => {
  it('is told as that, and ends when the stanza has learnt of it', async () => {
    await makeAnew();
    const seen = await bed.expectFinding('wrong-cluster');
    expect(seen.severity).toBe('critical');
    const identifier = await bed.cluster.value('SELECT system_identifier FROM pg_control_system()');
    expect(seen.evidence).toContain(`system identifier ${identifier}`);
    expect((await bed.run(['backup', '--type', 'incr', '--json'])).code).toBeGreaterThanOrEqual(64);
    const rules = (await bed.health()).findings.map(({ rule }) => rule);
    // What belongs to the former cluster is not called foreign, lost or unusable.
    for (const rule of ['foreign-timeline', 'foreign-wal', 'wal-hole', 'set-unusable', 'no-usable-set'])
      expect(rules).not.toContain(rule);
    const [, command = ''] = /holdfast (setup [^,]+--stanza-upgrade)/.exec(seen.remedy) ?? [];
    await bed.mustRun([...command.split(' '), '--yes', '--no-backup', '--restart']);
    await bed.expectEnded('wrong-cluster');
    const without = await bed.expectFinding('no-backup-since-upgrade');
    expect(without.severity).toBe('critical');
    await bed.mustRun([...command.split(' '), '--yes']);
    await bed.expectEnded('no-backup-since-upgrade');
    const { stdout } = await bed.mustRun(['windows', '--json']);
    const [repository] = (JSON.parse(stdout) as { repositories: readonly SeenWindows[] }).repositories;
    expect(repository?.archiveId).toMatch(/-2$/);
    expect(repository?.windows.contiguous).toHaveLength(1);
    expect(repository?.windows.unusable).toMatchObject([{ why: 'former' }]);
  }, 200_000);
});

interface SeenWindows {
  readonly archiveId: string;
  readonly windows: {
    readonly contiguous: readonly unknown[];
    readonly unusable: readonly { readonly why: string }[];
  };
}
