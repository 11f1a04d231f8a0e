import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backdateSets } from '../support/backdate-sets.ts';
import { processesOf } from '../support/processes.ts';
import { waitUntil } from '../support/wait-until.ts';
import { createExpireBed, type ExpireBed } from './expire-bed.ts';

interface ExpireDocument {
  readonly repositories: readonly {
    readonly repository: string;
    readonly sets: readonly string[];
    readonly archives: readonly { readonly first: string; readonly last: string }[];
    readonly kept: readonly {
      readonly label: string;
      readonly reasons: readonly { readonly kind: string; readonly text: string }[];
      readonly wal: { readonly first: string; readonly last: string };
    }[];
    readonly run?: string;
  }[];
}

async function expire(
  bed: ExpireBed,
  ...args: readonly string[]
): Promise<ExpireDocument['repositories'][number]> {
  const result = await bed.bed.mustRun(['expire', '--json', '--yes', ...args]);
  const [only] = result.json<ExpireDocument>().repositories;
  if (only === undefined) throw new Error(result.stdout);
  return only;
}

/** Restores a set to its own end, starts it, and counts its rows. */
async function rowsOf(bed: ExpireBed, label: string): Promise<number> {
  await using copy = await bed.bed.restoreCopy('--set', label, '--to', 'immediate');
  return Number(await copy.value('SELECT count(*) FROM sets'));
}

describe('expire with a retention that counts', () => {
  let bed: ExpireBed;
  beforeAll(async () => {
    bed = await createExpireBed({ name: 'expire', repositories: { local: { retention: { full: 2 } } } });
  });
  afterAll(() => bed[Symbol.asyncDispose]());

  it('keeps a pinned set with all that it needs, and its WAL, and removes the others', async () => {
    const first = await bed.take('full');
    const diff = await bed.take('diff');
    const other = await bed.take('diff');
    const second = await bed.take('full');
    const third = await bed.take('full');
    const fourth = await bed.take('full');
    const pinned = await bed.bed.mustRun([
      'pin',
      diff,
      '--until',
      '90d',
      '--because',
      'before the upgrade',
      '--json',
    ]);
    expect(pinned.json<{ pins: unknown }>().pins).toMatchObject([
      { repository: 'local', label: diff, binds: true, because: 'before the upgrade' },
    ]);

    const text = await bed.bed.mustRun(['expire', '--dry-run']);
    expect(text.stdout).toContain(`local: keeps set ${diff}: pinned until `);
    expect(text.stdout).toContain(`local: keeps set ${first}: needed by ${diff}`);
    const preview = await expire(bed, '--dry-run');
    expect(preview.sets.toSorted()).toEqual([other, second].toSorted());
    expect(preview.kept.map((set) => set.label)).toEqual([first, diff]);
    expect(await bed.labels()).toHaveLength(6);

    const done = await expire(bed);
    expect(done.sets.toSorted()).toEqual([other, second].toSorted());
    expect(await bed.labels()).toEqual([first, diff, third, fourth]);
    const wal = await bed.wal();
    for (const { wal: needed } of done.kept) expect(wal).toContain(needed.first);
    expect(wal.length).toBeLessThan(12);
    expect(done.archives.length).toBeGreaterThan(0);
    expect(await rowsOf(bed, diff)).toBe(2);
    expect(await rowsOf(bed, third)).toBe(5);

    expect(await expire(bed)).toMatchObject({ sets: [], kept: [{ label: first }, { label: diff }] });
    await bed.bed.mustRun(['unpin', diff]);
    expect((await expire(bed)).sets.toSorted()).toEqual([first, diff]);
    expect(await bed.labels()).toEqual([third, fourth]);
  });

  it('keeps the set that was proven last, and no older proven one', async () => {
    const [older, proven] = await bed.labels();
    for (const label of [older, proven])
      await bed.engine('annotate', `--set=${label}`, '--annotation=holdfast-proven=at=2026-11-20T10:00:00Z');
    const latest = [await bed.take('full'), await bed.take('full')];
    const done = await expire(bed);
    expect(done.sets).toEqual([older]);
    expect(done.kept).toMatchObject([{ label: proven, reasons: [{ kind: 'proven' }] }]);
    expect(await bed.labels()).toEqual([proven, ...latest]);
    expect(await rowsOf(bed, proven ?? '')).toBe(6);
  });

  it('leaves WAL that only a released set needed to the next expire, without removing a set', async () => {
    const [proven, ...latest] = await bed.labels();
    const before = (await bed.wal()).length;
    await bed.engine('annotate', `--set=${proven}`, '--annotation=holdfast-proven=');
    const done = await expire(bed);
    expect(done.sets).toEqual([proven]);
    expect(await bed.labels()).toEqual(latest);
    expect((await bed.wal()).length).toBeLessThan(before);
  });
});

