import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DrillReport } from '../../src/model/drill.ts';
import { writeAroundMoment } from '../support/around-moment.ts';
import { archiveWal, createKnownRows } from '../support/data.ts';
import { listFiles } from '../support/hash-tree.ts';
import { processesOf } from '../support/processes.ts';
import { createProtectedBed, type ProtectedBed } from '../support/protected-bed.ts';

interface DrillDocument {
  readonly run: string;
  readonly report: DrillReport;
  readonly kept: string | null;
  readonly proof: { readonly written: boolean; readonly detail: string } | null;
}

let bed: ProtectedBed;
let label: string;
let archived: readonly string[];

const archive = (): readonly string[] => listFiles(`${bed.configuration.repository('local')}/archive`);
const copies = (): string => join(bed.configuration.stateDirectory, 'copies');
const quick = ['--checks', 'target,queries,write'];

beforeAll(async () => {
  bed = await createProtectedBed({
    name: 'drills',
    keys: {
      drills: {
        queries: [{ name: 'rows are there', sql: 'SELECT count(*) FROM known_rows', expect: '> 0' }],
      },
    },
  });
  await createKnownRows(bed.cluster, 10);
  label = await bed.backup('full');
  await writeAroundMoment(bed);
  await archiveWal(bed.cluster);
  await bed.cluster.sql(`ALTER SYSTEM SET archive_timeout = 0; SELECT pg_reload_conf();`);
  archived = archive();
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

async function drill(...args: readonly string[]): Promise<DrillDocument> {
  return (await bed.mustRun(['drill', ...args, '--json'])).json<DrillDocument>();
}

function expectNothingLeft(): void {
  expect(existsSync(copies()) ? readdirSync(copies()) : []).toEqual([]);
  expect(processesOf(copies())).toEqual([]);
  expect(archive()).toEqual(archived);
}

describe('holdfast drill', () => {
  it('restores, checks, tears down, and writes the proof to the set', async () => {
    const { report, proof, run } = await drill(...quick);
    expect(report).toMatchObject({ result: 'passed', id: run, repository: 'local', stanza: 'main' });
    expect(report.checks.map(({ check, result }) => `${check} ${result}`)).toEqual([
      'target passed',
      'queries passed',
      'write passed',
    ]);
    expect(report.phases.map(({ phase }) => phase)).toEqual([
      'plan',
      'restore',
      'start',
      'recover',
      'promote',
      'checks',
      'tear-down',
    ]);
    expect(proof).toMatchObject({ written: true });
    const info = await bed.mustRun(['info', '--json']);
    expect(info.stdout).toContain('holdfast-proven');
    expect(info.stdout).toContain(run);
    expectNothingLeft();
  });

  it('takes a moment that is asked for, the oldest set, and everything', async () => {
    const oldest = await drill('--target', 'oldest', '--checks', 'target');
    expect([oldest.report.set.label, oldest.report.target.asked]).toEqual([label, 'oldest']);
    for (const args of [
      ['--to', 'immediate'],
      ['--target', 'latest'],
      ['--target', 'each'],
    ]) {
      const { report } = await drill(...args, '--checks', 'target');
      expect(report.result).toBe('passed');
    }
    expectNothingLeft();
  });

  it('plans and stops there', async () => {
    const result = await bed.mustRun(['drill', '--target', 'oldest', '--plan', '--json']);
    expect(result.json()).toMatchObject({ asked: 'oldest', plan: { set: { label } } });
    expectNothingLeft();
  });

  it('ends with 2 when a check fails, with a failure when it cannot be done', async () => {
    await bed.cluster.sql('ALTER TABLE known_rows RENAME TO known_rows_away');
    await archiveWal(bed.cluster);
    try {
      const bad = await bed.run(['drill', '--target', 'latest', ...quick, '--json']);
      expect(bad.code).toBe(2);
      const { report } = bad.json<DrillDocument>();
      expect(report.result).toBe('failed');
      expect(report.problems.join()).toContain('rows are there');
    } finally {
      await bed.cluster.sql('ALTER TABLE known_rows_away RENAME TO known_rows');
      await archiveWal(bed.cluster);
      archived = archive();
    }
    const none = await bed.run(['drill', '--set', '20200101-000000F', '--json']);
    expect(none.code).toBe(98);
    expect((await bed.run(['drill', '--checks', 'luck', '--json'])).code).toBe(64);
    expectNothingLeft();
  });

  it('leaves a clone where that is asked for', async () => {
    const { kept } = await drill('--target', 'latest', '--checks', 'target', '--keep', '--ttl', '1h');
    const shown = (await bed.mustRun(['clones', '--json'])).json<{ copies: readonly object[] }>();
    expect(shown.copies).toMatchObject([{ id: kept, purpose: 'clone', running: true }]);
    await bed.mustRun(['clone', 'drop', kept ?? '']);
    expectNothingLeft();
  });
});
