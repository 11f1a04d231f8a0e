import { chmodSync, existsSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { badConf, createLintBed, lint, type LintBed, lintJson, secret } from './lint-bed.ts';

let bed: LintBed;
beforeAll(async () => {
  bed = await createLintBed();
});
afterAll(async () => {
  await bed[Symbol.asyncDispose]();
});

describe('fixing', () => {
  it('only prints the difference with --diff', async () => {
    const cwd = bed.folder('diff', { 'pgbackrest.conf': badConf });
    const result = await lint(['--diff', '.'], { cwd });
    expect(result.stdout).toMatch(/^-repo1-path=\/var\/lib\/pgbackrest {3}# where it is$/m);
    expect(result.stdout).not.toContain(secret);
    expect(readFileSync(join(cwd, 'pgbackrest.conf'), 'utf8')).toBe(badConf);
  });

  it('corrects the file whole, keeps its mode, and judges what is left', async () => {
    const cwd = bed.folder('fix', { 'pgbackrest.conf': badConf });
    const file = join(cwd, 'pgbackrest.conf');
    chmodSync(file, 0o640);
    symlinkSync('pgbackrest.conf', join(cwd, 'link.conf'));
    const before = await lintJson(['pgbackrest.conf'], { cwd });
    const after = await lintJson(['--fix', 'link.conf', '--as', 'pgbackrest-conf'], { cwd });
    const text = readFileSync(file, 'utf8');
    expect(text).toMatch(/^repo1-path=\/var\/lib\/pgbackrest$/m);
    expect(text).toContain(secret);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(after.fixes).toMatchObject([{ file: 'link.conf', written: true }]);
    const fixable = before.findings.filter((finding) => finding.fixable).length;
    expect(after.findings.length).toBeLessThanOrEqual(before.findings.length - fixable);
    expect(after.findings.filter((finding) => finding.fixable)).toEqual([]);
    expect(existsSync(`${file}.holdfast-new`)).toBe(false);
    expect((await lintJson(['--fix', 'pgbackrest.conf'], { cwd })).fixes).toEqual([]);
  });

  it('cannot write to stdin, and says what to use', async () => {
    const result = await lint(['--fix', '--as', 'pgbackrest-conf', '-'], { input: badConf });
    expect(result.code).toBe(64);
    expect(result.stderr).toMatch(/HINT: Use --diff/);
  });
});

describe('failures', () => {
  it('knows no such file', async () => {
    const result = await lint(['/nowhere.conf']);
    expect(result.code).toBe(97);
    expect(result.stderr).toMatch(/there is no such file or directory/);
  });

  it('says when it does not know what a file is', async () => {
    const file = bed.sandbox.write('what.rst', 'nothing\n', 0o644);
    const result = await lint([file]);
    expect(result.code).toBe(98);
    expect(result.stderr).toMatch(/HINT: .*--as/);
  });

  it('refuses a version that it does not know', async () => {
    expect((await lint(['--engine', '1.9', '.'])).code).toBe(64);
  });
});
