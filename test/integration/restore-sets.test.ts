import { renameSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  appendKnownRows,
  archiveWal,
  createKnownRows,
  noteMoment,
  passSecond,
  readKnownRows,
  type KnownRows,
} from '../support/data.ts';
import { createProtectedBed, type ProtectedBed } from '../support/protected-bed.ts';

/*
 * Full, diff and incr in a plain repository, full and incr in an encrypted one. Rows and a moment lie behind each set:
 *   local: full | diff | incr |         | behind
 *   vault: full |      |      | incr    | behind
 */
type Name = 'full' | 'diff' | 'incr' | 'vaultIncr';
let bed: ProtectedBed;
const labels: Partial<Record<Name | 'vaultFull', string>> = {};
const rows: Partial<Record<Name | 'last', KnownRows>> = {};
const moments: Partial<Record<Name, string>> = {};

const label = (name: Name | 'vaultFull'): string => labels[name] ?? '';

/** Rows, a set over them, and a moment behind it. */
async function takeSet(name: Name, type: 'full' | 'diff' | 'incr', repository: string): Promise<void> {
  rows[name] = await appendKnownRows(bed.cluster, 10);
  labels[name] = await bed.backup(type, repository);
  await passSecond(bed.cluster);
  moments[name] = (await noteMoment(bed.cluster)).time;
}

beforeAll(async () => {
  bed = await createProtectedBed({ name: 'sets', repositories: { local: {}, vault: { encryption: true } } });
  await createKnownRows(bed.cluster, 10);
  labels.vaultFull = await bed.backup('full', 'vault');
  await takeSet('full', 'full', 'local');
  await takeSet('diff', 'diff', 'local');
  await takeSet('incr', 'incr', 'local');
  await takeSet('vaultIncr', 'incr', 'vault');
  rows.last = await appendKnownRows(bed.cluster, 10);
  await archiveWal(bed.cluster);
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

describe('a set that was named', () => {
  it.each(['full', 'diff', 'incr'] as const)('%s: is restored as it ended', async (name) => {
    await using copy = await bed.restoreCopy('--set', label(name), '--to', 'immediate');
    expect(copy.plan.set).toMatchObject({ label: label(name), type: name });
    expect(await readKnownRows(copy)).toEqual(rows[name]);
  });

  it('full: leads to a moment behind newer sets', async () => {
    await using copy = await bed.restoreCopy('--set', label('full'), '--to', String(moments.vaultIncr));
    expect(copy.plan.set.label).toBe(label('full'));
    expect(await readKnownRows(copy)).toEqual(rows.vaultIncr);
  });

  it('is refused when its repository has not got it, or it lies behind the target', async () => {
    const elsewhere = await bed.refuse('--set', label('full'), '--repo', 'vault', '--to', 'latest');
    expect(elsewhere.kind).toBe('target-unreachable');
    expect(elsewhere.problem).toContain(label('full'));
    const late = await bed.refuse('--set', label('incr'), '--to', String(moments.full));
    expect(late).toMatchObject({ kind: 'target-unreachable', rules: ['target-before-first-backup'] });
    const unknown = await bed.refuse('--set', '20200101-000000F', '--to', 'latest');
    expect(unknown.kind).toBe('target-unreachable');
  });
});

describe('the set that is chosen', () => {
  it.each(['full', 'diff', 'incr'] as const)('is the last one before the target: %s', async (name) => {
    const plan = await bed.plan('--to', String(moments[name]));
    expect(plan.set.label).toBe(label(name));
    expect(plan.repository.name).toBe('local');
  });

  it('restores an incr with everything it builds on', async () => {
    await using copy = await bed.restoreCopy('--to', String(moments.incr));
    expect(copy.plan.set.type).toBe('incr');
    expect(await readKnownRows(copy)).toEqual(rows.incr);
  });
});

describe('an encrypted repository', () => {
  it.each([
    ['a moment', (): string => String(moments.vaultIncr), 'vaultIncr'],
    ['the latest commit', (): string => 'latest', 'last'],
  ] as const)(
    'is restored from with --repo to %s, and its passphrase shows nowhere',
    async (_name, to, expected) => {
      await using copy = await bed.restoreCopy('--repo', 'vault', '--to', to());
      expect(copy.plan.repository.name).toBe('vault');
      expect(copy.plan.set.label).toBe(label('vaultIncr'));
      expect(await readKnownRows(copy)).toEqual(rows[expected]);
      expect(JSON.stringify([copy.plan, copy.outcome])).not.toContain('for tests only');
      const told = await bed.mustRun(['journal', copy.outcome.id, '--json']);
      expect(told.stdout).not.toContain('for tests only');
    },
  );

  it('steps in for the first repository when that is lost', async () => {
    const path = bed.configuration.repository('local');
    renameSync(path, `${path}.lost`);
    try {
      await using copy = await bed.restoreCopy('--to', String(moments.full));
      expect(copy.plan.repository.name).toBe('vault');
      expect(copy.plan.set.label).toBe(label('vaultFull'));
      expect(await readKnownRows(copy)).toEqual(rows.full);
      expect(copy.plan.warnings.map((finding) => finding.rule)).toContain('repository-unreadable');
    } finally {
      renameSync(`${path}.lost`, path);
    }
  });
});
