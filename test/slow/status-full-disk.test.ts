import { renameSync, rmSync, symlinkSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appendKnownRows, archiveWal, createKnownRows } from '../support/data.ts';
import type { ServedDaemon } from '../support/daemon-bed.ts';
import { fillDisk, mountSmallDisk } from '../support/full-disk.ts';
import { waitUntil } from '../support/wait-until.ts';
import { createStatusBed, type StatusBed } from '../faults/status-bed.ts';

/* File systems that are filled to the last byte: what is said of it by a daemon that goes on, and how it ends. */
let bed: StatusBed;
let daemon: ServedDaemon;
const disks = { repository: '', wal: '', state: '' };

beforeAll(async () => {
  bed = await createStatusBed({
    name: 'hf-status-full',
    async prepare(sandbox, cluster) {
      disks.repository = mountSmallDisk(sandbox, 'disk-repository', 96);
      disks.wal = mountSmallDisk(sandbox, 'disk-wal', 96);
      disks.state = mountSmallDisk(sandbox, 'disk-state', 24);
      await cluster.stop();
      renameSync(`${cluster.dataDirectory}/pg_wal`, `${cluster.dataDirectory}/wal-before`);
      await sandbox.mustRun('cp', ['-a', `${cluster.dataDirectory}/wal-before`, `${disks.wal}/pg_wal`]);
      rmSync(`${cluster.dataDirectory}/wal-before`, { recursive: true });
      symlinkSync(`${disks.wal}/pg_wal`, `${cluster.dataDirectory}/pg_wal`);
      await cluster.start();
      return { local: { path: `${disks.repository}/repository` } };
    },
  });
  await createKnownRows(bed.cluster, 10);
  daemon = bed.daemon;
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

/** An archiver that failed three times rests for a minute; a new one does not. */
async function restart(): Promise<void> {
  await bed.cluster.stop();
  await bed.cluster.start();
}

describe('a full file system', () => {
  it('of the repository: archiving fails, and goes on when there is room', async () => {
    const filler = await fillDisk(bed.sandbox, disks.repository);
    try {
      await appendKnownRows(bed.cluster, 10);
      await bed.cluster.sql('SELECT pg_switch_wal()');
      await bed.expectFinding('archiver-failing');
      await bed.expectFinding('archive-behind', { timeoutMs: 150_000 });
    } finally {
      rmSync(filler);
    }
    await restart();
    await archiveWal(bed.cluster);
    await bed.expectEnded('archiver-failing');
    await bed.expectEnded('archive-behind');
  }, 300_000);

  it('of pg_wal: the server ends itself, and starts when there is room', async () => {
    const filler = await fillDisk(bed.sandbox, disks.wal);
    await appendKnownRows(bed.cluster, 20_000).catch(() => {});
    await waitUntil('the server has ended', () => bed.cluster.pid() === undefined, {
      timeoutMs: 30_000,
    }).catch(() => bed.cluster.kill());
    const seen = await bed.expectFinding('primary-unknown');
    expect(seen.severity).toBe('critical');
    rmSync(filler);
    await bed.cluster.start();
    await bed.expectEnded('primary-unknown');
    await archiveWal(bed.cluster);
  }, 300_000);

  it('of the state directory: the daemon goes on, says so, and recovers', async () => {
    daemon.signal('SIGTERM');
    await daemon.ended;
    bed.configure({}, { ...bed.fileKeys, state: { directory: `${disks.state}/state` } });
    await bed.mustRun(['setup', '--yes', '--no-backup']);
    await using other = await bed.serve();
    await waitUntil('it is healthy', async () => (await bed.health()).status === 'healthy', {
      timeoutMs: 60_000,
    });
    const filler = await fillDisk(bed.sandbox, disks.state);
    // What is sent lies in the state directory, so no message can tell of it.
    const seen = await bed.expectFinding('daemon-not-ready', { told: false });
    expect(seen).toMatchObject({ severity: 'critical', evidence: expect.stringContaining('full') });
    const ready = await fetch(`http://127.0.0.1:${bed.httpPort}/ready`);
    expect(ready.status).toBe(503);
    expect(await ready.text()).toContain('journal cannot be written');
    expect((await fetch(`http://127.0.0.1:${bed.httpPort}/live`)).status).toBe(200);
    expect((await bed.run(['backup', '--type', 'incr', '--json'])).code).toBe(87);
    rmSync(filler);
    await bed.expectEnded('daemon-not-ready', { told: false });
    await bed.backup('incr');
    expect(other.events.some(({ event }) => event === 'assess-failed')).toBe(true);
  }, 300_000);
});
