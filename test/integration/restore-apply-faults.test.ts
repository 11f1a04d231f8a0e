import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Failure } from '../../src/model/failure.ts';
import { applyRestore, type RestoreOutcome } from '../../src/recovery/apply/apply-restore.ts';
import { resumeRestore } from '../../src/recovery/apply/resume-restore.ts';
import type { RestorePlan } from '../../src/recovery/restore-plan.ts';
import { applyUndo } from '../../src/recovery/undo/apply-undo.ts';
import { planUndo } from '../../src/recovery/undo/plan-undo.ts';
import { reservePort } from '../support/ports.ts';
import { createRestoreBed, type RestoreBed, timeTarget } from '../support/restore-bed.ts';
import { forArchiving, waitUntil } from '../support/wait-until.ts';

/*
 * Plans that a planner would refuse or could not foresee, so that applying has to find out by itself. After each the
 * old cluster is there again.
 */
let bed: RestoreBed;
let moment: bigint;

beforeAll(async () => {
  bed = await createRestoreBed();
  moment = await bed.mark();
  for (const id of [4, 5, 6]) {
    await bed.insert(id);
    await bed.cluster.sql('SELECT pg_switch_wal();');
  }
  await bed.cluster.sql('CHECKPOINT;');
  await allArchived();
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

async function allArchived(): Promise<void> {
  await waitUntil(
    'everything is archived',
    async () => {
      const waiting = await bed.cluster.value(
        `SELECT count(*) FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready'`,
      );
      return waiting === '0';
    },
    forArchiving,
  );
}

async function apply(plan: RestorePlan): Promise<RestoreOutcome | Failure> {
  using journal = bed.openJournal();
  try {
    return await applyRestore(plan, bed.dependencies(journal));
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}

async function undo(plan: RestorePlan): Promise<void> {
  using journal = bed.openJournal();
  const run = journal.findRun(plan.id);
  if (run === undefined) throw new Error('no run');
  const undoPlan = planUndo(run, journal.stepsOf(run.id), undefined);
  await applyUndo(undoPlan, { ...bed.dependencies(journal), emit: undefined });
}

const archiveDirectory = (): string =>
  `${bed.repository}/archive/main/${bed.cluster.binaries.major}-1/0000000100000000`;
const stored = (): string[] =>
  readdirSync(archiveDirectory())
    .filter((name) => /^[0-9A-F]{24}-/.test(name))
    .toSorted();
const timelines = (): string[] =>
  readdirSync(`${bed.repository}/archive/main/${bed.cluster.binaries.major}-1`).filter((name) =>
    name.endsWith('.history'),
  );

describe('WAL that is missing', () => {
  let taken: string;
  /** Takes the last but so many archived segment out of the repository and out of the old pg_wal. */
  const takeSegment = (fromEnd: number): void => {
    taken = stored().at(-fromEnd) ?? '';
    renameSync(`${archiveDirectory()}/${taken}`, bed.sandbox.file(taken));
    rmSync(`${bed.cluster.dataDirectory}/pg_wal/${taken.slice(0, 24)}`, { force: true });
  };
  const putBack = (): void => renameSync(bed.sandbox.file(taken), `${archiveDirectory()}/${taken}`);

  it('is found by a restore to latest before anything is promoted or archived, and can be put back', async () => {
    const before = timelines();
    takeSegment(2);
    const plan = await bed.plan({ mode: 'in-place', target: { kind: 'latest' } });
    const failure = await apply(plan);
    expect(failure).toMatchObject({ kind: 'proof-failed' });
    expect((failure as Failure).problem).toMatch(/is missing/);
    expect(await bed.cluster.value('SELECT pg_is_in_recovery()')).toBe('t');
    expect(timelines()).toEqual(before);
    putBack();
    {
      using journal = bed.openJournal();
      await resumeRestore(plan.id, bed.dependencies(journal));
    }
    expect(await bed.rows()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(timelines()).toHaveLength(before.length + 1);
    await undo(plan);
    expect(await bed.rows()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('is found when it is the last segment, behind a switch, that was lost or damaged since the plan', async () => {
    await bed.insert(7);
    await bed.cluster.sql('SELECT pg_switch_wal(); CHECKPOINT;');
    await allArchived();
    const number = (stored().at(-1) ?? '').slice(16, 24);
    const seen = { lsn: `0/${number.slice(6)}000028`, time: '2026-11-20T10:30:00Z', xid: 7 };
    using port = await reservePort();
    const planned = async (): Promise<RestorePlan> => {
      const into = { directory: bed.sandbox.file('beside'), port: port.number };
      const plan = await bed.plan({ mode: 'into', target: { kind: 'latest' }, into });
      return { ...plan, target: { ...plan.target, lastTransaction: seen } };
    };
    const lost = await planned();
    takeSegment(1);
    expect(await apply(lost)).toMatchObject({
      kind: 'proof-failed',
      problem: expect.stringMatching(/the plan saw transaction 7 .* is missing/) as string,
    });
    putBack();
    await undo(lost);
    rmSync(lost.directories.data, { recursive: true });

    const damaged = await planned();
    const file = `${archiveDirectory()}/${stored().at(-1)}`;
    const sound = readFileSync(file);
    writeFileSync(file, Buffer.from(sound).fill(0x5a, 100, 200));
    expect(await apply(damaged)).toMatchObject({ kind: 'repository-damaged' });
    writeFileSync(file, sound);
    using journal = bed.openJournal();
    expect(await resumeRestore(damaged.id, bed.dependencies(journal))).toMatchObject({ mode: 'into' });
    await undo(damaged);
    await bed.cluster.sql('DELETE FROM known WHERE id = 7;');
  });

  it('makes a time that was never reached a failure that says so', async () => {
    const plan = await bed.plan({ mode: 'in-place', target: timeTarget(moment + 3_600_000_000n) });
    const failure = await apply(plan);
    expect(failure).toMatchObject({ kind: 'target-unreachable' });
    expect((failure as Failure).problem).toMatch(/ended before the target: its last commit is of \d{4}-/);
    expect((failure as Failure).hint).toMatch(`holdfast undo ${plan.id}`);
    await undo(plan);
    expect(await bed.rows()).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe('what may have changed since the plan', () => {
  it('refuses without touching anything', async () => {
    const started = bed.cluster.pid();
    const plan = await bed.plan({ mode: 'in-place', target: timeTarget(moment) });
    mkdirSync(plan.directories.aside as string);
    expect(await apply(plan)).toMatchObject({ kind: 'preflight-refused' });
    rmSync(plan.directories.aside as string, { recursive: true });
    const stopless = { ...plan, steps: plan.steps.filter((step) => step.name !== 'stop-server') };
    expect(await apply(stopless)).toMatchObject({ kind: 'preflight-refused' });
    const expired = { ...plan, set: { ...plan.set, label: '20200101-000000F' } };
    expect(await apply(expired)).toMatchObject({ kind: 'preflight-refused' });
    expect(bed.cluster.pid()).toBe(started);
  });
});

describe('a set that cannot be read', () => {
  it('leaves a restore that is resumed when it can', async () => {
    // Not a data file: the engine would try that three times, for half a minute.
    const set = `${bed.repository}/backup/main/${bed.label}`;
    const names = ['backup.manifest', 'backup.manifest.copy'];
    for (const name of names) renameSync(`${set}/${name}`, `${set}/${name}.away`);
    const plan = await bed.plan({ mode: 'in-place', target: timeTarget(moment) });
    expect(await apply(plan)).toBeInstanceOf(Failure);
    for (const name of names) renameSync(`${set}/${name}.away`, `${set}/${name}`);
    using journal = bed.openJournal();
    await resumeRestore(plan.id, bed.dependencies(journal));
    expect(await bed.rows()).toEqual([1, 2, 3]);
    await undo(plan);
    expect(await bed.rows()).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe('parameters that were raised after the set', () => {
  it('are raised for the recovery only', async () => {
    await bed.cluster.sql('ALTER SYSTEM SET max_connections = 31;');
    await bed.cluster.stop();
    await bed.cluster.start();
    await bed.insert(7);
    const plan = await bed.plan({ mode: 'in-place', target: { kind: 'latest' } });
    const outcome = await apply(plan);
    expect((outcome as RestoreOutcome).findings.map((finding) => finding.rule)).toContain(
      'parameters-raised',
    );
    expect(await bed.rows()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    await bed.cluster.stop();
    await bed.cluster.start();
    expect(await bed.cluster.value('SHOW max_connections')).toBe('20');
    await undo(plan);
    expect(await bed.cluster.value('SHOW max_connections')).toBe('31');
    await bed.cluster.sql('DELETE FROM known WHERE id = 7;');
  });
});

describe('a cluster on several disks', () => {
  let tablespace: string;
  let wal: string;

  beforeEach(async () => {
    if (tablespace !== undefined) return;
    tablespace = bed.sandbox.directory('tablespace');
    await bed.cluster.sql(`CREATE TABLESPACE apart LOCATION '${tablespace}'`);
    await bed.cluster.sql('CREATE TABLE elsewhere TABLESPACE apart AS SELECT 1 AS id');
    await bed.cluster.stop();
    wal = bed.sandbox.file('wal-disk');
    await bed.sandbox.mustRun('/bin/mv', [`${bed.cluster.dataDirectory}/pg_wal`, wal]);
    await bed.sandbox.mustRun('/bin/ln', ['-s', wal, `${bed.cluster.dataDirectory}/pg_wal`]);
    await bed.cluster.start();
  });

  it.each(['in-place', 'delta'] as const)('comes back from an undo of a restore %s', async (mode) => {
    const plan = await bed.plan({ mode, target: { kind: 'latest' } });
    await bed.cluster.sql('INSERT INTO elsewhere VALUES (2); SELECT pg_switch_wal();');
    expect(await apply(mode === 'delta' ? withLinks(plan) : plan)).toMatchObject({ mode });
    expect(await bed.cluster.value('SELECT count(*) FROM elsewhere')).toMatch(/^[2-9]$/);
    await bed.cluster.sql('DROP TABLE elsewhere');
    await undo(plan);
    expect(await bed.cluster.value('SELECT count(*) FROM elsewhere')).toMatch(/^[2-9]$/);
    expect(readlinkSync(`${bed.cluster.dataDirectory}/pg_wal`)).toBe(wal);
    expect(await bed.rows()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  const withLinks = (plan: RestorePlan): RestorePlan => ({
    ...plan,
    linkAll: true,
    links: [{ path: 'pg_wal', destination: wal, treatment: 'kept' }],
  });
});

describe('a data directory that is gone', () => {
  it('is made anew, and there is nothing to undo', async () => {
    await bed.cluster.stop();
    renameSync(bed.cluster.dataDirectory, bed.sandbox.file('lost'));
    const plan = await bed.plan({ mode: 'in-place', target: { kind: 'latest' } });
    const lost = {
      ...plan,
      directories: { ...plan.directories, aside: undefined },
      steps: plan.steps.filter((step) => !['salvage-wal', 'move-aside'].includes(step.name)),
    };
    expect(await apply(lost)).toMatchObject({ mode: 'in-place' });
    expect(await bed.rows()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(lstatSync(bed.cluster.dataDirectory).mode & 0o777).toBe(0o700);
    expect(existsSync(`${bed.cluster.dataDirectory}.holdfast-restore.json`)).toBe(false);
    await expect(undo(plan)).rejects.toMatchObject({ kind: 'undo-impossible' });
  });
});
