import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KitManifest } from '../../src/kit/kit-manifest.ts';
import type { KitProof } from '../../src/kit/prove-kit.ts';
import { kitFormat } from '../../src/model/kit-format.ts';
import { fingerprintOf } from '../../src/secrets/fingerprint.ts';
import { runHoldfast, type HoldfastOptions, type HoldfastResult } from '../support/holdfast.ts';
import { createProtectedBed, type ProtectedBed } from '../support/protected-bed.ts';
import { runOnTerminal } from '../support/pseudo-terminal.ts';
import { createSandbox } from '../support/sandbox.ts';

/** A host with two encrypted repositories, and another one that has nothing but the kit. */
let bed: ProtectedBed;
const path = (...names: string[]): string => bed.sandbox.file(...names);
const kitPassphrase = 'seven quiet otters paint the northern harbour';
const strong = 'Yq3vT0u9bX7mN1kE8rC5pW2zL6hG4dS0aF9jQ3xV';
/** What everybody else writes into holdfast.yaml sooner or later. */
const literal = 'stands in the file';

beforeAll(async () => {
  const sandbox = await createSandbox('kit');
  const file = sandbox.write('safe/local', `${strong}\n`);
  bed = await createProtectedBed({
    name: 'kit',
    sandbox,
    repositories: {
      local: { encryption: { passphrase: `file:${file}` } },
      offsite: { encryption: { passphrase: literal } },
    },
    keys: { heartbeat: 'off' },
  });
  sandbox.directory('tmp');
  sandbox.write('safe/offsite', `${literal}\n`);
  sandbox.write('safe/kit', `${kitPassphrase}\n`);
  sandbox.write('safe/wrong', 'eleven loud herons leave the southern meadow\n');
});
afterAll(async () => {
  await bed[Symbol.asyncDispose]();
});

interface CreateDocument {
  readonly kit: string;
  readonly instructions: string;
  readonly manifest: KitManifest;
  readonly files: readonly string[];
}

/** Makes a kit; 1: of one repository there is no fingerprint. */
async function create(name: string, ...more: readonly string[]): Promise<CreateDocument> {
  const words = ['kit', 'create', '--out', path(name), '--passphrase-file', path('safe/kit'), '--json'];
  const result = await bed.run([...words, ...more]);
  expect(result.code, result.stderr).toBe(1);
  return result.json<CreateDocument>();
}

/** On a host that has no configuration of its own. */
function elsewhere(args: readonly string[], options: HoldfastOptions = {}): Promise<HoldfastResult> {
  const env = { TMPDIR: path('tmp'), ...options.env };
  return runHoldfast(['kit', ...args], { cwd: path('safe'), ...options, env });
}

const withPassphrase = (file = 'safe/kit'): string[] => ['--passphrase-file', path(file)];

