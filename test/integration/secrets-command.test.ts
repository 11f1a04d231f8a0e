import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fingerprintOf } from '../../src/secrets/fingerprint.ts';
import { createCluster, type TestCluster } from '../support/cluster.ts';
import { mustRunHoldfast, runHoldfast, type HoldfastResult } from '../support/holdfast.ts';
import { configurationText } from './command-line-bed.ts';

/** Passphrases of a real cluster with an encrypted repository. */
let cluster: TestCluster;
let file: string;
const run = (...args: string[]): Promise<HoldfastResult> =>
  runHoldfast(['--config', file, ...args], { env: { TMPDIR: path('tmp') } });
const mustRun = (...args: string[]): Promise<HoldfastResult> =>
  mustRunHoldfast(['--config', file, ...args], { env: { TMPDIR: path('tmp') } });
const path = (name: string): string => cluster.sandbox.file(name);

beforeAll(async () => {
  cluster = await createCluster({ name: 'secrets', walSegmentMegabytes: 1 });
  cluster.sandbox.directory('tmp');
  file = cluster.sandbox.write('holdfast.yaml', configurationText(cluster), 0o644);
});
afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
});

interface CheckDocument {
  readonly exitCode: number;
  readonly secrets: readonly {
    readonly key: string;
    readonly fingerprint?: string;
    readonly strength?: string;
    readonly proof?: { readonly result: string; readonly evidence: string };
  }[];
  readonly findings: readonly { readonly rule: string; readonly severity: string }[];
}

async function check(): Promise<CheckDocument> {
  return (await run('secrets', 'check', '--json')).json<CheckDocument>();
}

describe('secrets generate', () => {
  it('writes into the file that the repository names, for the user of the engine alone', async () => {
    const result = await mustRun('secrets', 'generate', '--repository', 'offsite', '--json');
    const passphrase = readFileSync(path('passphrase'), 'utf8').trimEnd();
    expect(Buffer.from(passphrase, 'base64')).toHaveLength(48);
    expect(statSync(path('passphrase'))).toMatchObject({ uid: cluster.sandbox.owner.uid });
    expect(statSync(path('passphrase')).mode & 0o777).toBe(0o600);
    expect(result.json()).toMatchObject({ file: path('passphrase'), fingerprint: fingerprintOf(passphrase) });
    expect(result.stdout + result.stderr).not.toContain(passphrase);
  });

  it('never overwrites, and needs to know where to write', async () => {
    const before = readFileSync(path('passphrase'), 'utf8');
    expect((await run('secrets', 'generate', '--repository', 'offsite')).code).toBe(91);
    expect((await run('secrets', 'generate', '--output', path('passphrase'))).code).toBe(91);
    expect(readFileSync(path('passphrase'), 'utf8')).toBe(before);
    const lost = await run('secrets', 'generate');
    expect(lost.code).toBe(64);
    expect(lost.stderr).toContain('--output');
  });

  it('needs no configuration', async () => {
    const result = await runHoldfast(['secrets', 'generate', '--output', path('lone')], { cwd: '/' });
    expect(result.code).toBe(0);
    expect(result.stdout).toContain('Without it nothing in the repository can be restored');
    expect(statSync(path('lone')).mode & 0o777).toBe(0o600);
  });
});

