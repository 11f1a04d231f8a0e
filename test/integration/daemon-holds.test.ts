import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { createDaemonBed } from '../support/daemon-bed.ts';
import { waitUntil } from '../support/wait-until.ts';

interface Jobs {
  readonly running: readonly { readonly kind: string }[];
  readonly waiting: readonly { readonly kind: string; readonly held: boolean }[];
  readonly holds: readonly { readonly stanza: string; readonly why: string; readonly granted: boolean }[];
}

describe('stanzas that commands work on', () => {
  test('a restore waits for the backup that runs, and holds the stanza until it has ended', async () => {
    await using bed = await createDaemonBed({
      name: 'dhold',
      stanza: { options: { 'compress-level': 9, 'compress-type': 'bz2' } },
    });
    await using daemon = await bed.serve();
    await bed.backup('full');
    await bed.cluster.sql(
      'CREATE TABLE bulk AS SELECT g, repeat(md5(g::text), 20) FROM generate_series(1, 30000) g',
    );
    const count = daemon.events.length;
    const backup = bed.run(['backup', '--type', 'full', '--json']);
    await daemon.event('the backup', ({ event }, index) => index >= count && event === 'job-started');
    const restore = bed.run(['restore', '--to', 'latest', '--yes', '--json']);
    const jobs = async (): Promise<Jobs> => (await bed.mustRun(['jobs', '--json'])).json<Jobs>();
    const hold = await waitUntil('the hold', async () => (await jobs()).holds[0]);
    expect(hold).toMatchObject({ stanza: 'main', granted: false });
    // What is asked for now waits behind the restore.
    const later = bed.run(['backup', '--type', 'full', '--json']);
    await waitUntil('the one that waits', async () => (await jobs()).waiting.some(({ held }) => held));
    expect((await backup).code).toBe(0);
    expect((await restore).code).toBeLessThan(2);
    expect((await later).code).toBe(0);
    expect(await jobs()).toMatchObject({ holds: [], running: [], waiting: [] });
  });

  test('of two that start at the same moment one wins', async () => {
    await using bed = await createDaemonBed({ name: 'dtwo', bare: true });
    const both = await Promise.all([bed.serve({ ready: false }), bed.serve({ ready: false })]);
    try {
      const lost = await Promise.race(both.map((daemon) => daemon.ended));
      expect(`${String(lost.code)} ${both.map(({ other }) => other.join(' ')).join(' / ')}`).toMatch(/^101 /);
      await bed.mustRun(['jobs']);
    } finally {
      for (const daemon of both) await daemon[Symbol.asyncDispose]();
    }
  });

  test('a daemon that hangs is told, and --direct goes without it', async () => {
    await using bed = await createDaemonBed({ name: 'dhang' });
    await using daemon = await bed.serve();
    await waitUntil('it hangs, and not in the middle of a transaction', async () => {
      daemon.signal('SIGSTOP');
      if (isWritable(`${bed.configuration.stateDirectory}/journal.sqlite`)) return true;
      daemon.signal('SIGCONT');
      return false;
    });
    try {
      const result = await bed.run(['backup', '--json']);
      expect(result.code).toBe(102);
      expect(result.json()).toMatchObject({ error: { hint: expect.stringContaining('--direct') } });
      await bed.mustRun(['backup', '--direct', '--json']);
    } finally {
      daemon.signal('SIGCONT');
    }
  });
});

/** False while a process is in a transaction that writes: no command could then, whatever it does. */
function isWritable(file: string): boolean {
  using database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec('BEGIN IMMEDIATE; ROLLBACK');
    return true;
  } catch {
    return false;
  }
}
