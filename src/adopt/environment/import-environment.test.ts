import { describe, expect, it } from 'vitest';
import type { Configuration } from '../../config/configuration.ts';
import { parseConfiguration } from '../../config/load.ts';
import { maskedSecrets } from '../../engine/conf/secret-values.ts';
import { renderConf } from '../../engine/conf/render-conf.ts';
import { parseEngineVersion } from '../../model/engine-version.ts';
import { Failure } from '../../model/failure.ts';
import { writeDraft } from '../write-draft.ts';
import { writeEnvironmentText } from './environment-secret.ts';
import { importEnvironment, type EnvironmentImport } from './import-environment.ts';
import type { ImportSettings } from './integration.ts';

const settings: ImportSettings = {
  directory: '/etc/holdfast',
  newPassphrase: () => 'MADE-NOW'.repeat(8),
  encrypt: true,
  cluster: undefined,
  found: [],
  stanza: undefined,
};

type DraftImport = Extract<EnvironmentImport, { kind: 'draft' }>;

function take(text: string, more: Partial<ImportSettings> = {}): DraftImport {
  const result = importEnvironment(text, '.env.old', { ...settings, ...more });
  if (result.kind !== 'draft') throw new Error('taken for a hosted database');
  return result;
}

function configure(result: DraftImport): Configuration {
  const { configuration, problems } = parseConfiguration(
    writeDraft(result.draft),
    '/etc/holdfast/holdfast.yaml',
  );
  if (configuration === undefined) throw new Error(JSON.stringify(problems));
  return configuration;
}

/** `section name=value` of everything that is rendered for a version. */
function rendered(result: DraftImport, version = '2.45'): readonly string[] {
  const parsed = parseEngineVersion(version);
  if (parsed === undefined) throw new Error(version);
  const files = renderConf(configure(result), {
    version: parsed,
    machine: { cores: 4 },
    secrets: maskedSecrets,
  });
  return files
    .flatMap((file) => file.content.split('\n'))
    .filter((line) => line !== '' && !line.startsWith('#'));
}

