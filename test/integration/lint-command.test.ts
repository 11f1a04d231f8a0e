import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentKinds } from '../../src/lint/lint-document.ts';
import { allRules } from '../../src/lint/rules/all-families.ts';
import { runHoldfast } from '../support/holdfast.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';

interface Finding {
  readonly rule: string;
  readonly severity: string;
  readonly position: { readonly file: string; readonly line: number; readonly column: number };
  readonly text: string;
  readonly documentation: string;
  readonly fixable: boolean;
}

interface LintDocumentJson {
  readonly ok: boolean;
  readonly exitCode: number;
  readonly engineVersion: string;
  readonly files: readonly { readonly file: string; readonly kind: string }[];
  readonly findings: readonly Finding[];
  readonly ignored: number;
  readonly fixes: readonly {
    readonly file: string;
    readonly changes: number;
    readonly diff: string;
    readonly written: boolean;
  }[];
  readonly notes: readonly string[];
}

const secret = 'kT9sLq2vXw7RzP4dNb6m';
const bad = `[global]
repo1-path=/var/lib/pgbackrest   # where it is
repo1-retention-full=2
repo1-type=s3
repo1-s3-bucket=acme
repo1-s3-endpoint=s3.us-east-1.amazonaws.com
repo1-s3-region=us-east-1
repo1-s3-key=AKIAQ2EXAMPLE7Q2QWER
repo1-s3-secret=${secret}

[main]
pg1-path=/var/lib/postgresql/15/main
`;
const good = `[global]
repo1-path=/var/lib/pgbackrest
repo1-retention-full=2

[main]
pg1-path=/var/lib/postgresql/15/main
`;

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox('lint');
  chmodSync(sandbox.path, 0o755);
});
afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
});

function folder(name: string, files: Readonly<Record<string, string>>): string {
  const path = sandbox.directory(name, 0o755);
  for (const [file, text] of Object.entries(files)) sandbox.write(`${name}/${file}`, text, 0o644);
  return path;
}

/** A search path with everything that this machine has, but without pgbackrest. */
function programsWithoutEngine(): string {
  const path = sandbox.directory('programs', 0o755);
  for (const name of readdirSync('/usr/bin'))
    if (name !== 'pgbackrest') symlinkSync(join('/usr/bin', name), join(path, name));
  return path;
}

function lint(
  args: readonly string[],
  options?: Parameters<typeof runHoldfast>[1],
): ReturnType<typeof runHoldfast> {
  return runHoldfast(['lint', ...args], options);
}

async function lintJson(
  args: readonly string[],
  options?: Parameters<typeof runHoldfast>[1],
): Promise<LintDocumentJson> {
  const result = await lint(['--json', ...args], options);
  return { ...result.json<LintDocumentJson>(), exitCode: result.code ?? -1 };
}

