import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { KitManifest } from '../../src/kit/kit-manifest.ts';
import type { KitProof } from '../../src/kit/prove-kit.ts';
import { makeCertificates } from '../support/certificates.ts';
import { runHoldfast } from '../support/holdfast.ts';
import { createProtectedBed, type ProtectedBed } from '../support/protected-bed.ts';
import { createSandbox } from '../support/sandbox.ts';

/* Kits of repositories that pgBackRest opens with files beside its configuration, checked where those files are others. */
const cleanUp = new AsyncDisposableStack();
let bed: ProtectedBed;
let port: number;
/** Where tokens were asked for. */
const asked: string[] = [];
const path = (...names: string[]): string => bed.sandbox.file(...names);
const passphrase = 'Yq3vT0u9bX7mN1kE8rC5pW2zL6hG4dS0aF9jQ3xV';

interface Document {
  readonly manifest: KitManifest;
  readonly proofs: readonly KitProof[];
}

beforeAll(async () => {
  const sandbox = await createSandbox('kit-files');
  const file = sandbox.write('safe/pass', `${passphrase}\n`);
  bed = cleanUp.use(
    await createProtectedBed({
      name: 'kit-files',
      sandbox,
      repositories: { local: { encryption: { passphrase: `file:${file}` } } },
      keys: { heartbeat: 'off' },
    }),
  );
  sandbox.write('safe/kit', 'seven quiet otters paint the northern harbour\n');
  const { caFile, key, certificate } = makeCertificates(sandbox.directory('tls'));
  sandbox.write('etc/ca.crt', readFileSync(caFile, 'utf8'));
  port = await serveStore(key, certificate);
  sandbox.write('etc/gcs.json', keyFile('/token/of-the-kit'));
});
afterAll(() => cleanUp.disposeAsync());

/** What a store has to answer for one file to be read, from the directory of a repository. */
async function serveStore(key: string, cert: string): Promise<number> {
  const root = repositories()['local']?.['path'] ?? '';
  const server = createServer({ key, cert }, (request, response) => {
    const url = decodeURIComponent(request.url ?? '');
    const [, name] = /(backup\/main\/backup\.info|archive\/main\/archive\.info)(?:\?|$)/.exec(url) ?? [];
    if (url.startsWith('/token/')) {
      asked.push(url);
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify({ access_token: 'abc', token_type: 'Bearer', expires_in: 3600 }));
    } else if (name === undefined) response.writeHead(404).end();
    else response.end(readFileSync(join(root, name)));
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  cleanUp.defer(() => void server.close());
  cleanUp.defer(() => server.closeAllConnections());
  return (server.address() as AddressInfo).port;
}

function repositories(): Record<string, Record<string, string>> {
  return configurationFile().stanzas.main.repositories;
}

interface ConfigurationFile {
  readonly stanzas: { readonly main: { repositories: Record<string, Record<string, string>> } };
}

function configurationFile(): ConfigurationFile {
  return parse(readFileSync(bed.configuration.file, 'utf8')) as ConfigurationFile;
}

/** As Google gives it out; nobody looks at what it signs. */
function keyFile(token: string): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return JSON.stringify({
    type: 'service_account',
    client_email: 'a@b.example',
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    token_uri: `https://localhost:${port}${token}`,
  });
}

/** Makes a kit of one repository instead of those of the bed. */
async function create(name: string, repository: object, ...more: readonly string[]): Promise<Document> {
  const keys = configurationFile();
  const { type: _type, path: _path, ...local } = repositories()['local'] ?? {};
  const file = bed.sandbox.write(
    `${name}.yaml`,
    stringify({
      ...keys,
      stanzas: { main: { ...keys.stanzas.main, repositories: { store: { ...local, ...repository } } } },
    }),
  );
  const words = ['--config', file, 'kit', 'create', '--out', path(`${name}.tar`), '--json'];
  const result = await runHoldfast([...words, '--passphrase-file', path('safe/kit'), ...more]);
  expect(result.code, result.stderr).toBe(0);
  return result.json<Document>();
}

async function check(name: string, ...more: readonly string[]): Promise<KitProof> {
  const words = ['kit', 'check', path(`${name}.tar`), '--passphrase-file', path('safe/kit'), '--json'];
  const { proofs } = (await runHoldfast([...words, ...more])).json<Document>();
  const [proof] = proofs;
  if (proof === undefined) throw new Error('nothing was checked');
  return proof;
}

