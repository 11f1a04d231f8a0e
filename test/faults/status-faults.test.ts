import { chmodSync, statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backdateSets } from '../support/backdate-sets.ts';
import { appendKnownRows, createKnownRows } from '../support/data.ts';
import { createStatusBed, type StatusBed } from './status-bed.ts';

/*
 * What goes wrong with servers and repositories, caused for real: each is seen in the command, the endpoint, the metrics
 * and a message, and seen to end. One daemon sees all of it.
 */
let bed: StatusBed;

beforeAll(async () => {
  bed = await createStatusBed({ name: 'hf-status-faults' });
  await createKnownRows(bed.cluster, 10);
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

async function newestLabel(): Promise<string> {
  const { stdout } = await bed.mustRun(['info', '--json']);
  const labels = [...stdout.matchAll(/"(\d{8}-\d{6}[FDI_\d-]*)"/g)].map(([, label = '']) => label);
  return labels.toSorted().at(-1) ?? '';
}

describe('what a daemon tells of real faults', () => {
  it('the primary is down', async () => {
    await bed.cluster.stop();
    try {
      const seen = await bed.expectFinding('primary-unknown');
      expect(seen.severity).toBe('critical');
      expect((await bed.health()).status).not.toBe('healthy');
    } finally {
      await bed.cluster.start();
    }
    await bed.expectEnded('primary-unknown');
  }, 300_000);

  it('the archive command fails', async () => {
    const before = await bed.cluster.value('SHOW archive_command');
    await bed.cluster.sql(`ALTER SYSTEM SET archive_command = '/bin/false'; SELECT pg_reload_conf()`);
    try {
      await appendKnownRows(bed.cluster, 10);
      await bed.cluster.sql('SELECT pg_switch_wal()');
      const seen = await bed.expectFinding('archiver-failing');
      expect(seen.evidence + seen.problem).toMatch(/fail/);
    } finally {
      const command = before.replaceAll("'", "''");
      await bed.cluster.sql(`ALTER SYSTEM SET archive_command = '${command}'; SELECT pg_reload_conf()`);
    }
    await bed.expectEnded('archiver-failing');
  }, 300_000);

  it('nobody may read the repository', async () => {
    const root = bed.configuration.repository('local');
    const { mode } = statSync(root);
    chmodSync(root, 0o000);
    try {
      const seen = await bed.expectFinding('archive-unknown');
      expect(seen.evidence).toMatch(/failed|denied/i);
      await bed.expectFinding('repository-not-ok');
      expect((await bed.run(['backup', '--type', 'incr', '--json'])).code).toBeGreaterThanOrEqual(64);
      await bed.expectFinding('last-run-failed');
    } finally {
      chmodSync(root, mode & 0o7777);
    }
    await bed.expectEnded('archive-unknown');
    await bed.expectEnded('repository-not-ok');
    await bed.backup('incr');
    await bed.expectEnded('last-run-failed');
  }, 300_000);

  it('the newest backup is older than it may be', async () => {
    const before = { objectives: { backupAge: '1s' } };
    bed.configure(before, bed.fileKeys);
    await bed.mustRun(['reload']);
    try {
      await bed.expectFinding('backup-too-old');
    } finally {
      bed.configure({}, bed.fileKeys);
      await bed.mustRun(['reload']);
    }
    await bed.expectEnded('backup-too-old');
  }, 300_000);

  it('the newest backup was taken while a clock was ahead', async () => {
    const label = await newestLabel();
    const root = bed.configuration.repository('local');
    backdateSets(root, 'main', { [label]: -200 });
    try {
      const seen = await bed.expectFinding('backup-in-the-future');
      expect(seen).toMatchObject({ severity: 'critical', evidence: expect.stringContaining(label) });
    } finally {
      backdateSets(root, 'main', { [label]: 200 });
    }
    await bed.expectEnded('backup-in-the-future');
  }, 300_000);
});
