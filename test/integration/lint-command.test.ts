import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentKinds } from '../../src/lint/lint-document.ts';
import { allRules } from '../../src/lint/rules/all-families.ts';
import {
  badConf,
  createLintBed,
  goodConf,
  lint,
  type LintBed,
  lintJson,
  type LintResult,
  secret,
} from './lint-bed.ts';

let bed: LintBed;
beforeAll(async () => {
  bed = await createLintBed();
});
afterAll(async () => {
  await bed[Symbol.asyncDispose]();
});

/** A search path with everything that this machine has, but without pgbackrest. */
function programsWithoutEngine(): string {
  const path = bed.sandbox.directory('programs', 0o755);
  for (const name of readdirSync('/usr/bin'))
    if (name !== 'pgbackrest') symlinkSync(join('/usr/bin', name), join(path, name));
  return path;
}

describe('what is judged', () => {
  it('finds nothing in a correct file and says so', async () => {
    const cwd = bed.folder('good', { 'pgbackrest.conf': goodConf });
    const result = await lint(['--engine', '2.45', 'pgbackrest.conf'], { cwd });
    expect(result).toMatchObject({ code: 0, stdout: 'nothing wrong in 1 file, judged for pgBackRest 2.45' });
  });

  it('tells place, severity, rule, text, consequence, correction and page, by file', async () => {
    const cwd = bed.folder('bad', { 'pgbackrest.conf': badConf });
    const result = await lint(['--engine', '2.45', 'pgbackrest.conf'], { cwd });
    expect(result.code).toBe(2);
    expect(result.stdout).toMatch(/^pgbackrest\.conf\n {2}2:\d+ {2}critical {2}[a-z-]+/);
    expect(result.stdout).toMatch(/^ {6}wrong {4}\S/m);
    expect(result.stdout).toMatch(/^ {6}really {3}\S/m);
    expect(result.stdout).toMatch(/^ {6}instead {2}\S/m);
    expect(result.stdout).toMatch(/^ {6}see {6}docs\/lint\.md#[a-z-]+$/m);
    expect(result.stdout).toMatch(
      /\n\d+ findings in 1 file: \d+ critical.*; 1 file judged for pgBackRest 2\.45/,
    );
    expect(result.stdout + result.stderr).not.toContain(secret);
  });

  it('prints the same as one JSON document, without secrets', async () => {
    const cwd = bed.folder('json', { 'pgbackrest.conf': badConf });
    const raw = await lint(['--json', '--engine', '2.45', '.'], { cwd });
    expect(raw.stdout).not.toContain(secret);
    const found = raw.json<LintResult>();
    expect(found).toMatchObject({ ok: true, exitCode: 2, engineVersion: '2.45' });
    expect(found.files).toEqual([{ file: 'pgbackrest.conf', kind: 'pgbackrest-conf' }]);
    for (const finding of found.findings) {
      expect(finding.documentation).toMatch(/^docs\/lint\.md#/);
      expect(finding.position.file).toBe('pgbackrest.conf');
    }
    const places = found.findings.map(({ position }) => [position.line, position.column]);
    expect(places).toEqual(places.toSorted((a, b) => (a[0] ?? 0) - (b[0] ?? 0) || (a[1] ?? 0) - (b[1] ?? 0)));
  });

  it('walks directories for files of a known kind, and leaves the rest out', async () => {
    const cwd = bed.folder('walk', {
      'etc/pgbackrest.conf': goodConf,
      'notes.rst': 'nothing\n',
      'deploy/docker-compose.yml': 'services: { db: { image: "postgres:15" } }\n',
    });
    for (const skipped of ['.git', 'node_modules', 'deploy/node_modules']) {
      mkdirSync(join(cwd, skipped), { recursive: true });
      writeFileSync(join(cwd, skipped, 'pgbackrest.conf'), badConf);
    }
    writeFileSync(join(cwd, 'binary.conf'), Buffer.from([0, 1, 2]));
    writeFileSync(join(cwd, 'large.md'), 'x'.repeat(2 * 1024 * 1024 + 1));
    symlinkSync('.', join(cwd, 'loop'));
    const found = await lintJson(['.', 'etc'], { cwd });
    expect(found.files.map(({ file }) => file)).toEqual(['deploy/docker-compose.yml', 'etc/pgbackrest.conf']);
    expect(found.notes).toEqual(['large.md: left out: larger than 2.0 MiB']);
  });

  it('takes stdin with and without a kind', async () => {
    const cron = '0 2 * * * postgres pgbackrest --stanza=main --type=full backup\n';
    const found = await lintJson(['--as', 'crontab', '-'], { input: cron });
    expect(found.files).toEqual([{ file: '<stdin>', kind: 'crontab' }]);
    const told = await lintJson(['-'], { input: goodConf });
    expect(told.files).toEqual([{ file: '<stdin>', kind: 'pgbackrest-conf' }]);
  });

  it('judges for the version that is named, for the installed one otherwise, and for the newest where there is none', async () => {
    const file = bed.sandbox.write('version.conf', goodConf, 0o644);
    expect((await lintJson(['--engine', '2.58', file])).engineVersion).toBe('2.58');
    const installed = spawnSync('/usr/bin/pgbackrest', ['version'], { encoding: 'utf8' }).stdout.trim();
    expect(`pgBackRest ${(await lintJson([file])).engineVersion}`).toBe(installed);
    const without = await lintJson([file], { env: { PATH: programsWithoutEngine() } });
    expect(without.engineVersion).toBe('2.60');
    expect(without.notes.join('\n')).toMatch(/pgbackrest is not installed here: judged for 2\.60/);
  });

  it('looks at what the host uses when nothing is named, and says what that was', async () => {
    const cwd = bed.folder('host', {
      'holdfast.yaml':
        'stanzas:\n  main:\n    postgres: { pth: /x }\n    repositories: { local: { type: posix, path: /r } }\n',
    });
    const found = await lintJson([], { cwd });
    expect(found.files).toContainEqual({ file: join(cwd, 'holdfast.yaml'), kind: 'holdfast' });
    expect(found.notes.join('\n')).toMatch(/looked for holdfast\.yaml.*\/etc\/pgbackrest/);
    expect(found.findings.map(({ rule }) => rule)).toContain('holdfast-unknown-key');
    expect(found.exitCode).toBe(2);
  });
});

describe('the engine', () => {
  // No rule of ours knows every way in which a value can be wrong; the engine does.
  const odd = goodConf.replace(
    'repo1-retention-full=2',
    'repo1-retention-full=2\nrepo1-retention-history=99999999',
  );

  it('judges a file once per command after our rules, unless it is told not to or is another version', async () => {
    const cwd = bed.folder('engine', { 'pgbackrest.conf': odd });
    const all = await lintJson(['.'], { cwd });
    expect(all.findings.filter(({ position }) => position.line === 4)).not.toEqual([]);
    expect(all.findings.map(({ rule }) => rule)).not.toContain('engine-disagrees');
    const other = await lintJson(['--engine', '2.58', '.'], { cwd });
    expect(other.notes.join('\n')).toMatch(/the installed pgbackrest is .*: it did not judge for 2\.58/);
    expect((await lintJson(['--no-engine', '.'], { cwd })).notes).toEqual([]);
  });

  it('judges what a holdfast.yaml is rendered to, and leaves nothing behind', async () => {
    const cwd = bed.folder('rendered', {
      'holdfast.yaml': `stanzas:
  main:
    postgres: { path: /var/lib/postgresql/15/main }
    repositories: { local: { type: posix, path: /var/lib/pgbackrest, retention: { full: 2 } } }
`,
    });
    const temporary = bed.folder('temporary', {});
    const env = { TMPDIR: temporary };
    expect(await lintJson(['.'], { cwd, env })).toMatchObject({ exitCode: 0, findings: [] });
    expect(readdirSync(temporary)).toEqual([]);
  });
});

describe('what is chosen', () => {
  it('takes only what is asked for, leaves out what is ignored, and knows no other rules', async () => {
    const cwd = bed.folder('choose', { 'pgbackrest.conf': badConf });
    const all = await lintJson(['.'], { cwd });
    const [first] = all.findings;
    const rule = first?.rule ?? '';
    const only = await lintJson(['--only', rule, '.'], { cwd });
    expect(new Set(only.findings.map((finding) => finding.rule))).toEqual(new Set([rule]));
    const without = await lintJson(['--ignore', rule, '.'], { cwd });
    expect(without.findings).toHaveLength(all.findings.length - only.findings.length);
    const unknown = await lint(['--only', `${rule}x`, '.'], { cwd });
    expect(unknown.code).toBe(64);
    expect(unknown.stderr).toContain(`Did you mean ${rule}?`);
  });

  it('leaves out what is less severe, which changes the exit code', async () => {
    const cwd = bed.folder('severity', { 'pgbackrest.conf': badConf });
    const found = await lintJson(['--min-severity', 'critical', '.'], { cwd });
    expect(new Set(found.findings.map(({ severity }) => severity))).toEqual(new Set(['critical']));
  });

  it('obeys comments in files', async () => {
    const cwd = bed.folder('comments', { 'pgbackrest.conf': badConf });
    const before = await lintJson(['.'], { cwd });
    const onLine2 = before.findings.filter(({ position }) => position.line === 2);
    const names = [...new Set(onLine2.map(({ rule }) => rule))].join(', ');
    bed.sandbox.write(
      'comments/pgbackrest.conf',
      badConf.replace('repo1-path', `# holdfast-lint: ignore ${names}\nrepo1-path`),
      0o644,
    );
    const after = await lintJson(['.'], { cwd });
    expect(after.findings).toHaveLength(before.findings.length - onLine2.length);
    expect(after.ignored).toBe(onLine2.length);
  });

  it('lists every rule', async () => {
    const result = await lint(['--rules']);
    for (const { name } of allRules) expect(result.stdout).toContain(name);
    const json = await lint(['--rules', '--json']);
    expect(json.json<{ rules: unknown[] }>().rules).toHaveLength(allRules.length);
  });

  it('takes every kind for --as', async () => {
    const result = await lint(['--help']);
    for (const kind of documentKinds) if (kind !== 'unknown') expect(result.stdout).toContain(kind);
  });
});

describe('SARIF', () => {
  it('is printed as it is, with rules, levels and regions', async () => {
    const cwd = bed.folder('sarif', { 'sub dir/pgbackrest.conf': badConf });
    const result = await lint(['--format', 'sarif', '.'], { cwd });
    expect(result.code).toBe(2);
    const log = result.json<{
      version: string;
      runs: {
        results: { ruleId: string; level: string; locations: unknown[] }[];
        tool: { driver: { rules: unknown[] } };
      }[];
    }>();
    expect(log.version).toBe('2.1.0');
    expect(log.runs[0]?.results.length).toBeGreaterThan(0);
    expect(JSON.stringify(log.runs[0]?.results)).toContain('"uri":"sub%20dir/pgbackrest.conf"');
    expect(result.stdout).not.toContain(secret);
  });
});
