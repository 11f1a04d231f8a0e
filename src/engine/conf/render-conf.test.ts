import { describe, expect, it } from 'vitest';
import type { HostTransport } from '../../model/stanza.ts';
import {
  configuration,
  given,
  node,
  render,
  repository,
  stanza,
  transport,
  version,
} from '../../../test/support/conf-parts.ts';
import { resolveSecrets } from './secret-values.ts';

const refused = expect.objectContaining({ kind: 'config-invalid' });

describe('renderConf', () => {
  it('renders the shortest configuration with what Holdfast chooses', () => {
    const { main, secret } = render(configuration([stanza('main', [node(undefined)], [repository(1)])]));
    expect(main).toEqual({
      global: [
        'lock-path=/run/pgbackrest',
        'log-path=/var/log/pgbackrest',
        'spool-path=/var/spool/pgbackrest',
        'compress-type=zst',
        'compress-level=1',
        'process-max=2',
        'start-fast=y',
        'archive-async=y',
        'repo1-path=/repo1',
        'repo1-retention-full=2',
        'repo1-bundle=y',
      ],
      'global:archive-push': ['process-max=2'],
      'global:archive-get': ['process-max=2', 'archive-get-queue-max=512MiB'],
      'global:restore': ['process-max=2'],
      main: ['pg1-path=/pg', 'pg1-port=5432'],
    });
    expect(secret).toEqual({});
  });

  it('never renders what a version does not know or has only as beta', () => {
    const config = configuration([stanza('main', [node(undefined)], [repository(1)])]);
    expect(render(config, { version: version('2.45') }).main['global']).not.toContain('repo1-block=y');
    expect(render(config, { version: version('2.46') }).main['global']).toContain('repo1-block=y');
    const sftp = repository(1, {
      access: {
        type: 'sftp',
        host: 'store',
        port: 22,
        user: 'backup',
        privateKeyFile: '/id',
        publicKeyFile: undefined,
        privateKeyPassphrase: undefined,
        hostKeyHashType: 'sha256',
        hostKeyCheckType: 'strict',
        hostFingerprint: undefined,
        knownHosts: ['/a', '/b'],
      },
    });
    const withSftp = configuration([stanza('main', [node(undefined)], [sftp])]);
    expect(() => render(withSftp)).toThrow(refused);
    expect(render(withSftp, { version: version('2.48') }).main['global']).toEqual(
      expect.arrayContaining(['repo1-sftp-known-host=/a', 'repo1-sftp-known-host=/b']),
    );
    const block = configuration([
      stanza('main', [node(undefined)], [repository(1, { bundle: true, block: true })]),
    ]);
    expect(() => render(block)).toThrow(refused);
    const unknown = configuration(
      [stanza('main', [node(undefined)], [repository(1)])],
      [given('repo1-symlink', 'n')],
    );
    expect(() => render(unknown)).toThrow(refused);
  });

  it('puts its own node first and without host, and reaches the others', () => {
    const tls: HostTransport = {
      ...transport,
      kind: 'tls',
      caFile: '/ca',
      certificateFile: '/crt',
      keyFile: '/key',
    };
    const nodes = [
      node('db1', { transport: tls }),
      node('db2', { port: 5433, transport: { ...transport, port: 2222 } }),
    ];
    const config = configuration([stanza('main', nodes, [repository(1)])]);
    expect(render(config, { host: 'db2' }).main['main']).toEqual([
      'pg1-path=/pg',
      'pg1-port=5433',
      'pg2-path=/pg',
      'pg2-port=5432',
      'pg2-host=db1',
      'pg2-host-type=tls',
      'pg2-host-ca-file=/ca',
      'pg2-host-cert-file=/crt',
      'pg2-host-key-file=/key',
    ]);
    expect(render(config, { host: 'db1' }).main['main']).toEqual([
      'pg1-path=/pg',
      'pg1-port=5432',
      'pg2-path=/pg',
      'pg2-port=5433',
      'pg2-host=db2',
      'pg2-host-port=2222',
    ]);
    const nameless = configuration([stanza('main', [node(undefined), node('db2')], [repository(1)])]);
    expect(() => render(nameless, { host: 'db2' })).toThrow(refused);
  });

  it('leaves to the host of a repository what only it needs', () => {
    const passphrase = { kind: 'literal' as const, value: 'x' };
    const remote = repository(1, {
      host: { address: 'store', ...transport, user: 'pgbackrest' },
      encryption: { cipher: 'aes-256-cbc', passphrase },
    });
    const config = configuration([stanza('main', [node('db1'), node('db2')], [remote])]);
    const database = render(config, { host: 'db1' });
    expect(database.main['main']).toEqual(['pg1-path=/pg', 'pg1-port=5432']);
    expect(database.main['global']?.filter((line) => line.startsWith('repo'))).toEqual([
      'repo1-host=store',
      'repo1-host-user=pgbackrest',
    ]);
    expect(database.secret).toEqual({});
    const store = render(config, { host: 'store' });
    expect(store.main['main']).toEqual(expect.arrayContaining(['pg1-host=db1', 'pg2-host=db2']));
    expect(store.main['global']).toEqual(
      expect.arrayContaining(['repo1-path=/repo1', 'repo1-cipher-type=aes-256-cbc']),
    );
    expect(store.secret).toEqual({ global: ['repo1-cipher-pass=(masked)'] });
  });

  it('gives each of several stanzas its own repositories', () => {
    const encrypted = repository(1, {
      path: '/other',
      encryption: { cipher: 'aes-256-cbc', passphrase: { kind: 'literal', value: 'x' } },
    });
    const config = configuration([
      stanza('main', [node(undefined)], [repository(1)]),
      stanza('other', [node(undefined, { path: '/pg2', port: 5433 })], [encrypted]),
    ]);
    const { main, secret } = render(config);
    expect(main['global']?.some((line) => line.startsWith('repo'))).toBe(false);
    expect(main['main']).toContain('repo1-path=/repo1');
    expect(main['other']).toContain('repo1-path=/other');
    expect(secret).toEqual({ other: ['repo1-cipher-pass=(masked)'] });
  });

  it('lets the user have the last word', () => {
    const own = [
      given('compress-type', 'gz'),
      given('process-max', '4'),
      given('process-max', '9', 'restore'),
      given('repo1-cipher-pass', 'literal'),
    ];
    const { main, secret } = render(
      configuration(
        [stanza('main', [node(undefined)], [repository(1)], [given('compress-type', 'none', 'backup')])],
        own,
      ),
    );
    expect(main['global']).toEqual(
      expect.arrayContaining(['compress-type=gz', 'compress-level=6', 'process-max=4']),
    );
    expect(main['global']).not.toContain('compress-level=1');
    expect(main['global:archive-push']).toBeUndefined();
    expect(main['global:restore']).toEqual(['process-max=9']);
    expect(main['main:backup']).toEqual(['compress-type=none']);
    expect(secret).toEqual({ global: ['repo1-cipher-pass=literal'] });
    expect(JSON.stringify(main)).not.toContain('queue-max=4');
  });

  it('renders current names, retention and lists', () => {
    const kept = repository(1, {
      retention: {
        full: { by: 'time', days: 14 },
        diff: 3,
        archive: { type: 'diff', count: 2 },
        history: 90,
      },
    });
    const endless = repository(2, {
      retention: { full: undefined, diff: undefined, archive: 'follow', history: undefined },
    });
    const { main } = render(
      configuration(
        [stanza('main', [node(undefined)], [kept, endless])],
        [given('archive-queue-max', '1GiB')],
      ),
    );
    expect(main['global']?.filter((line) => /retention|queue/.test(line))).toEqual([
      'repo1-retention-full-type=time',
      'repo1-retention-full=14',
      'repo1-retention-diff=3',
      'repo1-retention-archive-type=diff',
      'repo1-retention-archive=2',
      'repo1-retention-history=90',
      'repo2-retention-full=9999999',
      'archive-push-queue-max=1GiB',
    ]);
  });

  it('names the key file of Google and does not look into it', async () => {
    const google = repository(1, {
      access: {
        type: 'gcs',
        bucket: 'b',
        keyType: 'service',
        key: { kind: 'file', path: '/etc/gcs.json' },
        endpoint: undefined,
        userProject: undefined,
        host: undefined,
        port: undefined,
        caFile: undefined,
        caPath: undefined,
        verifyTls: true,
        uploadChunkSize: undefined,
        tags: {},
      },
    });
    const config = configuration([stanza('main', [node(undefined)], [google])]);
    const lookUp = (): Promise<string> => Promise.reject(new Error('must not be looked up'));
    const secrets = await resolveSecrets(config, undefined, lookUp);
    expect(render(config, { secrets }).secret).toEqual({ global: ['repo1-gcs-key=/etc/gcs.json'] });
  });

  it('refuses values that would become other options', () => {
    for (const path of ['/pg\nrepo1-path=/elsewhere', ' ', '/pg ']) {
      const config = configuration([stanza('main', [node(undefined, { path })], [repository(1)])]);
      expect(() => render(config)).toThrow(refused);
    }
  });
});