function failureOf(text: string): Failure {
  try {
    take(text);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('it was taken');
}

const pigsty = `# Supabase
POSTGRES_PASSWORD=not-ours
S3_BUCKET=shop-storage
S3_ENDPOINT=https://s3.eu-central-003.backblazeb2.com
S3_REGION=eu-central-003
S3_ACCESS_KEY=0031storage
S3_SECRET_KEY=storage-secret
S3_FORCE_PATH_STYLE=false

PGBACKREST_ENABLED=true
PGBACKREST_METHOD=s3
PGBACKREST_S3_BUCKET=shop-backups
PGBACKREST_S3_ENDPOINT=https://s3.us-east-005.backblazeb2.com
PGBACKREST_S3_REGION=us-east-005
PGBACKREST_S3_ACCESS_KEY=0032backup
PGBACKREST_S3_SECRET_KEY=backup-secret
PGBACKREST_CIPHER_PASS='a passphrase with # and $igns'
PGBACKREST_RETENTION_FULL=14
PGBACKREST_LOCAL_ENABLED=true
PGBACKREST_LOCAL_RETENTION_FULL=2
`;

describe('Pigsty with Supabase', () => {
  it('has both repositories, days where days were meant, and full backups into both', () => {
    const result = take(pigsty);
    const lines = rendered(result);
    expect(lines).toEqual(
      expect.arrayContaining([
        'repo1-path=/pg/backup',
        'repo1-retention-full=2',
        'repo2-s3-bucket=shop-backups',
        'repo2-s3-endpoint=s3.us-east-005.backblazeb2.com',
        'repo2-s3-region=us-east-005',
        'repo2-path=/pgbackrest',
        'repo2-cipher-type=aes-256-cbc',
        'repo2-retention-full=14',
        'repo2-retention-full-type=time',
        '[pg-meta]',
        'pg1-path=/pg/data',
      ]),
    );
    expect(configure(result).stanzas[0]?.schedule).toEqual([
      { job: 'full', cron: '0 1 * * *', timezone: undefined, repositories: [] },
    ]);
  });

  it('keeps secrets in .env alone, under names that the engine does not take', () => {
    const result = take(pigsty);
    const names = result.secrets.map(({ name }) => name);
    expect(names).toEqual([
      'HOLDFAST_OFFSITE_KEY',
      'HOLDFAST_OFFSITE_KEY_SECRET',
      'HOLDFAST_OFFSITE_PASSPHRASE',
    ]);
    const told = writeDraft(result.draft) + JSON.stringify(result.draft);
    for (const { value } of result.secrets) expect(told).not.toContain(value);
    expect(told).not.toContain('not-ours');
    expect(writeEnvironmentText(result.secrets, '.env.old')).toContain(
      "HOLDFAST_OFFSITE_PASSPHRASE='a passphrase with # and $igns'",
    );
  });

  it('shares the bucket of the storage service where its own settings are empty', () => {
    const result = take(pigsty.replaceAll(/^(PGBACKREST_S3_\w+)=.*$/gm, '$1='));
    expect(rendered(result)).toEqual(
      expect.arrayContaining([
        'repo2-s3-bucket=shop-storage',
        'repo2-s3-endpoint=s3.eu-central-003.backblazeb2.com',
        'repo2-s3-region=eu-central-003',
      ]),
    );
    expect(result.secrets[1]).toMatchObject({ value: 'storage-secret', from: 'S3_SECRET_KEY' });
    expect(writeDraft(result.draft)).toContain('Shared with the storage service: S3_BUCKET');
  });

  it('knows the store of Pigsty itself, and makes a passphrase where one is to be generated', () => {
    const text = pigsty
      .replace(/^PGBACKREST_METHOD=.*$/m, 'PGBACKREST_METHOD=minio')
      .replace(/^PGBACKREST_S3_ENDPOINT=.*$/m, 'PGBACKREST_S3_ENDPOINT=https://sss.pigsty:9000')
      .replace(/^PGBACKREST_CIPHER_PASS=.*$/m, 'PGBACKREST_CIPHER_PASS=<auto-generated>');
    const result = take(text);
    expect(rendered(result)).toEqual(
      expect.arrayContaining([
        'repo2-s3-endpoint=sss.pigsty',
        'repo2-s3-uri-style=path',
        'repo2-storage-port=9000',
        'repo2-storage-ca-file=/etc/pki/ca.crt',
      ]),
    );
    expect(result.secrets.at(-1)).toMatchObject({ value: settings.newPassphrase(), from: undefined });
  });

  it('is a directory alone with METHOD=local, without secrets', () => {
    const result = take(
      'PGBACKREST_ENABLED=true\nPGBACKREST_METHOD=local\nPGBACKREST_LOCAL_RETENTION_FULL=3\n',
    );
    expect(rendered(result)).toEqual(
      expect.arrayContaining(['repo1-path=/pg/backup', 'repo1-retention-full=3']),
    );
    expect(result.secrets).toEqual([]);
  });
});

describe('the Compose scheduler', () => {
  const text = `# Required for production
POSTGRES_PASSWORD=secure_password
PGBACKREST_STANZA=shop
BACKUP_SCHEDULE_FULL="0 2 * * 0"      # Weekly full
BACKUP_SCHEDULE_DIFF="0 2 * * 1-6"    # Daily diff
BACKUP_SCHEDULE_INCR="0 */6 * * *"    # 6-hourly incremental
RETENTION_DAYS=30
`;
  it('keeps 7 full and 4 differential backups; RETENTION_DAYS is about logs', () => {
    const result = take(text);
    const lines = rendered(result);
    expect(lines).toEqual(
      expect.arrayContaining([
        '[shop]',
        'repo1-retention-full=7',
        'repo1-retention-diff=4',
        'repo1-path=/var/lib/pgbackrest',
      ]),
    );
    expect(lines.join('\n')).not.toMatch(/30|retention-archive=/);
    expect(configure(result).stanzas[0]?.schedule.map(({ job, cron }) => `${job} ${cron}`)).toEqual([
      'full 0 2 * * 0',
      'diff 0 2 * * 1-6',
      'incr 0 */6 * * *',
    ]);
    expect(result.draft.notes).toContainEqual(
      expect.objectContaining({
        kind: 'not-carried',
        what: 'RETENTION_DAYS',
        position: { file: '.env.old', line: 7, column: 1 },
      }),
    );
    expect(result.draft.notes).toContainEqual(
      expect.objectContaining({ kind: 'not-carried', what: 'POSTGRES_PASSWORD' }),
    );
  });
});

describe('Kubernetes, Compose and VM', () => {
  it('lets WAL follow the backups instead of counting days as backups', () => {
    const result = take('PGBACKREST_REPO1_RETENTION_FULL=4\nPGBACKREST_REPO1_RETENTION_ARCHIVE=14\n');
    const lines = rendered(result);
    expect(lines).toEqual(
      expect.arrayContaining(['[mcpgov]', 'repo1-retention-full=4', 'repo1-retention-diff=3']),
    );
    expect(lines.join('\n')).not.toContain('retention-archive=14');
    expect(result.draft.notes).toContainEqual(
      expect.objectContaining({ what: 'PGBACKREST_REPO1_RETENTION_ARCHIVE', severity: 'critical' }),
    );
  });

  it('follows the references to the keys of Amazon, and encrypts', () => {
    const result = take(`AWS_ACCESS_KEY_ID=AKEY
AWS_SECRET_ACCESS_KEY='sec/ret+1'
PGBACKREST_REPO1_TYPE=s3
PGBACKREST_REPO1_S3_BUCKET=gov-backups
PGBACKREST_REPO1_S3_REGION=us-east-1
PGBACKREST_REPO1_S3_ENDPOINT=s3.amazonaws.com
PGBACKREST_REPO1_S3_KEY=\${AWS_ACCESS_KEY_ID}
PGBACKREST_REPO1_S3_KEY_SECRET=\${AWS_SECRET_ACCESS_KEY}
`);
    expect(result.integration.name).toBe('kubernetes-compose-vm');
    expect(rendered(result)).toEqual(
      expect.arrayContaining([
        'repo1-s3-endpoint=s3.us-east-1.amazonaws.com',
        'repo1-cipher-type=aes-256-cbc',
      ]),
    );
    expect(result.secrets.map(({ value }) => value)).toEqual(['AKEY', 'sec/ret+1', settings.newPassphrase()]);
  });
});

describe('Patroni with Ansible', () => {
  const vault = `# pgBackRest S3 configuration
vault_pgbackrest_s3_bucket: "shop-db-backups"
vault_pgbackrest_s3_endpoint: "s3.us-west-004.backblazeb2.com"
vault_pgbackrest_s3_region: "us-west-004"
vault_pgbackrest_s3_key: "0044key"
vault_pgbackrest_s3_secret: "0044secret"
vault_pgbackrest_cipher_pass: "long enough to be one 8361"
vault_other: { a: 1 }
`;
  it('takes the vault as it is, and renders what its template meant', () => {
    const result = take(vault);
    const lines = rendered(result, '2.60');
    expect(lines).toEqual(
      expect.arrayContaining([
        '[proposalsapp]',
        'repo1-path=/proposalsapp-backups',
        'repo1-s3-endpoint=s3.us-west-004.backblazeb2.com',
        'repo1-s3-key-secret=(masked)',
        'repo1-retention-full=28',
        'repo1-retention-full-type=time',
        'archive-async=y',
        'compress-type=zst',
      ]),
    );
    expect(lines.join('\n')).not.toMatch(/push-queue-max|retention-diff|s3-secret=|backup-standby=y/);
    expect(configure(result).stanzas[0]?.patroni?.url).toBe('http://127.0.0.1:8008');
  });

  it('says how to give a vault that is encrypted', () => {
    const failure = failureOf('$ANSIBLE_VAULT;1.1;AES256\n61626364\n');
    expect(failure.kind).toBe('file-unusable');
    expect(failure.hint).toContain('ansible-vault view');
  });
});

const setup = `SETUP_BACKUP=true
BACKUP_SCHEDULE_FULL="0 2 * * 0"    # Weekly full backup
BACKUP_RETENTION_FULL=7
BACKUP_RETENTION_DIFF=3
BACKUP_MEMORY_LIMIT=512M
BACKUP_CPU_LIMIT=0.5
BACKUP_MEMORY_RESERVATION=256M
BACKUP_CPU_RESERVATION=0.25
BACKUP_WEBHOOK_URL=https://hooks.example.net/backup
`;

describe('the setup service', () => {
  it.each([
    ['posix', 'PGBACKREST_REPO1_PATH=/mnt/backups  # For posix type\n', ['repo1-path=/mnt/backups']],
    [
      's3',
      'AWS_S3_BUCKET=shop\nAWS_REGION=eu-north-1\nAWS_ACCESS_KEY_ID=AKEY\nAWS_SECRET_ACCESS_KEY=sk\n',
      [
        'repo1-s3-endpoint=s3.eu-north-1.amazonaws.com',
        'repo1-s3-bucket=shop',
        'repo1-cipher-type=aes-256-cbc',
      ],
    ],
    [
      'azure',
      'AZURE_STORAGE_ACCOUNT=shopstore\nAZURE_STORAGE_KEY=a2V5\nAZURE_STORAGE_CONTAINER=backups\n',
      ['repo1-azure-container=backups', 'repo1-cipher-type=aes-256-cbc'],
    ],
    [
      'gcs',
      'GCS_BUCKET=shop\nGCS_KEY=/etc/pgbackrest/key.json\n',
      ['repo1-gcs-bucket=shop', 'repo1-cipher-type=aes-256-cbc'],
    ],
  ])('writes a repository of type %s', (type, variables, expected) => {
    const result = take(`${setup}PGBACKREST_REPO1_TYPE=${type}\n${variables}`);
    expect(result.integration.name).toBe('setup-service');
    expect(rendered(result)).toEqual(
      expect.arrayContaining([
        ...expected,
        '[salespider]',
        'repo1-retention-full=7',
        'repo1-retention-diff=3',
        'process-max=1',
      ]),
    );
    const { notify, stanzas } = configure(result);
    expect(notify).toMatchObject([
      { kind: 'webhook', target: { kind: 'environment', name: 'HOLDFAST_WEBHOOK_URL' } },
    ]);
    expect(stanzas[0]?.schedule.map(({ job }) => job)).toEqual(['full', 'diff']);
    const kept = result.draft.notes.filter(
      (note) => /BACKUP_(?:MEMORY|CPU)/.test(note.what) && note.kind === 'not-carried',
    );
    expect(kept.map(({ what }) => what).toSorted()).toEqual([
      'BACKUP_CPU_LIMIT',
      'BACKUP_CPU_RESERVATION',
      'BACKUP_MEMORY_LIMIT',
      'BACKUP_MEMORY_RESERVATION',
    ]);
  });

  it('puts a service account that came as JSON into a file of its own', () => {
    const result = take(
      `${setup}PGBACKREST_REPO1_TYPE=gcs\nGCS_BUCKET=shop\nGCS_KEY='{"type":"service_account"}'\n`,
    );
    expect(result.secretFiles).toEqual([
      { name: 'gcs-service-account.json', content: '{"type":"service_account"}\n' },
    ]);
    expect(writeDraft(result.draft)).toContain('/etc/holdfast/gcs-service-account.json');
  });

  it.each([
    'SETUP_BACKUP=false\nPGBACKREST_REPO1_TYPE=none\n',
    'SETUP_BACKUP=true\nPGBACKREST_REPO1_TYPE=none\n',
  ])('writes nothing where backups are switched off: %s', (text) => {
    expect(importEnvironment(text, '.env', settings)).toMatchObject({
      kind: 'hosted',
      hosted: { provider: undefined },
    });
  });
});

describe('hosted databases', () => {
  it.each([
    ['DATABASE_URL=postgresql://u:p@ep-cool-1.eu-central-1.aws.neon.tech/shop?sslmode=require\n', 'Neon'],
    [
      'SETUP_BACKUP=false\nDATABASE_URL="postgres://u:p%40@db.abcdefgh.supabase.co:5432/postgres"\n',
      'Supabase',
    ],
    ["DATABASE_URL='host=shop.abc.eu-west-1.rds.amazonaws.com user=u password=p'\n", 'Amazon RDS and Aurora'],
    ['PGHOST=shop.postgres.database.azure.com\n', 'Azure Database for PostgreSQL'],
  ])('are known by their host: %s', (text, provider) => {
    const result = importEnvironment(text, '.env', settings);
    expect(result).toMatchObject({ kind: 'hosted', hosted: { provider: { name: provider } } });
    expect(JSON.stringify(result)).not.toMatch(/u:p|password=p/);
  });

  it('are not what merely looks alike', () => {
    expect(failureOf('DATABASE_URL=postgres://u:p@supabase.co.example.net/db\n').kind).toBe('nothing-found');
    expect(failureOf('DATABASE_URL=postgres://neon.tech:p@db/db\n').kind).toBe('nothing-found');
  });
});

describe('recognizing', () => {
  it('names both when the variables are of two integrations', () => {
    const failure = failureOf(`${pigsty}SETUP_BACKUP=true\nBACKUP_RETENTION_FULL=7\n`);
    expect(failure.kind).toBe('usage');
    expect(failure.problem).toContain('pigsty-supabase');
    expect(failure.problem).toContain('setup-service');
    expect(failure.hint).toContain('--integration');
  });

  it('takes the one that is named', () => {
    const result = importEnvironment(`${pigsty}SETUP_BACKUP=true\n`, '.env', settings, 'pigsty-supabase');
    expect(result).toMatchObject({ kind: 'draft', integration: { name: 'pigsty-supabase' } });
  });

  it('reports variables of the engine that nobody asked for, and not those of other programs', () => {
    const { notes } = take(`${pigsty}PGBACKREST_PROCESS_MAX=4\nPGBACKREST_COLOUR=red\nJWT_SECRET=x\n`).draft;
    const rest = notes.filter((note) => /PROCESS_MAX|COLOUR|JWT/.test(note.what));
    expect(rest.map(({ what }) => what)).toEqual(['PGBACKREST_PROCESS_MAX', 'PGBACKREST_COLOUR']);
    expect(rest[0]?.why).toContain('process-max');
  });
});

describe('what cannot be used', () => {
  it('is told all at once, with its place and without its value', () => {
    const failure = failureOf(`PGBACKREST_METHOD=s3
PGBACKREST_S3_BUCKET=<your bucket>
PGBACKREST_S3_SECRET_KEY=ab\${NOWHERE}cd
PGBACKREST_S3_ACCESS_KEY=key
PGBACKREST_S3_ENDPOINT=s3.us-east-005.backblazeb2.com
PGBACKREST_RETENTION_FULL=14 days
`);
    expect(failure.kind).toBe('config-invalid');
    const problems = failure.details?.['problems'] as readonly { path: string; position: { line: number } }[];
    expect(problems.map(({ path, position }) => `${path}:${position.line}`).toSorted()).toEqual([
      'PGBACKREST_RETENTION_FULL:6',
      'PGBACKREST_S3_BUCKET:2',
      'PGBACKREST_S3_SECRET_KEY:3',
    ]);
    expect(JSON.stringify(failure.toJSON())).not.toMatch(/ab\$|cd"/);
  });
});
