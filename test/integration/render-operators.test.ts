import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { judgeGeneratedText } from '../../src/engine/conf/conf-text.ts';
import { RenderedDirectory, renderFiles } from '../kubernetes/render-objects.ts';
import { type KubernetesObject, validateManifest } from '../kubernetes/validate-manifest.ts';

const offsite = {
  type: 's3',
  provider: 'aws',
  bucket: 'backups',
  region: 'eu-central-1',
  path: '/shop',
  key: '${B2_KEY}',
  keySecret: '${B2_SECRET}',
  retention: { full: '14d', history: '30d' },
  encryption: { passphrase: '${PASSPHRASE}' },
};
const schedule = {
  full: '0 2 * * 7',
  incr: { cron: '0 */6 * * *', repositories: ['offsite'] },
  verify: '30 4 * * *',
  timezone: 'UTC',
};
/** The full of Sunday and an incremental begin together. */
const meeting = { full: '0 2 * * 0', incr: '0 * * * *', timezone: 'UTC' };
const near = { type: 'posix', path: '/srv/near', retention: { full: 2 } };
const file = (repositories: object, keys: object = {}, times: object = schedule): object => ({
  stanzas: { shop: { postgres: { path: '/pgdata' }, repositories, schedule: times } },
  ...keys,
});

/** The component in front of a cluster that somebody has. */
function applied(target: string, keys: object, cluster: object): readonly KubernetesObject[] {
  const files = renderFiles(target, keys).map((one) => ({ ...one, path: `${target}/${one.path}` }));
  using directory = new RenderedDirectory([
    ...files,
    { path: 'cluster.yaml', content: stringify(cluster) },
    {
      path: 'kustomization.yaml',
      content: stringify({ resources: ['cluster.yaml'], components: [target], namespace: 'shop' }),
    },
  ]);
  return directory.build('.');
}

const pgoCluster = {
  apiVersion: 'postgres-operator.crunchydata.com/v1',
  kind: 'PostgresCluster',
  metadata: { name: 'shop' },
  spec: {},
};
const cnpgCluster = {
  apiVersion: 'postgresql.cnpg.io/v1',
  kind: 'Cluster',
  metadata: { name: 'shop' },
  spec: {},
};

const specOf = (objects: readonly KubernetesObject[], kind: string, name?: string): unknown =>
  objects.find((object) => object.kind === kind && (name === undefined || object.metadata.name === name))?.[
    'spec'
  ];

const problemsOf = (objects: readonly KubernetesObject[]): readonly string[] =>
  objects.flatMap(validateManifest);

