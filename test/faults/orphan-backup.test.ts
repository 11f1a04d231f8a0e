import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCluster } from '../support/cluster.ts';
import { writeConfiguration, type TestConfiguration } from '../support/configuration.ts';
import { runHoldfast, type HoldfastResult } from '../support/holdfast.ts';
import { isRunning, processesOf } from '../support/processes.ts';
import { bedOf, type ProtectedBed } from '../support/protected-bed.ts';
import { createSandbox } from '../support/sandbox.ts';
import { waitUntil } from '../support/wait-until.ts';

/*
 * kill -9 of Holdfast in the middle of a backup. Its engine goes on, or dies too; the next Holdfast finds out which, and
 * the journal tells the truth. A worker that is held (SIGSTOP) keeps the backup from ending meanwhile.
 */
interface Run {
  readonly id: string;
  readonly kind: string;
  readonly result: string;
  readonly repository?: string;
  readonly label?: string;
  readonly bytes?: number;
  readonly abandoned: boolean;
  readonly failure?: { readonly kind: string; readonly problem: string };
  readonly facts?: { readonly logFile?: string };
}

let bed: ProtectedBed;
/** The same cluster and repository as another host sees them: with a state directory and lock path of its own. */
let other: TestConfiguration;

beforeAll(async () => {
  const sandbox = await createSandbox('orphan');
  const cluster = await createCluster({ sandbox, walSegmentMegabytes: 1 });
  const repositories = { local: { path: sandbox.file('repository'), retention: { full: 1 } } };
  const keys = { options: { 'archive-async': 'n' } };
  const configuration = writeConfiguration(sandbox, { main: { cluster, repositories, keys } });
  other = writeConfiguration(sandbox, { main: { cluster, repositories, keys } }, {}, 'other');
  bed = bedOf(sandbox, cluster, configuration);
  await bed.mustRun(['setup', '--yes', '--restart', '--no-backup']);
  await onOther(['render', 'pgbackrest', '--out', '/']);
  await cluster.sql(
    'CREATE TABLE ballast AS SELECT i, repeat(md5(i::text), 20) AS t FROM generate_series(1, 60000) AS i',
  );
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

function onOther(args: readonly string[]): Promise<HoldfastResult> {
  return runHoldfast(['--config', other.file, ...args]);
}

async function backups(): Promise<readonly Run[]> {
  const { runs } = (await bed.mustRun(['journal', '--json'])).json<{ runs: readonly Run[] }>();
  return runs.filter((run) => run.kind === 'backup');
}

function engines(pattern: RegExp): readonly number[] {
  return processesOf(bed.sandbox.path)
    .filter(({ command }) => /pgbackrest/.test(command) && !command.startsWith('/bin/sh'))
    .filter(({ command }) => pattern.test(command))
    .map(({ pid }) => pid);
}

/** The worker that copies files, and the process that has the backup. */
const [worker, main] = [/ backup:local$/, / backup .*--annotation=/];

interface Orphan {
  readonly run: Run;
  /** Lets the worker go on. */
  release(): void;
}

/** A backup whose Holdfast is killed while a worker copies; nothing goes on until `release`. */
async function orphanedBackup(): Promise<Orphan> {
  let held: readonly number[] = [];
  const killed = await bed.run(['backup', '--type', 'full'], {
    killAt: () => {
      held = engines(worker);
      for (const pid of held) process.kill(pid, 'SIGSTOP');
      return held.length > 0;
    },
  });
  expect(killed.signal).toBe('SIGKILL');
  const [run] = await backups();
  expect(run).toMatchObject({ result: 'running', abandoned: true });
  if (run === undefined) throw new Error('no run');
  return {
    run,
    release: () => {
      for (const pid of held) if (isRunning(pid)) process.kill(pid, 'SIGCONT');
    },
  };
}

async function labelOf(run: string): Promise<string | undefined> {
  const { repositories } = (await bed.mustRun(['info', '--json'])).json<{
    repositories: readonly { sets: readonly { label: string; annotations: Record<string, string> }[] }[];
  }>();
  return repositories[0]?.sets.find((set) => set.annotations['holdfast-run'] === run)?.label;
}

describe('a backup whose Holdfast is killed', () => {
  it('keeps the lease, goes on, and is adopted by the next command', async () => {
    const { run, release } = await orphanedBackup();
    try {
      const refused = await onOther(['backup', '--wait', '0s', '--json']);
      expect(refused.code).toBe(99);
      expect(refused.stdout).toContain(run.id);
      const next = await bed.run(['backup', '--type', 'incr'], {
        onLine: (line) => {
          if (/waiting for the backup of/.test(line)) release();
        },
      });
      expect(next.stderr).toContain(`waiting for the backup of ${run.id}, whose Holdfast was killed`);
      expect(next.stderr).toMatch(new RegExp(`${run.id}, .* is settled as ok: it made \\S+F`));
      expect(next.code).toBe(0);
    } finally {
      release();
    }
    const [second, first] = await backups();
    expect(second).toMatchObject({ result: 'ok' });
    expect(first).toMatchObject({ id: run.id, result: 'ok', label: await labelOf(run.id) });
    expect(first?.label).toMatch(/F$/);
    expect(first?.bytes).toBeGreaterThan(100_000);
    // The second one was built on what the first one made.
    expect(second?.label).toContain(`${first?.label}_`);
    expect((await onOther(['backup'])).code).toBe(0);
  });

  it('is stopped by Ctrl-C in the command that waits for it', async () => {
    const { run, release } = await orphanedBackup();
    const controller = new AbortController();
    try {
      const next = await bed.run(['backup', '--type', 'full'], {
        signal: controller.signal,
        onLine: (line) => {
          if (/waiting for the backup of/.test(line)) controller.abort();
          if (/stopping as soon as it is safe/.test(line)) release();
        },
      });
      expect(next.code).toBe(130);
    } finally {
      release();
    }
    expect(engines(/./)).toEqual([]);
    const [newest] = await backups();
    expect(newest).toMatchObject({ id: run.id, result: 'interrupted' });
    expect(await labelOf(run.id)).toBeUndefined();
  });

  it('and whose engine is killed too is told as killed, and nothing is said to be there', async () => {
    const { run, release } = await orphanedBackup();
    for (const pid of engines(main)) process.kill(pid, 'SIGKILL');
    release();
    await waitUntil('the workers have ended', () => engines(worker).length === 0);
    const next = await bed.mustRun(['backup', '--type', 'full']);
    expect(next.stderr).toContain(`${run.id}, whose Holdfast was killed, is settled as interrupted`);
    const [second, first] = await backups();
    expect(first).toMatchObject({ id: run.id, result: 'interrupted' });
    expect(first?.label).toBeUndefined();
    expect(first?.failure?.problem).toBe('Holdfast was killed, and its pgbackrest ended before it was done');
    expect(second).toMatchObject({ result: 'ok' });
    expect(await labelOf(run.id)).toBeUndefined();
  });

  it('and whose engine has ended by itself meanwhile is found in the repository', async () => {
    const { run, release } = await orphanedBackup();
    release();
    await waitUntil('the engine has ended', () => engines(main).length === 0);
    const next = await bed.mustRun(['backup', '--type', 'incr']);
    expect(next.stderr).not.toContain('waiting for the backup of');
    const [, first] = await backups();
    expect(first).toMatchObject({ id: run.id, result: 'ok', label: await labelOf(run.id) });
  });

  it('and whose repository is gone is not called good', async () => {
    const { run, release } = await orphanedBackup();
    release();
    await waitUntil('the engine has ended', () => engines(main).length === 0);
    await bed.sandbox.mustRun('mv', [bed.sandbox.file('repository'), bed.sandbox.file('gone')]);
    try {
      expect((await bed.run(['backup', '--type', 'incr'])).code).toBeGreaterThanOrEqual(64);
    } finally {
      if (existsSync(bed.sandbox.file('repository')))
        await bed.sandbox.mustRun('rm', ['-r', bed.sandbox.file('repository')]);
      await bed.sandbox.mustRun('mv', [bed.sandbox.file('gone'), bed.sandbox.file('repository')]);
    }
    const settled = (await backups()).find(({ id }) => id === run.id);
    expect(settled?.result).toBe('failed');
    expect(settled?.failure?.problem).toMatch(
      /Holdfast was killed during this backup|is not in the repository/,
    );
  });
});

describe('a backup that is stopped', () => {
  it('ends cleanly, and the next one resumes it', async () => {
    const controller = new AbortController();
    const running = bed.run(['backup', '--type', 'full'], { signal: controller.signal });
    await waitUntil('a worker copies', () => engines(worker).length > 0);
    controller.abort();
    expect((await running).code).toBe(130);
    expect(engines(/./)).toEqual([]);
    const [stopped] = await backups();
    expect(stopped).toMatchObject({ result: 'interrupted' });
    const next = await bed.mustRun(['backup', '--type', 'full']);
    expect(next.code).toBe(0);
    const [resumed] = await backups();
    const document = (await bed.mustRun(['journal', resumed?.id ?? '', '--json'])).json<{ run: Run }>();
    const log = readFileSync(document.run.facts?.logFile ?? '', 'utf8');
    expect(log).toMatch(/resumable backup .* of same type exists/);
  });
});
