import { chmodSync, chownSync, existsSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKnownRows, readKnownRows, type KnownRows } from '../support/data.ts';
import { createProtectedBed, refusalOf, type ProtectedBed } from '../support/protected-bed.ts';
import { requireRoot } from '../support/test-user.ts';

const isRoot = process.getuid?.() === 0;
let bed: ProtectedBed;
let rows: KnownRows;

beforeAll(async () => {
  bed = await createProtectedBed({ name: 'locked' });
  rows = await createKnownRows(bed.cluster, 10);
  await bed.backup('full');
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

/** Takes a directory away from postgres while something is done. */
async function locked(directory: string, act: () => Promise<void>): Promise<void> {
  const { owner } = bed.sandbox;
  if (isRoot) chownSync(directory, 0, 0);
  chmodSync(directory, isRoot ? 0o755 : 0o555);
  try {
    await act();
  } finally {
    chmodSync(directory, 0o700);
    if (isRoot) chownSync(directory, owner.uid, owner.gid);
  }
}

async function expectUntouched(pid: number | undefined): Promise<void> {
  expect(bed.cluster.pid()).toBe(pid);
  expect(await readKnownRows(bed.cluster)).toEqual(rows);
}

describe('a directory that cannot be written', () => {
  it('refuses a copy into it, and a restore beside the old directory', async () => {
    const pid = bed.cluster.pid();
    const closed = bed.sandbox.directory('closed');
    await locked(closed, async () => {
      const args = ['restore', '--to', 'immediate', '--into', `${closed}/copy`, '--yes', '--json'];
      const refused = refusalOf(await bed.run(args, { as: 'postgres' }));
      expect(refused).toMatchObject({ kind: 'preflight-refused', rules: ['parent-not-writable'] });
      expect(existsSync(`${closed}/copy`)).toBe(false);
    });
    await locked(dirname(bed.cluster.dataDirectory), async () => {
      const args = ['restore', '--to', 'immediate', '--yes', '--json'];
      const refused = refusalOf(await bed.run(args, { as: 'postgres' }));
      expect(refused).toMatchObject({ kind: 'preflight-refused', rules: ['parent-not-writable'] });
      await expectUntouched(pid);
    });
  });

  it('that only root may enter is named before anything is restored into it', async () => {
    requireRoot();
    const private_ = bed.sandbox.directory('private');
    chownSync(private_, 0, 0);
    chmodSync(private_, 0o700);
    const args = ['restore', '--to', 'immediate', '--into', `${private_}/copy`, '--yes', '--json'];
    const refused = refusalOf(await bed.run(args, { as: 'root' }));
    expect(refused).toMatchObject({ kind: 'preflight-refused', rules: ['parent-not-enterable'] });
    expect(existsSync(`${private_}/copy`)).toBe(false);
  });
});

describe('a repository', () => {
  it('that cannot be read or is gone is named, and nothing is changed', async () => {
    const pid = bed.cluster.pid();
    const path = bed.configuration.repository('local');
    const expectNamed = async (...kinds: readonly string[]): Promise<void> => {
      for (const args of [
        ['restore', '--to', 'latest', '--yes'],
        ['backup', '--type', 'full'],
      ]) {
        const refused = refusalOf(await bed.run([...args, '--json']));
        expect(kinds).toContain(refused.kind);
        expect(refused.hint).not.toBe('');
      }
      await expectUntouched(pid);
    };
    if (isRoot) {
      chownSync(path, 0, 0);
      chmodSync(path, 0o700);
      await expectNamed('not-permitted');
      chownSync(path, bed.sandbox.owner.uid, bed.sandbox.owner.gid);
      chmodSync(path, 0o750);
    }
    renameSync(path, `${path}.gone`);
    await expectNamed('stanza-missing', 'repository-unreachable', 'target-unreachable');
    renameSync(`${path}.gone`, path);
    await using copy = await bed.restoreCopy('--to', 'immediate');
    expect(await readKnownRows(copy)).toEqual(rows);
  });

  it('that cannot be written lets nobody back up, says so, and can still be restored from', async () => {
    const path = `${bed.configuration.repository('local')}/backup/main`;
    await locked(path, async () => {
      const failed = refusalOf(await bed.run(['backup', '--type', 'full', '--json']));
      expect(failed.kind).toBe('not-permitted');
      expect(failed.problem).toMatch(/Permission denied/);
    });
    await using copy = await bed.restoreCopy('--to', 'immediate');
    expect(await readKnownRows(copy)).toEqual(rows);
  });
});
