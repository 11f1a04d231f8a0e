import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCluster, type TestCluster } from '../support/cluster.ts';
import { mustRunHoldfast, runHoldfast } from '../support/holdfast.ts';
import { runOnTerminal } from '../support/pseudo-terminal.ts';

/** A first configuration, from options and on a terminal. */
let cluster: TestCluster;
const path = (...names: string[]): string => cluster.sandbox.file(...names);

beforeAll(async () => {
  cluster = await createCluster({ name: 'init', walSegmentMegabytes: 1 });
});
afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
});

interface InitDocument {
  readonly file: string;
  readonly saved: readonly string[];
  readonly secrets: readonly { readonly name: string; readonly fingerprint?: string }[];
}

describe('init from options', () => {
  const options = (...more: string[]): readonly string[] => [
    'init',
    '--path',
    cluster.dataDirectory,
    '--repository',
    path('options/repo'),
    '--output',
    path('options/holdfast'),
    ...more,
  ];

  it('says everything that is missing', async () => {
    const result = await runHoldfast([
      'init',
      '--type',
      's3',
      '--provider',
      'backblaze',
      '--path',
      cluster.dataDirectory,
    ]);
    expect(result.code).toBe(64);
    expect(result.stderr).toContain('--region, and --bucket, and the variable AWS_ACCESS_KEY_ID');
  });

  it('refuses what it would not heed', async () => {
    for (const words of [
      options('--server', 'sftp.example.net'),
      options('--no-encryption'),
      ['init', '--from-env', '-', '--days', '3'],
      ['init', '--integration', 'setup-service'],
    ]) {
      const result = await runHoldfast(words);
      expect(result.code).toBe(64);
      expect(result.stderr).toMatch(/--(?:server|no-encryption|days|integration): (?:not|only) /);
    }
    expect(existsSync(path('options'))).toBe(false);
  });

  it('finds port and socket, encrypts, never overwrites, and keeps what was there with --force', async () => {
    const first = (
      await mustRunHoldfast([...options('--encrypt', '--days', '7', '--json')])
    ).json<InitDocument>();
    expect(first.secrets).toMatchObject([
      { name: 'HOLDFAST_LOCAL_PASSPHRASE', fingerprint: expect.stringMatching(/^[0-9a-f-]{19}$/) },
    ]);
    const text = readFileSync(first.file, 'utf8');
    expect(text).toContain(`port: ${cluster.port}`);
    expect(text).toContain(`socket: ${cluster.socketDirectory}`);
    const before = readFileSync(path('options/holdfast/.env'), 'utf8');
    const refused = await runHoldfast(options('--encrypt'));
    expect(refused.code).toBe(91);
    expect(readFileSync(path('options/holdfast/.env'), 'utf8')).toBe(before);
    // A run that was killed before its last file leaves secrets that nothing uses: they are kept, and not in the way.
    rmSync(first.file);
    const after = await mustRunHoldfast(options('--encrypt', '--json'));
    expect(after.json<InitDocument>().saved).toEqual([path('options/holdfast/.env.1')]);
    expect(readFileSync(path('options/holdfast/.env.1'), 'utf8')).toBe(before);
    const again = (
      await mustRunHoldfast([...options('--encrypt', '--force', '--json')])
    ).json<InitDocument>();
    expect(again.saved).toEqual([path('options/holdfast/.env.2'), path('options/holdfast/holdfast.yaml.1')]);
    expect(readFileSync(path('options/holdfast/.env.1'), 'utf8')).toBe(before);
    expect(statSync(path('options/holdfast/.env.1')).mode & 0o777).toBe(0o600);
  });
});

describe('init on a terminal', () => {
  it('asks four questions and ends in a configuration that can be used', async () => {
    const output = path('asked/holdfast');
    const { code, screen } = await runOnTerminal(
      ['init', '--output', output],
      [
        [/Which cluster\? \[1\] /, numberOfOurs],
        [/Where do the backups go\?.*\] /, path('asked/repo')],
        [/Encrypt the backups\? \[y\/N\] /, 'perhaps'],
        [/Type yes or no\.[^]*Encrypt the backups\? \[y\/N\] /, 'y'],
        [/For how many days.*\[14\] /, ''],
      ],
    );
    expect(code).toBe(0);
    expect(screen).toContain(`wrote ${output}/holdfast.yaml`);
    expect(screen).toMatch(/fingerprint [0-9a-f]{4}-/);
    expect(screen).toContain('holdfast setup --plan');
    const text = readFileSync(`${output}/holdfast.yaml`, 'utf8');
    expect(text).toContain(cluster.dataDirectory);
    expect(text).toContain('full: 14d');
    const secret = /=(.+)\n$/.exec(readFileSync(`${output}/.env`, 'utf8'))?.[1] ?? 'none';
    expect(screen).not.toContain(secret);
    await mustRunHoldfast(['config', '--check', '--config', `${output}/holdfast.yaml`]);
  });

  it('does not show the secret of a store while it is typed', async () => {
    const output = path('store/holdfast');
    const { code, screen } = await runOnTerminal(
      ['init', '--output', output],
      [
        [/Which cluster\? \[1\] /, numberOfOurs],
        [/Where do the backups go\?.*\] /, 's3'],
        [/Who runs the store\?.*\] /, 'backblaze'],
        [/Bucket: /, 'shop-backups'],
        [/Region: /, 'us-east-005'],
        [/Access key id: /, '0031key'],
        [/Secret of the access key \(not shown\): /, 'typed-secret-9471'],
        [/Encrypt the backups\?.*\[Y\/n\] /, ''],
        [/For how many days.*\[14\] /, '30'],
      ],
    );
    expect(code).toBe(0);
    expect(screen).not.toContain('typed-secret-9471');
    expect(readFileSync(`${output}/.env`, 'utf8')).toContain('HOLDFAST_OFFSITE_KEY_SECRET=typed-secret-9471');
    expect(readFileSync(`${output}/holdfast.yaml`, 'utf8')).toContain('full: 30d');
  });

  it.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('writes nothing when it is stopped by %s', async (_, key) => {
    const output = path('stopped');
    const { code } = await runOnTerminal(
      ['init', '--output', output],
      [
        [/Which cluster\? \[1\] /, numberOfOurs],
        [/Where do the backups go\?.*\] /, key],
      ],
    );
    expect(code).toBe(130);
    expect(existsSync(output)).toBe(false);
  });

  /** Other servers of this host are listed too. */
  function numberOfOurs(screen: string): string {
    const line = screen.split('\n').find((candidate) => candidate.includes(`${cluster.dataDirectory},`));
    return /^\s*(\d+)/.exec(line ?? '')?.[1] ?? 'none';
  }
});
