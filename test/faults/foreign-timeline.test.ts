import { renameSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ArchiveDocument } from '../../src/status/document-archive.ts';
import {
  appendKnownRows,
  archiveWal,
  createKnownRows,
  readKnownRows,
  type KnownRows,
} from '../support/data.ts';
import { runPlainEngine, startEngineCopy } from '../support/engine-copy.ts';
import { listFiles } from '../support/hash-tree.ts';
import { createProtectedBed, type ProtectedBed } from '../support/protected-bed.ts';
import { forArchiving, waitUntil } from '../support/wait-until.ts';

/*
 * A drill restores production with production's own configuration and archives its timeline 2 into production's
 * repository (silent failure 1): check, info and verify say ok, and a plain restore brings the drill back.
 */
let bed: ProtectedBed;
let production: KnownRows;

const ids = async (place: Parameters<typeof readKnownRows>[0]): Promise<string[]> =>
  (await place.sql('SELECT id::text FROM known_rows ORDER BY id::text::bigint')).map(({ id }) => String(id));

interface Seen {
  readonly code: number | undefined;
  readonly archive: ArchiveDocument;
}

async function look(): Promise<Seen> {
  const result = await bed.run(['windows', '--now', '--json']);
  const [archive] = result.json<{ repositories: readonly ArchiveDocument[] }>().repositories;
  if (archive === undefined) throw new Error(result.stdout + result.stderr);
  return { code: result.code, archive };
}