describe('an expire that is killed', () => {
  it('leaves whole what it lists, and the next one does the rest', async () => {
    await using bed = await createExpireBed({
      name: 'expirek',
      repositories: { local: { retention: { full: 1 } } },
    });
    const sets = [];
    for (let round = 0; round < 6; round += 1) sets.push(await bed.take('full'));
    const [, pinned = ''] = sets;
    const newest = sets.at(-1) ?? '';
    await bed.bed.mustRun(['pin', pinned, '--until', 'forever']);
    const backups = join(bed.bed.configuration.repository('local'), 'backup', 'main');
    const count = (): number => readdirSync(backups).filter((name) => name.endsWith('F')).length;
    const killed = await bed.bed.run(['expire', '--yes'], { killAt: () => count() < 6 });
    expect(killed.signal).toBe('SIGKILL');
    const ours = (): number =>
      processesOf(bed.bed.sandbox.path).filter((one) => /pgbackrest.* expire /.test(one.command)).length;
    await waitUntil('the engine has ended', () => ours() === 0);
    expect(await bed.labels()).toEqual(expect.arrayContaining([pinned, newest]));
    expect((await bed.bed.run(['verify'])).code).toBe(0);
    await expire(bed);
    expect(await bed.labels()).toEqual([pinned, newest]);
    expect((await bed.bed.run(['verify'])).code).toBe(0);
    expect(await rowsOf(bed, pinned)).toBe(2);
  });
});

describe('expire with a retention in days', () => {
  let bed: ExpireBed;
  beforeAll(async () => {
    bed = await createExpireBed({
      name: 'expired',
      repositories: { local: { retention: { full: '7d', minimum: 3 } } },
    });
  });
  afterAll(() => bed[Symbol.asyncDispose]());

  it('keeps a pinned set, expires WAL around it, and does not go below the minimum', async () => {
    const sets = [];
    for (let round = 0; round < 5; round += 1) sets.push(await bed.take('full'));
    const [pinned = '', second = '', third = '', fourth = '', fifth = ''] = sets;
    const days = { [pinned]: 60, [second]: 50, [third]: 40, [fourth]: 30, [fifth]: 20 };
    backdateSets(bed.bed.configuration.repository('local'), 'main', days);
    await bed.bed.mustRun(['pin', pinned, '--until', 'forever']);
    const done = await expire(bed);
    expect(done.sets).toEqual([second]);
    expect(done.kept.map(({ label, reasons }) => [label, reasons.map((reason) => reason.kind)])).toEqual([
      [pinned, ['pinned']],
      [third, ['last-full']],
      [fourth, ['last-full']],
    ]);
    expect(await bed.labels()).toEqual([pinned, third, fourth, fifth]);
    const wal = await bed.wal();
    const needed = done.kept.map((set) => set.wal.first);
    for (const first of needed) expect(wal).toContain(first);
    // What lay between is gone: the engine by itself keeps all WAL from the oldest set on.
    expect(done.archives.length).toBeGreaterThan(1);
    expect(await rowsOf(bed, pinned)).toBe(1);
    expect(await rowsOf(bed, third)).toBe(3);
  });
});