describe('what is judged', () => {
  it('finds nothing in a correct file and says so', async () => {
    const cwd = folder('good', { 'pgbackrest.conf': good });
    const result = await lint(['--engine', '2.45', 'pgbackrest.conf'], { cwd });
    expect(result).toMatchObject({ code: 0, stdout: 'nothing wrong in 1 file, judged for pgBackRest 2.45' });
  });

  it('tells place, severity, rule, text, consequence, correction and page, by file', async () => {
    const cwd = folder('bad', { 'pgbackrest.conf': bad });
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
    const cwd = folder('json', { 'pgbackrest.conf': bad });
    const raw = await lint(['--json', '--engine', '2.45', '.'], { cwd });
    expect(raw.stdout).not.toContain(secret);
    const found = raw.json<LintDocumentJson>();
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
    const cwd = folder('walk', {
      'etc/pgbackrest.conf': good,
      'notes.rst': 'nothing\n',
      'deploy/docker-compose.yml': 'services: { db: { image: "postgres:15" } }\n',
    });
    for (const skipped of ['.git', 'node_modules', 'deploy/node_modules']) {
      mkdirSync(join(cwd, skipped), { recursive: true });
      writeFileSync(join(cwd, skipped, 'pgbackrest.conf'), bad);
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
    const told = await lintJson(['-'], { input: good });
    expect(told.files).toEqual([{ file: '<stdin>', kind: 'pgbackrest-conf' }]);
  });

  it('judges for the version that is named, for the installed one otherwise, and for the newest where there is none', async () => {
    const file = sandbox.write('version.conf', good, 0o644);
    expect((await lintJson(['--engine', '2.58', file])).engineVersion).toBe('2.58');
    const installed = spawnSync('pgbackrest', ['version'], { encoding: 'utf8' }).stdout.trim();
    expect(`pgBackRest ${(await lintJson([file])).engineVersion}`).toBe(installed);
    const without = await lintJson([file], { env: { PATH: programsWithoutEngine() } });
    expect(without.engineVersion).toBe('2.60');
    expect(without.notes.join('\n')).toMatch(/pgbackrest is not installed here: judged for 2\.60/);
  });

  it('looks at what the host uses when nothing is named, and says what that was', async () => {
    const cwd = folder('host', {
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
  const odd = good.replace(
    'repo1-retention-full=2',
    'repo1-retention-full=2\nrepo1-retention-history=99999999',
  );

  it('judges a file once per command after our rules, unless it is told not to or is another version', async () => {
    const cwd = folder('engine', { 'pgbackrest.conf': odd });
    const all = await lintJson(['.'], { cwd });
    expect(all.findings.filter(({ position }) => position.line === 4)).not.toEqual([]);
    expect(all.findings.map(({ rule }) => rule)).not.toContain('engine-disagrees');
    const other = await lintJson(['--engine', '2.58', '.'], { cwd });
    expect(other.notes.join('\n')).toMatch(/the installed pgbackrest is .*: it did not judge for 2\.58/);
    expect((await lintJson(['--no-engine', '.'], { cwd })).notes).toEqual([]);
  });

  it('judges what a holdfast.yaml is rendered to, and leaves nothing behind', async () => {
    const cwd = folder('rendered', {
      'holdfast.yaml': `stanzas:
  main:
    postgres: { path: /var/lib/postgresql/15/main }
    repositories: { local: { type: posix, path: /var/lib/pgbackrest, retention: { full: 2 } } }
`,
    });
    expect(await lintJson(['.'], { cwd })).toMatchObject({ exitCode: 0, findings: [] });
    expect(readdirSync('/tmp').filter((name) => name.startsWith('holdfast-lint-'))).toEqual([]);
  });
});

describe('what is chosen', () => {
  it('takes only what is asked for, leaves out what is ignored, and knows no other rules', async () => {
    const cwd = folder('choose', { 'pgbackrest.conf': bad });
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
    const cwd = folder('severity', { 'pgbackrest.conf': bad });
    const found = await lintJson(['--min-severity', 'critical', '.'], { cwd });
    expect(new Set(found.findings.map(({ severity }) => severity))).toEqual(new Set(['critical']));
  });

  it('obeys comments in files', async () => {
    const cwd = folder('comments', { 'pgbackrest.conf': bad });
    const before = await lintJson(['.'], { cwd });
    const onLine2 = before.findings.filter(({ position }) => position.line === 2);
    const names = [...new Set(onLine2.map(({ rule }) => rule))].join(', ');
    sandbox.write(
      'comments/pgbackrest.conf',
      bad.replace('repo1-path', `# holdfast-lint: ignore ${names}\nrepo1-path`),
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
    const cwd = folder('sarif', { 'sub dir/pgbackrest.conf': bad });
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

describe('fixing', () => {
  it('only prints the difference with --diff', async () => {
    const cwd = folder('diff', { 'pgbackrest.conf': bad });
    const result = await lint(['--diff', '.'], { cwd });
    expect(result.stdout).toMatch(/^-repo1-path=\/var\/lib\/pgbackrest {3}# where it is$/m);
    expect(result.stdout).not.toContain(secret);
    expect(readFileSync(join(cwd, 'pgbackrest.conf'), 'utf8')).toBe(bad);
  });

  it('corrects the file whole, keeps its mode, and judges what is left', async () => {
    const cwd = folder('fix', { 'pgbackrest.conf': bad });
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
    const result = await lint(['--fix', '--as', 'pgbackrest-conf', '-'], { input: bad });
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
    const file = sandbox.write('what.rst', 'nothing\n', 0o644);
    const result = await lint([file]);
    expect(result.code).toBe(98);
    expect(result.stderr).toMatch(/HINT: .*--as/);
  });

  it('refuses a version that it does not know', async () => {
    expect((await lint(['--engine', '1.9', '.'])).code).toBe(64);
  });
});
