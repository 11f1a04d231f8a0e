import { renameSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStatusBed, type StatusBed } from '../faults/status-bed.ts';
import { appendKnownRows, archiveWal, createKnownRows } from '../support/data.ts';
import { mountSmallDisk } from '../support/full-disk.ts';

/*
 * Findings that need minutes to be true: WAL that waits longer and longer, what that leads to, and a channel that cannot
 * be reached for two minutes. One archiver that fails causes all of them.
 */
let bed: StatusBed;
let deadPort: number;

const queueMax = { options: { 'archive-push-queue-max': '48MiB' } };

beforeAll(async () => {
  bed = await createStatusBed({
    name: 'hf-minutes',
    stanza: queueMax,
    async prepare(sandbox, cluster) {
      deadPort = await sandbox.port();
      const disk = mountSmallDisk(sandbox, 'disk-wal', 256);
      const place = `${cluster.dataDirectory}/pg_wal`;
      await cluster.stop();
      renameSync(place, `${place}-before`);
      await sandbox.mustRun('cp', ['-a', `${place}-before`, `${disk}/pg_wal`]);
      rmSync(`${place}-before`, { recursive: true });
      symlinkSync(`${disk}/pg_wal`, place);
      await cluster.start();
      return { local: {} };
    },
  });
  await createKnownRows(bed.cluster, 10);
  await archiveWal(bed.cluster);
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

async function writeSegments(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    await appendKnownRows(bed.cluster, 10);
    await bed.cluster.sql('SELECT pg_switch_wal()');
  }
}

/** A receiver at last. */
async function listen(): Promise<AsyncDisposable> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(deadPort, '127.0.0.1', resolve));
  return {
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('an archiver that fails for minutes', () => {
  it('lets WAL wait, and forecasts say what comes of it; a channel that is dead is told through the other', async () => {
    const { notify } = bed.fileKeys as { readonly notify: Readonly<Record<string, object>> };
    const dead = { webhook: `http://127.0.0.1:${deadPort}/`, on: ['critical', 'resolved'], wait: '1s' };
    const fileKeys = { ...bed.fileKeys, notify: { ...notify, dead } };
    bed.configure(queueMax, fileKeys);
    await bed.mustRun(['reload']);
    const command = (await bed.cluster.value('SHOW archive_command')).replaceAll("'", "''");
    await bed.cluster.sql(`ALTER SYSTEM SET archive_command = '/bin/false'; SELECT pg_reload_conf()`);
    await writeSegments(11);
    const until = performance.now() + 315_000;
    while (performance.now() < until) {
      await writeSegments(1);
      await delay(10_000);
    }
    const failing = await bed.expectFinding('notification-failing');
    expect(failing).toMatchObject({ severity: 'warning', subject: 'channel dead' });
    const receiver = await listen();
    try {
      const waiting = await bed.expectFinding('wal-waiting');
      expect(waiting.severity).toBe('warning');
      await bed.expectFinding('forecast-wal-full');
      await bed.expectFinding('forecast-queue-drops');
      await writeSegments(12);
      const drops = await bed.expectFinding('queue-drops-wal');
      expect(drops).toMatchObject({ severity: 'critical', evidence: expect.stringContaining('48') });
      // Without the limit nothing is dropped when the archiver works again.
      bed.configure({}, fileKeys);
      await bed.mustRun(['setup', '--yes', '--no-backup', '--replace-archive-command']);
      await bed.mustRun(['reload']);
      await bed.cluster.sql(`ALTER SYSTEM SET archive_command = '${command}'`);
      await bed.cluster.stop();
      await bed.cluster.start();
      for (const rule of ['queue-drops-wal', 'wal-waiting', 'forecast-wal-full', 'forecast-queue-drops'])
        await bed.expectEnded(rule, { timeoutMs: 120_000 });
      await bed.expectEnded('notification-failing', { timeoutMs: 240_000 });
    } finally {
      await receiver[Symbol.asyncDispose]();
    }
  }, 900_000);
});