describe('secrets check', () => {
  it('says that nothing is proven while the repository is empty', async () => {
    const document = await check();
    expect(document.secrets).toMatchObject([
      {
        strength: 'strong',
        fingerprint: expect.stringMatching(/^[0-9a-f-]{19}$/),
        proof: { result: 'unproven' },
      },
    ]);
    expect(document).toMatchObject({ exitCode: 1, findings: [{ rule: 'passphrase-unproven' }] });
  });

  it('is proven when the engine has opened the repository with it', async () => {
    await mustRun('setup', '--yes', '--restart');
    const document = await check();
    expect(document).toMatchObject({ exitCode: 0, findings: [], secrets: [{ proof: { result: 'proven' } }] });
    const passphrase = readFileSync(path('passphrase'), 'utf8').trimEnd();
    expect((await run('secrets', 'check')).stdout).toContain('opens the repository');
    expect(JSON.stringify(document)).not.toContain(passphrase);
  });

  it('is refuted by the passphrase of holdfast.yaml, though the engine still has the right one', async () => {
    const right = readFileSync(path('passphrase'), 'utf8');
    cluster.sandbox.write('passphrase', readFileSync(path('lone'), 'utf8'));
    const document = await check();
    expect(document).toMatchObject({ exitCode: 2, secrets: [{ proof: { result: 'refuted' } }] });
    expect(document.findings.map(({ rule }) => rule)).toEqual(['passphrase-does-not-open']);
    cluster.sandbox.write('passphrase', right);
    expect((await check()).exitCode).toBe(0);
  });

  it('finds files that others may read, and passphrases that can be guessed', async () => {
    const right = readFileSync(path('passphrase'), 'utf8');
    cluster.sandbox.write('passphrase', 'changeme\n', 0o644);
    const document = await check();
    expect(document.findings.map(({ rule, severity }) => `${severity} ${rule}`)).toEqual([
      'critical secret-readable-by-others',
      'critical weak-passphrase',
      'critical passphrase-does-not-open',
    ]);
    expect(document.secrets[0]?.fingerprint).toBeUndefined();
    cluster.sandbox.write('passphrase', right);
  });

  it('says which secret is missing', async () => {
    const text = readFileSync(file, 'utf8');
    cluster.sandbox.write(
      file,
      text.replace(/passphrase: "file:[^"]*"/, 'passphrase: "${NO_SUCH_PASS}"'),
      0o644,
    );
    const document = await check();
    expect(document).toMatchObject({ exitCode: 2, findings: [{ rule: 'secret-unavailable' }] });
    cluster.sandbox.write('.env', `NO_SUCH_PASS='${readFileSync(path('passphrase'), 'utf8').trimEnd()}'\n`);
    expect(await check()).toMatchObject({ exitCode: 0, secrets: [{ proof: { result: 'proven' } }] });
    cluster.sandbox.write('.env', 'NO_SUCH_PASS=\n', 0o640);
    expect((await check()).findings.map(({ rule }) => rule)).toEqual([
      'secret-readable-by-others',
      'secret-unavailable',
    ]);
    cluster.sandbox.write('.env', '');
    cluster.sandbox.write(file, text, 0o644);
  });

  it('knows the names of repositories', async () => {
    expect((await run('secrets', 'check', '--repository', 'nowhere')).code).toBe(98);
  });

  it('leaves no file with a secret behind', () => {
    expect(readdirSync(path('tmp'))).toEqual([]);
  });
});

describe('secrets rotate-plan', () => {
  interface PlanDocument {
    readonly plan: {
      readonly newRepository: { readonly name: string; readonly path: string; readonly passphrase: string };
      readonly overlap: { readonly from: string; readonly until?: string };
      readonly steps: readonly {
        readonly name: string;
        readonly commands: readonly string[];
        readonly diff?: string;
      }[];
    };
  }

  /** A step as a person does it: the change with patch, then the commands as they are printed. */
  async function carryOut(step: PlanDocument['plan']['steps'][number] | undefined): Promise<void> {
    if (step === undefined) throw new Error('no such step');
    if (step.diff !== undefined) execFileSync('patch', ['--silent', file], { input: step.diff });
    for (const command of step.commands) {
      const [program, ...words] = command.split(' ');
      expect(program).toBe('holdfast');
      const consent = words[0] === 'setup' ? ['--yes'] : [];
      const result = await runHoldfast([...words, ...consent]);
      expect(`${command}: ${String(result.code)}\n${result.code === 0 ? '' : result.stderr}`).toMatch(
        /: [01]\n/,
      );
    }
  }

  it('can be carried out word by word, up to the day when the old repository goes', async () => {
    const { plan } = (await mustRun('secrets', 'rotate-plan', '--json')).json<PlanDocument>();
    expect(plan.newRepository.name).toBe('offsite-2');
    const step = (name: string): PlanDocument['plan']['steps'][number] | undefined =>
      plan.steps.find((one) => one.name === name);
    for (const name of ['generate', 'add', 'fill', 'prove']) await carryOut(step(name));
    const document = await check();
    expect(document.secrets.map(({ key, proof }) => `${key} ${String(proof?.result)}`)).toEqual([
      'stanzas.main.repositories.offsite.encryption.passphrase proven',
      'stanzas.main.repositories.offsite-2.encryption.passphrase proven',
    ]);
    expect(new Set(document.secrets.map(({ fingerprint }) => fingerprint)).size).toBe(2);
    await carryOut(step('remove'));
    expect((await check()).secrets.map(({ key }) => key)).toEqual([
      'stanzas.main.repositories.offsite-2.encryption.passphrase',
    ]);
    const plan2 = await mustRun('restore', '--repo', 'offsite-2', '--to', 'latest', '--plan', '--json');
    expect(plan2.json()).toMatchObject({ plan: { repository: { name: 'offsite-2' } } });
  });

  it('is printed for people too', async () => {
    const { stdout } = await mustRun('secrets', 'rotate-plan');
    expect(stdout).toMatch(/^Another passphrase for repository offsite-2 of stanza main: nothing is done/);
    expect(stdout).toContain('no date can be given');
    expect(stdout).toContain('+      offsite-3:');
  });
});