describe('holdfast kit', () => {
  it('packs everything but secrets', async () => {
    const { kit, instructions, manifest, files } = await create('one.tar');
    expect(statSync(kit).mode & 0o777).toBe(0o600);
    expect(readFileSync(kit, 'latin1')).toContain('openssl enc -d');
    expect(readFileSync(instructions, 'utf8')).toContain('tar -xf one.tar');
    expect(manifest.secrets.find(({ repository }) => repository?.name === 'local')).toMatchObject({
      fingerprint: fingerprintOf(strong),
    });
    for (const name of [
      'holdfast.yaml',
      'runbook.html',
      'runbook.md',
      'repositories.txt',
      'report-keys/report-1.pub',
      'pgbackrest/this-host/pgbackrest.conf',
    ])
      expect(files).toContain(`${kitFormat.inner}/${name}`);
    expect(files.join()).not.toContain('secrets/');
    const again = await bed.run(['kit', 'create', '--out', kit, ...withPassphrase()]);
    expect(again.code).toBe(91);
  });

  it('is opened by tar and openssl alone, as its instructions say', async () => {
    const { instructions } = await create('plain.tar');
    const commands = readFileSync(instructions, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('  '))
      .map((line) => line.trim())
      .filter((line) => !line.startsWith('holdfast '))
      .join('\n')
      .replaceAll('/root/kit', path('opened'))
      .replaceAll('-xf plain.tar', `-xf ${path('plain.tar')}`)
      .replace('openssl enc -d', `openssl enc -d -pass file:${path('safe/kit')}`);
    const shown = execFileSync('sh', ['-e', '-c', commands], { encoding: 'utf8', cwd: '/' });
    expect(shown).toMatch(/holdfast\.yaml: OK/);
    expect(shown).not.toMatch(/FAILED/);
    const everything = execFileSync('cat', filesBelow(path('opened/kit')), { encoding: 'utf8' });
    expect(everything).not.toContain(strong);
    expect(everything).not.toContain(literal);
    expect(everything).toContain('repo1-cipher-pass=(fill in)');
  });

  it('proves on another host that the passphrases of the safe open the repositories', async () => {
    const { kit } = await create('check.tar');
    for (const name of ['etc', 'state', 'holdfast.yaml', 'log', 'spool']) hide(name);
    try {
      const escrow = [
        '--escrow',
        `local=${path('safe/local')}`,
        '--escrow',
        `main/offsite=${path('safe/offsite')}`,
      ];
      const result = await elsewhere(['check', kit, ...withPassphrase(), ...escrow, '--json']);
      expect(result.json<{ proofs: KitProof[] }>().proofs).toMatchObject([
        { repository: 'local', from: 'escrow', fingerprintFits: true, proof: { result: 'proven' } },
        { repository: 'offsite', from: 'escrow', proof: { result: 'proven' } },
      ]);
      expect(result.code).toBe(0);
      const wrong = await elsewhere([
        'check',
        kit,
        ...withPassphrase(),
        '--escrow',
        `local=${path('safe/wrong')}`,
        '--json',
      ]);
      expect(wrong.json<{ proofs: KitProof[] }>().proofs).toMatchObject([
        { repository: 'local', fingerprintFits: false, proof: { result: 'refuted' } },
        { repository: 'offsite', from: 'nowhere', proof: { result: 'unproven' } },
      ]);
      expect(wrong.code).toBe(2);
    } finally {
      for (const name of ['etc', 'state', 'holdfast.yaml', 'log', 'spool']) bringBack(name);
    }
    expect(readdirSync(path('tmp'))).toEqual([]);
  });

  it('holds the secrets where that was asked for, and then needs nothing else', async () => {
    const { kit, manifest } = await create('secrets.tar', '--with-secrets');
    expect(manifest.secretsIncluded).toBe(true);
    const result = await elsewhere(['check', kit, ...withPassphrase()]);
    expect(result.code, result.stdout).toBe(0);
    const opened = await elsewhere(['open', kit, '--out', path('with-secrets'), ...withPassphrase()]);
    expect(opened.code, opened.stderr).toBe(0);
    expect(readFileSync(path('with-secrets/kit/secrets/1'), 'utf8')).toBe(`${strong}\n`);
    expect(statSync(path('with-secrets')).mode & 0o777).toBe(0o700);
    expect(statSync(path('with-secrets/kit/secrets/1')).mode & 0o777).toBe(0o600);
    expect(readFileSync(path('with-secrets/kit/holdfast.yaml'), 'utf8')).toContain(literal);
  });

  it('says that a passphrase is wrong, and which copies are damaged', async () => {
    const { kit } = await create('damaged.tar');
    const wrong = await elsewhere(['check', kit, ...withPassphrase('safe/wrong'), '--json']);
    expect(wrong.json<{ error: { kind: string } }>().error.kind).toBe('passphrase-wrong');
    const whole = readFileSync(kit);
    for (const offset of [whole.indexOf('Salted__') + 100, whole.indexOf('"hmac"') + 12, 120]) {
      const bytes = Buffer.from(whole);
      bytes[offset] = (bytes[offset] ?? 0) ^ 1;
      const copy = path(`damaged-${offset}.tar`);
      writeFileSync(copy, bytes);
      const result = await elsewhere(['check', copy, ...withPassphrase(), '--json']);
      expect(result.json<{ error: { kind: string } }>().error.kind).toBe('file-unusable');
    }
    const opened = await elsewhere([
      'open',
      kit,
      '--out',
      path('not-there'),
      ...withPassphrase('safe/wrong'),
    ]);
    expect(opened.code).toBe(76);
    expect(existsSync(path('not-there'))).toBe(false);
  });

  it('asks for the passphrase on a terminal, twice for a new kit, and shows nothing of it', async () => {
    const words = ['kit', 'create', '--config', bed.configuration.file, '--out', path('asked.tar')];
    const made = await runOnTerminal(words, [
      [/Passphrase of the kit: /, kitPassphrase],
      [/Once more: /, kitPassphrase],
    ]);
    expect(made.screen).not.toContain('otters');
    expect(made.code).toBe(1);
    const env = { HOLDFAST_KIT_PASSPHRASE: kitPassphrase };
    const checked = await elsewhere(['check', path('asked.tar'), '--json'], { env });
    expect(checked.json<{ ok: boolean }>().ok).toBe(true);
  });

  it('takes no passphrase that is easily guessed, and asks nobody who is not there', async () => {
    bed.sandbox.write('safe/weak', 'postgres1\n');
    const weak = await bed.run([
      'kit',
      'create',
      '--out',
      path('weak.tar'),
      '--passphrase-file',
      path('safe/weak'),
    ]);
    expect(weak.code).toBe(64);
    const nobody = await bed.run(['kit', 'create', '--out', path('weak.tar')]);
    expect(nobody.code).toBe(92);
    expect(existsSync(path('weak.tar'))).toBe(false);
  });

  it.each([
    [['create'], /needs --out/],
    [['open'], /needs the file/],
    [['check', 'x', '--out', 'y'], /writes nothing/],
    [['check', 'x', '--escrow', 'nothing'], /not NAME=FILE/],
  ])('refuses %j', async (args, problem) => {
    const result = await elsewhere([...args, '--config', bed.configuration.file]);
    expect(result.code).toBe(64);
    expect(result.stderr).toMatch(problem);
  });
});

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`);
}

function hide(name: string): void {
  renameSync(path('holdfast', name), path(`gone-${name}`));
}

function bringBack(name: string): void {
  if (existsSync(path('holdfast', name))) throw new Error(`${name} was made again`);
  renameSync(path(`gone-${name}`), path('holdfast', name));
}