/** The host of the check has other files under the same paths. */
async function withOthers(run: () => Promise<void>): Promise<void> {
  const files = ['etc/ca.crt', 'etc/gcs.json'].map((name) => path(name));
  const before = files.map((file) => readFileSync(file));
  try {
    for (const file of files) writeFileSync(file, 'of another host');
    await run();
  } finally {
    for (const [index, file] of files.entries()) writeFileSync(file, before[index] ?? '');
  }
}

const s3 = (): object => ({
  type: 's3',
  provider: 'minio',
  bucket: 'backups',
  region: 'us-east-1',
  path: '/repository',
  endpoint: `localhost:${port}`,
  key: 'an-identifier',
  keySecret: `file:${path('safe/pass')}`,
  storage: { caFile: path('etc/ca.crt') },
});
const gcs = (): object => ({
  type: 'gcs',
  bucket: 'backups',
  path: '/repository',
  endpoint: `localhost:${port}`,
  key: `file:${path('etc/gcs.json')}`,
  storage: { caFile: path('etc/ca.crt') },
});

describe('a kit with the files by which repositories are opened', () => {
  it('holds certificates, and opens a repository with them where the host has others', async () => {
    const { manifest } = await create('s3', s3(), '--with-secrets');
    expect(manifest.files).toMatchObject([
      { key: 'stanzas.main.repositories.store.storage.caFile', path: path('etc/ca.crt'), file: 'files/1' },
    ]);
    await withOthers(async () => {
      expect((await check('s3')).proof).toMatchObject({ result: 'proven' });
    });
  });

  it('takes a certificate that was refused for no proof against the passphrase', async () => {
    await create('refused', s3(), '--with-secrets');
    const key = 'stanzas.main.repositories.store.storage.caFile';
    const other = makeCertificates(bed.sandbox.directory('other')).caFile;
    const { result, evidence } = (await check('refused', '--escrow', `${key}=${other}`)).proof;
    expect(evidence).toContain('certificate');
    expect(result).toBe('unproven');
  });

  it('tries the key file that is in it, and never the one of the host', async () => {
    await create('gcs', gcs(), '--with-secrets');
    await withOthers(async () => {
      asked.length = 0;
      expect((await check('gcs')).proof).toMatchObject({ result: 'proven' });
      expect(new Set(asked)).toEqual(new Set(['/token/of-the-kit']));
    });
  });

  it('names a key file that is neither in it nor out of the safe, and takes the one of the safe', async () => {
    await create('without', gcs());
    const pass = ['--escrow', `store=${path('safe/pass')}`];
    expect((await check('without', ...pass)).proof).toEqual({
      result: 'unproven',
      evidence: `The kit does not hold stanzas.main.repositories.store.key (${path('etc/gcs.json')}), and --escrow did not name a file with it.`,
    });
    bed.sandbox.write('safe/gcs.json', keyFile('/token/of-the-safe'));
    const key = `stanzas.main.repositories.store.key=${path('safe/gcs.json')}`;
    asked.length = 0;
    expect((await check('without', ...pass, '--escrow', key)).proof).toMatchObject({ result: 'proven' });
    expect(new Set(asked)).toEqual(new Set(['/token/of-the-safe']));
  });

  it('lists where each goes, for who restores by hand', async () => {
    await create('listed', gcs(), '--with-secrets');
    const out = path('opened');
    const words = ['kit', 'open', path('listed.tar'), '--out', out, '--passphrase-file', path('safe/kit')];
    expect((await runHoldfast(words)).code).toBe(0);
    const listed = readFileSync(join(out, 'kit/repositories.txt'), 'utf8');
    expect(listed).toContain(`store.key (from file:${path('etc/gcs.json')}; here secrets/1)`);
    expect(listed).toContain(`store.storage.caFile (from file:${path('etc/ca.crt')}; here files/1)`);
    expect(readFileSync(join(out, 'kit/files/1'), 'utf8')).toBe(readFileSync(path('etc/ca.crt'), 'utf8'));
  });

  it('does not take an absent key file for an empty repository', async () => {
    const absent = { ...gcs(), key: `file:${path('etc/nothing.json')}` };
    await create('absent', absent, '--with-secrets');
    expect((await check('absent')).proof).toMatchObject({ result: 'unproven' });
    const words = ['--config', path('absent.yaml'), 'secrets', 'check', '--json'];
    const { stdout } = await runHoldfast(words);
    expect(stdout).toContain(`${path('etc/nothing.json')} is not there`);
    expect(stdout).not.toContain('holds nothing of this stanza');
  });
});