beforeAll(async () => {
  bed = await createProtectedBed({ name: 'foreign' });
  await createKnownRows(bed.cluster, 3);
  await bed.backup('full');
  await archiveWal(bed.cluster);
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

describe("a drill that archives into production's repository", () => {
  it('is not there at first', async () => {
    const { code, archive } = await look();
    expect([code, archive.foreign, archive.followed]).toEqual([0, [], { timeline: 1, from: 'primary' }]);
  });

  it('is seen by nothing of the engine, and a plain restore follows it', async () => {
    const drill = await startEngineCopy(bed, 'drill');
    await drill.sql(`INSERT INTO known_rows (id, note) VALUES (777, md5('777'))`);
    await drill.sql('SELECT pg_switch_wal()');
    const archive = `${bed.configuration.repository('local')}/archive/main`;
    await waitUntil(
      'the drill has archived',
      () => listFiles(archive).some((path) => /\/00000002[0-9A-F]{16}-/.test(path)),
      forArchiving,
    );
    await drill.stop();
    await appendKnownRows(bed.cluster, 5);
    await archiveWal(bed.cluster);
    production = await readKnownRows(bed.cluster);
    for (const args of [['check'], ['info'], ['verify'], ['verify', '--verbose']]) {
      const { code, stdout } = await runPlainEngine(bed, bed.configuration.engineFile, ...args);
      expect([args, code]).toEqual([args, 0]);
      expect(stdout).not.toMatch(/error|ERROR|WARN/);
    }
    const plain = await startEngineCopy(bed, 'plain', '--archive-mode=off');
    expect(await ids(plain)).toEqual(['1', '2', '3', '777']);
    await plain.stop();
  });

  it('is named by Holdfast: the first foreign segment, when it came, and which timeline is safe', async () => {
    const { code, archive } = await look();
    expect(code).toBe(2);
    const [found] = archive.findings.filter(({ rule }) => rule === 'foreign-timeline');
    expect(found).toMatchObject({ severity: 'critical', stanza: 'main', repository: 'local' });
    const root = `${bed.configuration.repository('local')}/archive/main`;
    const [first] = listFiles(root)
      .flatMap((path) => /\/(00000002[0-9A-F]{16})-/.exec(path)?.[1] ?? [])
      .toSorted();
    expect(found?.evidence).toContain(String(first));
    expect(archive.foreign).toMatchObject([{ timeline: 2, firstFile: first, safeTimeline: 1 }]);
    const age = Date.now() - Date.parse(archive.foreign[0]?.firstStoredAt ?? '');
    expect(age).toBeGreaterThanOrEqual(0);
    expect(age).toBeLessThan(120_000);
    // What production wrote is as restorable as before.
    expect(archive.windows?.contiguous).toHaveLength(1);
    expect(archive.windows?.contiguous[0]?.to.timeline).toBe(1);
  });

  it('is listed with the timelines, and drawn', async () => {
    const listed = await bed.run(['timelines', '--json']);
    expect(listed.code).toBe(2);
    const [repository] = listed.json<{ repositories: readonly ArchiveDocument[] }>().repositories;
    expect(repository?.timelines.map(({ timeline, standing }) => [timeline, standing])).toEqual([
      [1, 'production'],
      [2, 'foreign'],
    ]);
    const drawn = await bed.run(['windows']);
    expect(drawn.stdout).toMatch(/FOREIGN: 00000002/);
    expect(drawn.stdout).toMatch(/critical foreign-timeline: /);
  });

  it('stays out of a restore of Holdfast, whose plan warns of it, and of one that names the timeline', async () => {
    const plan = await bed.plan('--to', 'latest', '--into', bed.sandbox.file('planned'));
    expect(plan.target.timeline).toBe(1);
    expect(plan.warnings.map(({ rule }) => rule)).toContain('timeline-not-followed');
    await using copy = await bed.restoreCopy('--to', 'latest');
    expect(await readKnownRows(copy)).toEqual(production);
    const explicit = await startEngineCopy(
      bed,
      'explicit',
      '--archive-mode=off',
      '--type=default',
      '--target-timeline=1',
    );
    expect(await readKnownRows(explicit)).toEqual(production);
    await explicit.stop();
  });

  it("is not followed either when production's own directory is lost", async () => {
    await bed.cluster.stop();
    const aside = `${bed.cluster.dataDirectory}.lost`;
    renameSync(bed.cluster.dataDirectory, aside);
    try {
      const plan = await bed.plan('--to', 'latest');
      expect(plan.target.timeline).toBe(1);
      expect(plan.warnings.map(({ rule }) => rule)).toContain('timeline-not-followed');
    } finally {
      renameSync(aside, bed.cluster.dataDirectory);
      await bed.cluster.start();
    }
  });

  it("ends when its WAL is taken away as the remedy says, and then a plain restore is production's again", async () => {
    const conf = bed.configuration.engineFile;
    const { archive } = await look();
    const remedy = archive.findings.find(({ rule }) => rule === 'foreign-timeline')?.remedy ?? '';
    const id = archive.archiveId ?? '';
    expect(remedy).toContain(`repo-rm archive/main/${id}/00000002.history`);
    for (const path of ['0000000200000000', '00000002.history']) {
      const recurse = path.endsWith('history') ? [] : ['--recurse'];
      const removed = await runPlainEngine(bed, conf, 'repo-rm', ...recurse, `archive/main/${id}/${path}`);
      expect([removed.code, removed.stderr]).toEqual([0, '']);
    }
    const after = await look();
    expect([after.code, after.archive.foreign]).toEqual([0, []]);
    const plain = await startEngineCopy(bed, 'again', '--archive-mode=off');
    expect(await readKnownRows(plain)).toEqual(production);
    await plain.stop();
  });
});

describe('a timeline that production made', () => {
  it('is no alarm after a restore in place, and is known after its undo', async () => {
    const { outcome } = await bed.restore('--to', 'latest');
    await archiveWal(bed.cluster);
    const restored = await look();
    expect([restored.code, restored.archive.followed, restored.archive.foreign]).toEqual([
      0,
      { timeline: outcome.reached.newTimeline, from: 'primary' },
      [],
    ]);
    await bed.mustRun(['undo', outcome.id, '--yes']);
    const undone = await look();
    expect(undone.code).toBe(0);
    expect(undone.archive.followed).toMatchObject({ timeline: 1 });
    expect(undone.archive.findings.map(({ rule }) => rule)).toEqual([
      'newer-timeline-left',
      'partial-segments',
    ]);
  });

  it('is followed as it is remembered while production is down, and nothing is called foreign', async () => {
    await bed.cluster.stop();
    try {
      const { archive } = await look();
      expect(archive.followed).toEqual({ timeline: 1, from: 'remembered' });
      expect(archive.windows?.contiguous).toHaveLength(1);
      expect(archive.foreign).toEqual([]);
    } finally {
      await bed.cluster.start();
    }
  });
});

describe('a timeline of which nothing is known', () => {
  it('is accepted by a person with a reason, which the audit trail keeps', async () => {
    const root = `${bed.configuration.repository('local')}/archive/main/${bed.cluster.binaries.major}-1`;
    const history = '1\t0/300000\tsomebody\n';
    bed.sandbox.write(`${root.replace(`${bed.sandbox.path}/`, '')}/00000009.history`, history);
    expect((await look()).archive.foreign).toMatchObject([{ timeline: 9, firstFile: '00000009.history' }]);
    expect((await bed.run(['timelines', '--accept', '9'])).code).toBe(64);
    expect((await bed.run(['timelines', '--accept', '8', '--because', 'x'])).code).toBeGreaterThan(64);
    const accepted = await bed.run(['timelines', '--accept', '9', '--because', 'a test of May', '--json']);
    expect(accepted.code).toBe(0);
    expect(accepted.json()).toMatchObject({ accepted: 9, findings: [] });
    const audit = await bed.mustRun(['journal', '--audit', '--json']);
    expect(audit.stdout).toContain('timeline accepted');
    expect(audit.stdout).toContain('a test of May');
  });
});
