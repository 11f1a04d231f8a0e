import { renameSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ArchiveDocument } from '../../src/status/document-archive.ts';
import { appendKnownRows, archiveWal, createKnownRows } from '../support/data.ts';
import { runPlainEngine } from '../support/engine-copy.ts';
import { listFiles } from '../support/hash-tree.ts';
import { createProtectedBed, refusalOf, type ProtectedBed } from '../support/protected-bed.ts';

/*
 * One archived segment behind the only set is gone (silent failure 2): verify, check and info say ok, a plain restore ends
 * there. Holdfast names it until a new backup begins a new window, and forgets it when the sets before it are expired.
 */
let bed: ProtectedBed;
let lost: string;
/** A moment whose commit is behind the hole. */
let behind: string;

async function look(): Promise<{ readonly code: number | undefined; readonly archive: ArchiveDocument }> {
  const result = await bed.run(['windows', '--now', '--json']);
  const [archive] = result.json<{ repositories: readonly ArchiveDocument[] }>().repositories;
  if (archive === undefined) throw new Error(result.stdout + result.stderr);
  return { code: result.code, archive };
}

const rulesOf = ({ findings }: ArchiveDocument): string[] => findings.map(({ rule }) => rule);

beforeAll(async () => {
  bed = await createProtectedBed({ name: 'hole-w' });
  await createKnownRows(bed.cluster, 10);
  await bed.backup('full');
  await archiveWal(bed.cluster);
  await appendKnownRows(bed.cluster, 10);
  lost = await archiveWal(bed.cluster);
  await appendKnownRows(bed.cluster, 10);
  behind = await bed.cluster.value('SELECT clock_timestamp()');
  await appendKnownRows(bed.cluster, 10);
  await archiveWal(bed.cluster);
  await bed.cluster.sql('CHECKPOINT');
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

describe('one missing segment', () => {
  it('is no hole before it is gone', async () => {
    const { code, archive } = await look();
    expect([code, archive.windows?.holes, archive.windows?.contiguous.length]).toEqual([0, [], 1]);
  });

  it('is seen by nothing of the engine', async () => {
    const stored = listFiles(`${bed.configuration.repository('local')}/archive/main`).find((path) =>
      path.includes(`/${lost}-`),
    );
    renameSync(stored ?? '', `${bed.sandbox.path}/taken`);
    for (const args of [['check'], ['info'], ['verify'], ['verify', '--verbose']]) {
      const { code, stdout } = await runPlainEngine(bed, bed.configuration.engineFile, ...args);
      expect([args, code]).toEqual([args, 0]);
      expect(stdout).not.toMatch(/error|ERROR|WARN/);
    }
  });

  it('is a critical finding that names it, and the window ends before it', async () => {
    const { code, archive } = await look();
    expect(code).toBe(2);
    expect(rulesOf(archive)).toEqual(['wal-hole']);
    expect(archive.findings[0]?.subject).toBe(`stanza main, repository local, WAL from ${lost}`);
    expect(archive.windows?.holes).toMatchObject([
      { first: lost, last: lost, segments: 1, why: 'lost', timeline: 1 },
    ]);
    const [window] = archive.windows?.contiguous ?? [];
    expect(window?.to.segment).toMatch(/^[0-9A-F]{24}$/);
    expect(String(window?.to.segment) < lost).toBe(true);
    // What info claims goes on behind it.
    expect(Date.parse(archive.windows?.claimed?.to.time ?? '')).toBeGreaterThanOrEqual(
      Date.parse(window?.to.time ?? ''),
    );
    expect(String(archive.windows?.claimed?.to.segment) > lost).toBe(true);
  });

  it('is drawn', async () => {
    const { stdout, code } = await bed.run(['windows']);
    expect(code).toBe(2);
    expect(stdout).toMatch(/contiguous {2}=*X/);
    expect(stdout).toContain(`missing ${lost}`);
  });

  it('makes a target in it be refused, with the nearest points', async () => {
    const refused = refusalOf(
      await bed.run(['restore', '--to', behind, '--into', bed.sandbox.file('copy'), '--yes', '--json']),
    );
    expect(refused).toMatchObject({ kind: 'target-unreachable', rules: ['target-behind-hole'] });
    expect(refused.nearest.length).toBeGreaterThan(0);
  });

  it('is the past as soon as a new backup begins a window, and a target in it has a point on each side', async () => {
    const label = await bed.backup('full');
    await appendKnownRows(bed.cluster, 10);
    await archiveWal(bed.cluster);
    const { code, archive } = await look();
    expect([code, rulesOf(archive)]).toEqual([0, ['wal-hole-behind']]);
    expect(archive.windows?.contiguous.map(({ set }) => set).at(-1)).toBe(label);
    expect(archive.windows?.holes).toMatchObject([{ first: lost, lostTo: { set: label } }]);
    const refused = refusalOf(
      await bed.run(['restore', '--to', behind, '--into', bed.sandbox.file('copy'), '--yes', '--json']),
    );
    const offers = refused.nearest.map((words) => words.join(' '));
    expect(offers.some((words) => words.includes('xid:') || words.includes('immediate'))).toBe(true);
    expect(offers.some((words) => words.includes(label))).toBe(true);
  });

  it('is gone with the sets before it', async () => {
    await bed.backup('full');
    await bed.mustRun(['expire', '--yes']);
    const { code, archive } = await look();
    expect([code, rulesOf(archive), archive.windows?.holes]).toEqual([0, [], []]);
    expect(archive.windows?.contiguous).toHaveLength(1);
  });
});
