import { chmodSync, chownSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requireRoot } from '../support/test-user.ts';
import { createStatusBed, type StatusBed } from './status-bed.ts';

/*
 * What the users of Holdfast and of the engine may not read or write. The daemon runs as postgres here: root may do
 * everything. (That nobody may read a repository is in status-faults.test.ts.)
 */
let bed: StatusBed;

beforeAll(async () => {
  requireRoot();
  bed = await createStatusBed({
    name: 'hf-status-permissions',
    serve: () => ({ enter: 'exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"' }),
  });
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

/** Takes a directory away from postgres while something is done. */
async function locked(directory: string, act: () => Promise<void>): Promise<void> {
  const { owner } = bed.sandbox;
  chownSync(directory, 0, 0);
  chmodSync(directory, 0o755);
  try {
    await act();
  } finally {
    chmodSync(directory, 0o700);
    chownSync(directory, owner.uid, owner.gid);
  }
}

describe('a directory that may not be written', () => {
  it('of locks: the backup that failed for it is told, and ends with one that succeeds', async () => {
    const { lockDirectory } = bed.configuration;
    await locked(lockDirectory, async () => {
      const failed = await bed.run(['backup', '--type', 'incr', '--json']);
      expect(failed.json<{ error: { kind: string } }>().error.kind).toBe('not-permitted');
      const seen = await bed.expectFinding('last-run-failed');
      expect(seen.evidence).toContain(lockDirectory);
    });
    await bed.backup('incr');
    await bed.expectEnded('last-run-failed');
  }, 300_000);

  it('of state: nothing is begun that could not be remembered', async () => {
    const { stateDirectory } = bed.configuration;
    const labels = async (): Promise<readonly string[]> =>
      (await bed.mustRun(['info', '--json'])).stdout.match(/"label": "[^"]+"/g) ?? [];
    const before = await labels();
    const backup = ['backup', '--type', 'incr', '--direct', '--json'];
    await locked(`${stateDirectory}/journal.sqlite`, async () => {
      chmodSync(`${stateDirectory}/journal.sqlite`, 0o600);
      const failed = await bed.run(backup, { as: 'postgres' });
      expect(before).toHaveLength(2);
      expect(failed.stdout).toContain(stateDirectory);
      expect(failed.code).toBeGreaterThanOrEqual(64);
      expect(await labels()).toEqual(before);
    });
    await bed.mustRun(backup, { as: 'postgres' });
  }, 300_000);
});

describe('a pg_wal that may not be listed', () => {
  it('is told, because nobody knows then when it is full, and ends', async () => {
    const status = `${bed.cluster.dataDirectory}/pg_wal/archive_status`;
    chmodSync(status, 0o300);
    try {
      const seen = await bed.expectFinding('wal-directory-unknown');
      expect(seen.evidence).toContain(status);
    } finally {
      chmodSync(status, 0o700);
    }
    await bed.expectEnded('wal-directory-unknown');
  }, 300_000);
});
