import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DrillDocument } from '../../src/report/drill-document.ts';
import { archiveWal, createKnownRows } from '../support/data.ts';
import { runHoldfast } from '../support/holdfast.ts';
import { createProtectedBed, type ProtectedBed } from '../support/protected-bed.ts';

/* Reports of real drills: written, listed, verified here and elsewhere, and what status says of one that failed. */
let bed: ProtectedBed;
let passed: string;
let failed: string;

const state = (...parts: string[]): string => join(bed.configuration.stateDirectory, ...parts);

beforeAll(async () => {
  bed = await createProtectedBed({
    name: 'reports',
    keys: {
      objectives: { rto: '1s' },
      drills: {
        queries: [{ name: 'rows are there', sql: 'SELECT count(*) FROM known_rows', expect: '> 0' }],
      },
    },
  });
  await createKnownRows(bed.cluster, 10);
  await bed.backup('full');
  await archiveWal(bed.cluster);
  const args = ['drill', '--target', 'latest', '--checks', 'target,queries', '--json'];
  passed = (await bed.mustRun(args)).json<{ run: string }>().run;
  await bed.cluster.sql('DELETE FROM known_rows');
  await archiveWal(bed.cluster);
  const result = await bed.run(args);
  expect(result.code).toBe(2);
  failed =
    readdirSync(state('reports')).find((name) => name.endsWith('.json') && !name.startsWith(passed)) ?? '';
  failed = failed.slice(0, -'.json'.length);
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

describe('holdfast report', () => {
  it('has every drill, whatever came out', async () => {
    const { reports } = (await bed.mustRun(['report', '--json'])).json<{
      reports: readonly { id: string; result: string; sequence: number }[];
    }>();
    expect(reports).toMatchObject([
      { id: failed, result: 'failed', sequence: 2 },
      { id: passed, result: 'passed', sequence: 1 },
    ]);
    expect((await bed.mustRun(['report'])).stdout).toMatch(/FAILED[^]*passed/);
    for (const file of [`${passed}.json`, `${failed}.html`]) {
      const { mode, uid } = statSync(state('reports', file));
      expect(mode & 0o777).toBe(0o640);
      expect(uid).toBe(statSync(state()).uid);
    }
    expect(statSync(state('report-keys', 'report-1.key')).mode & 0o777).toBe(0o600);
  });

  it('shows one, and writes its page for others', async () => {
    const shown = (await bed.mustRun(['report', 'show', passed, '--json'])).json<{ report: DrillDocument }>();
    const { report } = shown;
    expect(report.drill.phases.map(({ phase }) => phase)).toContain('restore');
    expect(report.set?.annotations['holdfast-proven']).toContain(passed);
    expect(report.objectives).toEqual({ rpo: null, rto: 1 });
    expect(report.audit?.hash).toMatch(/^[0-9a-f]{64}$/);
    const people = await bed.mustRun(['report', 'show', failed.slice(-4)]);
    expect(people.stdout).toContain('rows are there');
    const page = bed.cluster.sandbox.file('page.html');
    await bed.mustRun(['report', 'show', passed, '--html', page]);
    expect((await bed.run(['report', 'verify', page])).code).toBe(0);
    expect((await bed.run(['report', 'show', passed, '--html', page])).code).toBe(91);
    expect((await bed.run(['report', 'show', 'none'])).code).toBe(98);
    expect((await bed.run(['report', 'show', '--rotate'])).code).toBe(64);
  });

  it('verifies with the command of the docs, and on a host that knows nothing', async () => {
    expect((await bed.run(['report', 'verify', '--all'])).code).toBe(0);
    expect((await bed.run(['report', 'verify', passed, failed])).code).toBe(0);
    const elsewhere = bed.cluster.sandbox.directory('elsewhere', 0o755);
    cpSync(state('reports'), elsewhere, { recursive: true });
    cpSync(state('report-keys', 'report-1.pub'), join(elsewhere, 'report.pub'));
    const line = readFileSync('docs/reports.md', 'utf8').match(/^openssl pkeyutl .*$/m)?.[0] ?? 'false';
    const openssl = spawnSync('sh', ['-c', line.replaceAll('DRILL', passed)], {
      cwd: elsewhere,
      encoding: 'utf8',
    });
    expect(openssl).toMatchObject({ status: 0, stdout: expect.stringContaining('Verified Successfully') });
    const verify = ['report', 'verify', '.', '--key', 'report.pub', '--json'];
    const there = await runHoldfast(verify, { cwd: elsewhere });
    expect(there.json()).toMatchObject({ good: true, exitCode: 0, problems: [] });
    const file = join(elsewhere, `${failed}.json`);
    writeFileSync(file, readFileSync(file, 'utf8').replace('"failed"', '"passed"'));
    const changed = await runHoldfast(verify, { cwd: elsewhere });
    expect(changed.code).toBe(2);
    expect(changed.json()).toMatchObject({ good: false });
  });

  it('follows what was measured, and status says that the last drill failed', async () => {
    const { trends } = (await bed.mustRun(['report', 'trends', '--json'])).json<{
      trends: readonly { repository: string; drills: readonly { result: string }[] }[];
    }>();
    expect(trends).toMatchObject([
      { repository: 'local', drills: [{ result: 'passed' }, { result: 'failed' }] },
    ]);
    expect((await bed.mustRun(['report', 'trends'])).stdout).toContain('restore throughput');
    const status = (await bed.run(['status', '--json'])).json<{
      findings: readonly { rule: string; evidence: string }[];
    }>();
    const finding = status.findings.find(({ rule }) => rule === 'drill-failed');
    expect(finding?.evidence).toContain('rows are there');
  });

  it('has a drill that was stopped, which says nothing of the backup', async () => {
    const stop = new AbortController();
    const stopped = await bed.run(['drill', '--target', 'latest', '--checks', 'target', '--json'], {
      signal: stop.signal,
      killAt: () => {
        if (existsSync(state('copies')) && readdirSync(state('copies')).length > 0) stop.abort();
        return false;
      },
    });
    expect(stopped.code).toBe(130);
    const { reports } = (await bed.mustRun(['report', '--limit', '1', '--json'])).json<{
      reports: readonly { result: string; repository: string }[];
    }>();
    expect(reports).toMatchObject([{ result: 'interrupted', repository: 'local' }]);
    const status = (await bed.run(['status', '--json'])).json<{ findings: readonly { rule: string }[] }>();
    expect(status.findings.map(({ rule }) => rule)).toContain('drill-failed');
    expect((await bed.run(['report', 'verify', '--all'])).code).toBe(0);
  });

  it('replaces the key when that is confirmed, and still verifies what was signed before', async () => {
    expect((await bed.run(['report', 'key', '--rotate'])).code).toBe(92);
    const { keys } = (await bed.mustRun(['report', 'key', '--rotate', '--yes', '--json'])).json<{
      keys: readonly { number: number; signs: boolean; until: string | null }[];
    }>();
    expect(keys).toMatchObject([
      { number: 1, signs: false },
      { number: 2, signs: true, until: null },
    ]);
    expect(existsSync(state('report-keys', 'report-1.key'))).toBe(false);
    expect((await bed.run(['report', 'verify', '--all'])).code).toBe(0);
    // Keys are of no stanza, and the bed always names one.
    const audit = ['--config', bed.configuration.file, 'journal', '--audit', '--limit', '50', '--json'];
    const { entries } = (await runHoldfast(audit)).json<{ entries: readonly { action: string }[] }>();
    const actions = entries.map(({ action }) => action);
    expect(actions).toContain('report key replaced');
    expect(actions.filter((action) => action === 'drill reported')).toHaveLength(3);
  });
});
