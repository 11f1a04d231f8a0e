import { appendFileSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Runbook } from '../../src/render/runbook/runbook.ts';
import { createProtectedBed, type ProtectedBed } from '../support/protected-bed.ts';

let bed: ProtectedBed;
const path = (...names: string[]): string => bed.sandbox.file(...names);

beforeAll(async () => {
  bed = await createProtectedBed({
    name: 'book',
    keys: { heartbeat: 'off', objectives: { rto: '30m' } },
    top: { deploy: { runbook: { contacts: ['On call: 0123'], notes: ['The kit is in the safe.'] } } },
  });
});
afterAll(async () => {
  await bed[Symbol.asyncDispose]();
});

describe('holdfast runbook', () => {
  it('writes all forms into a directory, and shows who changed one by hand', async () => {
    const out = path('book');
    await bed.mustRun(['runbook', '--out', out]);
    expect(readdirSync(out).toSorted()).toEqual(['runbook.html', 'runbook.json', 'runbook.md']);
    expect(readFileSync(`${out}/runbook.md`, 'utf8')).toMatch(/On call: 0123[\s\S]*The kit is in the safe/);
    expect(statSync(`${out}/runbook.html`).mode & 0o777).toBe(0o644);
    const again = await bed.mustRun(['runbook', '--out', out]);
    expect(again.stdout).toContain('is as it should be');
    appendFileSync(`${out}/runbook.md`, 'written in here\n');
    expect((await bed.run(['runbook', '--out', out])).code).toBe(91);
    await bed.mustRun(['runbook', '--out', out, '--force']);
    expect(readFileSync(`${out}/runbook.md`, 'utf8')).not.toContain('written in here');
    expect(readdirSync(out)).toContainEqual(expect.stringMatching(/^runbook\.md\.saved-/));
  });

  it('writes one file by its name, and prints either form', async () => {
    await bed.mustRun(['runbook', '--out', path('only.html')]);
    expect(readFileSync(path('only.html'), 'utf8')).toMatch(/^<!doctype html>/i);
    expect((await bed.mustRun(['runbook'])).stdout).toMatch(/^# Runbook/);
    expect((await bed.mustRun(['runbook', '--format', 'html'])).stdout).toMatch(/^<!doctype html>/i);
    const unknown = await bed.run(['runbook', '--out', path('book.pdf')]);
    expect(unknown.code).toBe(64);
    expect(existsSync(path('book.pdf'))).toBe(false);
  });

  it('says how the server of this host is worked with, and how long a drill took', async () => {
    const read = async (): Promise<Runbook> =>
      (await bed.mustRun(['runbook', '--json'])).json<{ runbook: Runbook }>().runbook;
    const before = (await read()).stanzas[0];
    expect(before?.facts).toContainEqual([
      'Server',
      `port ${bed.cluster.port}, socket in ${bed.cluster.socketDirectory}, user postgres`,
    ]);
    expect(before?.facts).toContainEqual(['Started by', `pg_ctl of ${bed.cluster.binaries.directory}`]);
    expect(before?.scenarios[0]?.takes).toMatch(/^Not known.*It may take 30m/);
    await bed.backup('full');
    await bed.mustRun(['drill', '--target', 'latest', '--checks', 'target', '--yes']);
    expect((await read()).stanzas[0]?.scenarios[0]?.takes).toMatch(
      /^Measured: from local about .* \(one restore or drill, the last on \d{4}-\d\d-\d\d with .*It may take 30m/,
    );
  });

  it('is the same as data, whoever renders it of the file alone', async () => {
    await bed.mustRun(['render', 'runbook', '--out', path('rendered')]);
    const check = await bed.run(['render', 'runbook', '--out', path('rendered'), '--check']);
    expect(check.code).toBe(0);
  });
});
