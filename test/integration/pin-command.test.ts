import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leaseKey, leaseNamespace } from '../../src/postgres/lease-key.ts';
import { waitUntil } from '../support/wait-until.ts';
import { createExpireBed, type ExpireBed } from './expire-bed.ts';

interface PinDocument {
  readonly pins: readonly {
    readonly repository: string;
    readonly label: string;
    readonly until: string;
    readonly by: string;
    readonly because?: string;
    readonly binds: boolean;
  }[];
}

let bed: ExpireBed;
let first: string;
let second: string;
beforeAll(async () => {
  bed = await createExpireBed({
    name: 'pin',
    repositories: { local: {}, offsite: { encryption: true } },
  });
  first = await bed.take('full', 1);
  second = await bed.take('full', 2);
});
afterAll(() => bed[Symbol.asyncDispose]());

async function refused(...args: readonly string[]): Promise<{ kind: string; problem: string; hint: string }> {
  const result = await bed.bed.run([...args, '--json']);
  expect(result.code).toBeGreaterThanOrEqual(64);
  return result.json<{ error: { kind: string; problem: string; hint: string } }>().error;
}

describe('holdfast pin', () => {
  it('says that nothing is pinned', async () => {
    expect((await bed.bed.mustRun(['pin'])).stdout).toBe('no set is pinned');
  });

  it('writes who pins until when and why into the repository, and journals and audits it', async () => {
    const because = 'Prüfung = "x", before 17';
    const until = '2099-01-01 01:00:00+01';
    const done = await bed.bed.mustRun(['pin', second, '--until', until, '--because', because]);
    expect(done.stdout).toContain('knows nothing of it');
    const listed = (await bed.bed.mustRun(['pin', '--json'])).json<PinDocument>();
    expect(listed.pins).toMatchObject([
      { repository: 'offsite', label: second, until: '2099-01-01T00:00:00.000Z', because, binds: true },
    ]);
    expect(listed.pins[0]?.by).toMatch(/^(root|postgres)@/);
    const info = await bed.engine('info', '--repo=2', `--set=${second}`);
    expect(info).toContain(`holdfast-pin: until=2099-01-01T00:00:00Z by=`);
    const journal = (await bed.bed.mustRun(['journal', '--json'])).json<{ runs: object[] }>();
    expect(journal.runs[0]).toMatchObject({
      kind: 'pin',
      result: 'ok',
      repository: 'offsite',
      label: second,
    });
  });

  it('shows in info', async () => {
    const text = await bed.bed.mustRun(['info']);
    expect(text.stdout).toMatch(new RegExp(`${second}.*pinned until 2099-01-01`));
    expect((await bed.bed.mustRun(['info', '--set', second])).stdout).toMatch(/pinned +until 2099-01-01/);
    const json = await bed.bed.mustRun(['info', '--set', second, '--json']);
    expect(json.json()).toMatchObject({ sets: [{ pin: { binds: true } }] });
  });

  it('replaces a pin, and removes it where it is', async () => {
    await bed.bed.mustRun(['pin', second, '--until', 'forever']);
    const listed = (await bed.bed.mustRun(['pin', '--json', '--repo', 'offsite'])).json<PinDocument>();
    expect(listed.pins).toMatchObject([{ until: 'forever' }]);
    expect(listed.pins[0]).not.toHaveProperty('because');
    const done = await bed.bed.mustRun(['unpin', second, '--json']);
    expect(done.json()).toMatchObject({ label: second, repositories: ['offsite'] });
    expect((await bed.bed.mustRun(['pin', '--json'])).json<PinDocument>().pins).toEqual([]);
  });

  it('refuses what makes no sense', async () => {
    expect(await refused('pin', first)).toMatchObject({ kind: 'usage', problem: '--until is missing' });
    expect((await refused('pin', first, '--until', '2099-01-01 00:00:00')).problem).toMatch(/no zone/);
    expect((await refused('pin', '--until', '1d')).problem).toBe('--until needs a set');
    expect((await refused('pin', first, '--until', '1d', '--because', 'a\nb')).problem).toMatch(/control/);
    expect((await refused('pin', first, '--until', '1d', '--because', 'x'.repeat(201))).problem).toMatch(
      /200/,
    );
    const missing = await refused('pin', first, '--until', '1d', '--repo', 'offsite');
    expect(missing).toMatchObject({ kind: 'nothing-found' });
    expect(missing.hint).toContain(second);
    expect(await refused('unpin', first)).toMatchObject({
      kind: 'nothing-found',
      problem: 'it is not pinned',
    });
  });

  it('waits for whoever has the repository, and says so', async () => {
    const key = leaseKey({ stanza: 'main', repository: 'files' });
    const held = bed.bed.cluster
      .sql(`SELECT pg_advisory_lock(${leaseNamespace}, ${key}); SELECT pg_sleep(100)`)
      .catch(() => {});
    const locks = `SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = ${leaseNamespace}`;
    await waitUntil('the lease is held', async () => (await bed.bed.cluster.value(locks)) === '1');
    const release = `SELECT pg_terminate_backend(pid) FROM pg_locks
      WHERE locktype = 'advisory' AND classid = ${leaseNamespace} AND granted`;
    let released: Promise<unknown> | undefined;
    const pinned = await bed.bed.mustRun(['pin', first, '--until', '1d'], {
      onLine(line) {
        if (line.includes('waiting for the lease')) released ??= bed.bed.cluster.sql(release);
      },
    });
    expect(pinned.stderr).toContain('waiting for the lease');
    await released;
    await held;
    await bed.bed.mustRun(['unpin', first]);
  });
});