describe('render pgo', () => {
  it('makes spec.backups.pgbackrest as PGO 6 has it, and the Secret that it names', () => {
    const objects = applied('pgo', file({ near, offsite }), pgoCluster);
    expect(problemsOf(objects)).toEqual([]);
    const secret = objects.find(({ kind }) => kind === 'Secret');
    expect(specOf(objects, 'PostgresCluster')).toMatchObject({
      backups: {
        pgbackrest: {
          configuration: [{ secret: { name: secret?.metadata.name } }],
          global: {
            'repo1-retention-full': '2',
            'repo2-path': '/shop',
            'repo2-cipher-type': 'aes-256-cbc',
            'repo2-retention-full-type': 'time',
            'repo2-retention-full': '14',
            'repo2-retention-history': '30',
          },
          repos: [
            { name: 'repo1', volume: {}, schedules: { full: '0 2 * * 0' } },
            {
              name: 'repo2',
              s3: { bucket: 'backups', endpoint: 's3.eu-central-1.amazonaws.com', region: 'eu-central-1' },
              schedules: { full: '0 2 * * 0', incremental: '0 */6 * * *' },
            },
          ],
        },
      },
    });
    const data = (secret?.['data'] ?? {}) as Record<string, string>;
    expect(Buffer.from(Object.values(data).join(''), 'base64').toString()).toContain(
      '[global]\nrepo2-s3-key=VALUE-OF-B2_KEY\nrepo2-s3-key-secret=VALUE-OF-B2_SECRET\nrepo2-cipher-pass=VALUE-OF-PASSPHRASE\n',
    );
  });

  it('mounts files that options name, where PGO puts them', () => {
    const keys = file(
      { offsite: { ...offsite, storage: { caFile: '/etc/ssl/store.pem' } } },
      { deploy: { kubernetes: { files: { '/etc/ssl/store.pem': { configMap: 'store', key: 'ca.pem' } } } } },
    );
    expect(specOf(applied('pgo', keys, pgoCluster), 'PostgresCluster')).toMatchObject({
      backups: {
        pgbackrest: {
          configuration: [
            {},
            { configMap: { name: 'store', items: [{ key: 'ca.pem', path: 'store.pem' }] } },
          ],
          global: { 'repo1-storage-ca-file': '/etc/pgbackrest/conf.d/store.pem' },
        },
      },
    });
  });

  it.each([
    [
      'a fifth repository',
      file({ a: near, b: at('b'), c: at('c'), d: at('d'), e: at('e') }, {}, {}),
      /repo5/,
    ],
    [
      'another zone',
      file({ offsite }, {}, { full: { cron: '0 2 * * 0', timezone: 'Europe/Berlin' } }),
      /time zone/,
    ],
    [
      'two lines of a type',
      file({ offsite }, {}, { full: ['0 2 * * 0', '0 3 * * 3'], timezone: 'UTC' }),
      /two lines/,
    ],
    [
      'times of other crons',
      file({ offsite }, {}, { full: '0 2 * * 0#1', timezone: 'UTC' }),
      /does not have such times/,
    ],
    [
      'an option for one command',
      file({ offsite }, { options: { backup: { 'process-max': 4 } } }),
      /backup: process-max/,
    ],
    [
      'the identity of a pod',
      file({ offsite: identity('pod-id') }, { deploy: { engineVersion: '2.58' } }),
      /identity of a pod/,
    ],
    ['a file that is nowhere', file({ offsite: { ...offsite, storage: { caFile: '/a.pem' } } }), /\/a\.pem/],
    [
      'a blackout, which no operator knows of',
      file({ offsite }, {}, { ...schedule, blackouts: [{ cron: '0 8 * * 1-5', duration: '10h' }] }),
      /beginning in the blackout of "0 8 \* \* 1-5"/,
    ],
    [
      'an incremental at the minute of a full, whose jobs would race',
      file({ offsite }, {}, meeting),
      /it begins together with incr "0 \* \* \* \*" in offsite/,
    ],
  ])('refuses %s and says what to change', (_, keys, problem) => {
    expect(() => renderFiles('pgo', keys)).toThrow(problem);
  });
});

