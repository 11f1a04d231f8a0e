import { describe, expect, it } from 'vitest';
import { version } from '../../test/support/conf-parts.ts';
import { parseConfiguration } from '../config/load.ts';
import { accessFiles, withCopies } from '../secrets/access-files.ts';
import { packKit, unpackKit, type OpenedKit } from './kit-file.ts';
import { planKit } from './plan-kit.ts';
import { proveKit } from './prove-kit.ts';

const text = `
stanzas:
  main:
    postgres: { path: /var/lib/postgresql/17/main }
    repositories:
      box:
        type: sftp
        server: box.example.com
        user: backup
        path: /backups
        privateKeyFile: /etc/keys/id
        publicKeyFile: /etc/keys/id.pub
        knownHosts: [/etc/keys/known, /etc/keys/more]
        encryption: { passphrase: file:/etc/keys/pass }
        retention: { full: 2 }
`;
const { configuration } = parseConfiguration(text, '/etc/holdfast/holdfast.yaml');
if (configuration === undefined) throw new Error('the example is right');
const own = configuration;

/** @param there paths of files that could be read when the kit was made */
function kitOf(there: readonly string[], withSecrets: boolean): OpenedKit {
  const contentOf = (path: string): string | undefined =>
    there.includes(path) ? `content of ${path}\n` : undefined;
  const { files, manifest } = planKit({
    configuration: own,
    text,
    version: version('2.55'),
    versions: { holdfast: '0.1.0', pgbackrest: '2.55', postgres: '17' },
    cores: 2,
    host: 'db1',
    now: 0,
    secretOf: () => 'Yq3vT0u9bX7mN1kE8rC5pW2zL6hG4dS0aF9jQ3xV',
    keyFileOf: (reference) => (reference.kind === 'file' ? contentOf(reference.path) : undefined),
    fileOf: contentOf,
    withSecrets,
    runbook: [],
    reportKeys: [],
  });
  const { bytes } = packKit(files, manifest, { passphrase: 'p', salt: Buffer.alloc(8), name: 'kit.tar' });
  return unpackKit(bytes, 'p', 'kit.tar');
}

/** Where no pgBackRest is: what is missing is found before it is looked for. */
async function evidenceOf(kit: OpenedKit, escrow: Readonly<Record<string, string>> = {}): Promise<string> {
  const values = Object.entries(escrow).map(([key, line]) => [key, { line, text: `${line}\n` }] as const);
  const proofs = await proveKit(kit, {
    escrow: new Map(values),
    path: '/nowhere',
    currentUid: 1,
    signal: new AbortController().signal,
    onSpawn: () => undefined,
  });
  expect(proofs).toMatchObject([{ proof: { result: 'unproven' } }]);
  return proofs[0]?.proof.evidence ?? '';
}

const all = ['/etc/keys/id', '/etc/keys/id.pub', '/etc/keys/known', '/etc/keys/more'];
const box = 'stanzas.main.repositories.box';

describe('a kit of a repository on an SFTP server', () => {
  it('holds the keys of the server always and the private key as a secret', () => {
    const files = (kit: OpenedKit): readonly string[] =>
      [...kit.files.keys()].filter((name) => /^(?:files|secrets)\//.test(name)).toSorted();
    expect(files(kitOf(all, false))).toEqual(['files/1', 'files/2', 'files/3']);
    const whole = kitOf(all, true);
    expect(files(whole)).toEqual(['files/1', 'files/2', 'files/3', 'secrets/1', 'secrets/2']);
    expect(whole.files.get('secrets/1')?.toString()).toBe('content of /etc/keys/id\n');
    expect(whole.files.get('repositories.txt')?.toString()).toContain(
      `${box}.knownHosts.0 (from file:/etc/keys/known; here files/2)`,
    );
  });

  it('is not proven by files of the host: each that is missing is named', async () => {
    expect(await evidenceOf(kitOf([], true))).toBe(
      `The kit does not hold ${box}.privateKeyFile (/etc/keys/id) and ${box}.publicKeyFile (/etc/keys/id.pub) and ` +
        `${box}.knownHosts.0 (/etc/keys/known) and ${box}.knownHosts.1 (/etc/keys/more), and --escrow did not name a file with it.`,
    );
    const without = await evidenceOf(kitOf(all, false), { box: 'a passphrase' });
    expect(without).toContain(`${box}.privateKeyFile`);
    expect(without).not.toContain('knownHosts');
    const key = { [`${box}.privateKeyFile`]: 'a key' };
    expect(await evidenceOf(kitOf(all, false), { box: 'a passphrase', ...key })).toBe(
      'pgbackrest is not installed here.',
    );
    expect(await evidenceOf(kitOf(all, true))).toBe('pgbackrest is not installed here.');
  });

  it('of an older version has no list of files', async () => {
    const { manifest, files } = kitOf(all, true);
    const { files: _, ...older } = manifest;
    expect(await evidenceOf({ manifest: older, files })).toContain(`${box}.knownHosts.0`);
  });

  it('is opened with copies in the place of every file', () => {
    const [repository] = own.stanzas[0]?.repositories ?? [];
    if (repository === undefined) throw new Error('the example has a repository');
    const keys = accessFiles('main', repository).map(({ key }) => key);
    const copies = new Map(keys.map((key, index) => [key, `/copy/${index}`]));
    expect(accessFiles('main', withCopies('main', repository, copies)).map(({ path }) => path)).toEqual(
      keys.map((_, index) => `/copy/${index}`),
    );
  });
});