describe('render cloudnativepg', () => {
  it('takes backups of one minute: the operator does one after the other', () => {
    const objects = applied('cloudnativepg', file({ offsite }, {}, meeting), cnpgCluster);
    expect(objects.filter(({ kind }) => kind === 'ScheduledBackup')).toHaveLength(2);
  });

  it("makes the plugin's Stanza, the plugin of the Cluster, and a ScheduledBackup with six fields for each line", () => {
    const second = { ...offsite, bucket: 'second', encryption: undefined };
    const objects = applied('cloudnativepg', file({ offsite, second }), cnpgCluster);
    expect(problemsOf(objects)).toEqual([]);
    expect(specOf(objects, 'Stanza')).toMatchObject({
      stanzaConfiguration: {
        name: 'shop',
        s3Repositories: [
          {
            bucket: 'backups',
            repoPath: '/shop',
            verifyTLS: true,
            retentionPolicy: { full: 14, fullType: 'time' },
            secretRef: {
              accessKeyId: { name: 'shop-pgbackrest', key: 'offsite-key' },
              secretAccessKey: { name: 'shop-pgbackrest', key: 'offsite-key-secret' },
            },
            cipherConfig: { encryptionPass: { name: 'shop-pgbackrest', key: 'offsite-passphrase' } },
          },
          { bucket: 'second', verifyTLS: true },
        ],
        customEnvVar: { PGBACKREST_REPO1_RETENTION_HISTORY: '30', PGBACKREST_REPO1_BUNDLE: 'y' },
      },
    });
    expect(specOf(objects, 'Cluster')).toEqual({
      plugins: [
        {
          name: 'pgbackrest.dalibo.com',
          enabled: true,
          isWALArchiver: true,
          parameters: { stanzaRef: 'shop' },
        },
      ],
    });
    expect(specOf(objects, 'ScheduledBackup', 'shop-full-second')).toEqual({
      schedule: '0 0 2 * * 0',
      cluster: { name: 'shop' },
      method: 'plugin',
      pluginConfiguration: {
        name: 'pgbackrest.dalibo.com',
        parameters: { selectedRepository: '2', backupType: 'full' },
      },
    });
    expect(objects.filter(({ kind }) => kind === 'ScheduledBackup')).toHaveLength(3);
    expect(objects.find(({ kind }) => kind === 'Secret')).toMatchObject({
      metadata: { name: 'shop-pgbackrest' },
      data: { 'offsite-passphrase': Buffer.from('VALUE-OF-PASSPHRASE').toString('base64') },
    });
  });

  it('has Azure behind S3, as the plugin numbers them', () => {
    const azure = {
      type: 'azure',
      account: 'shopbackups',
      container: 'sets',
      key: '${AZURE_KEY}',
      retention: { full: 2 },
    };
    const times = { full: { cron: '0 2 * * 0', repositories: ['offsite'] }, timezone: 'UTC' };
    const objects = applied('cloudnativepg', file({ azure, offsite }, {}, times), cnpgCluster);
    expect(specOf(objects, 'Stanza')).toMatchObject({
      stanzaConfiguration: {
        azureRepositories: [{ container: 'sets', verifyTLS: true }],
        customEnvVar: { PGBACKREST_REPO2_BUNDLE: 'y' },
      },
    });
    expect(specOf(objects, 'ScheduledBackup')).toMatchObject({
      pluginConfiguration: { parameters: { selectedRepository: '1' } },
    });
    expect(() => renderFiles('cloudnativepg', file({ azure, offsite }))).toThrow(/only when it is the first/);
  });

  it.each([
    ['a directory', file({ near }, {}, {}), /S3 and Azure only/],
    [
      'an authority of its own',
      file({ offsite: { ...offsite, storage: { caFile: '/a.pem' } } }),
      /no certificate authority/,
    ],
    ['what has a field', file({ offsite }, { options: { 'compress-type': 'gz' } }), /by itself/],
    [
      'another zone',
      file({ offsite }, {}, { full: { cron: '0 2 * * 0', timezone: 'Europe/Berlin' } }),
      /time zone/,
    ],
    [
      'a blackout, which no operator knows of',
      file({ offsite }, {}, { ...schedule, blackouts: [{ cron: '0 8 * * 1-5', duration: '10h' }] }),
      /beginning in the blackout of "0 8 \* \* 1-5"/,
    ],
  ])('refuses %s and says what to change', (_, keys, problem) => {
    expect(() => renderFiles('cloudnativepg', keys)).toThrow(problem);
  });
});

it.each(['pgo', 'cloudnativepg'])('%s has secrets nowhere but in files for them', (target) => {
  const files = renderFiles(target, file({ offsite }));
  expect(files.filter(({ secret, content }) => !secret && content.includes('VALUE-OF-'))).toEqual([]);
  expect(files.filter(({ content }) => judgeGeneratedText(content) !== 'untouched')).toEqual([]);
  expect(
    files.filter(({ secret }) => secret).map(({ mode, path }) => [mode, path.startsWith('secrets/')]),
  ).toEqual([[0o600, true]]);
});

function at(name: string): object {
  return { ...near, path: `/srv/${name}` };
}

function identity(keyType: string): object {
  const { key: _, keySecret: _secret, ...rest } = offsite;
  return { ...rest, keyType };
}

it.each([
  [
    'postgres-operator.crunchydata.com/v1',
    'PostgresCluster',
    { backups: { pgbackrest: { repos: [{ name: 'repo1', schedule: {} }] } } },
    'repos[0].schedule',
  ],
  [
    'pgbackrest.dalibo.com/v1',
    'Stanza',
    { stanzaConfiguration: { name: 'a', s3Repository: [] } },
    's3Repository',
  ],
  [
    'postgresql.cnpg.io/v1',
    'ScheduledBackup',
    { schedule: 'x', cluster: { name: 'a' }, pluginConfig: {} },
    'pluginConfig',
  ],
  ['postgresql.cnpg.io/v1', 'Cluster', { plugins: [{ name: 'a', isWalArchiver: true }] }, 'isWalArchiver'],
])('the validator finds a field that %s %s does not have', (apiVersion, kind, spec, field) => {
  const problems = validateManifest({ apiVersion, kind, metadata: { name: 'a' }, spec });
  expect(problems.join()).toMatch(/unknown field/);
  expect(problems.join()).toContain(field);
});
