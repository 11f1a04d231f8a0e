import { join } from 'node:path';
import type { DraftMapping } from '../draft.ts';
import type { Carrier } from './carrier.ts';
import type { ImportSettings, Integration } from './integration.ts';
import { postgresOf } from './postgres-draft.ts';
import { encryptionOf, repositorySecret, s3Repository } from './repository-draft.ts';
import { scheduleOf } from './schedule-draft.ts';

/** Where a service account key is put that came as JSON and not as a path. */
const gcsKeyFileName = 'gcs-service-account.json';

const types = ['posix', 's3', 'azure', 'gcs'] as const;

/** Integration 4: a setup service that writes pgBackRest's configuration for several clouds. */
export const setupService: Integration = {
  name: 'setup-service',
  title: 'Setup service for several clouds (SaleSpider)',
  marks: [
    /^SETUP_BACKUP$/,
    /^PGBACKREST_REPO1_TYPE$/,
    /^BACKUP_RETENTION_(?:FULL|DIFF)$/,
    /^BACKUP_(?:MEMORY|CPU)_(?:LIMIT|RESERVATION)$/,
    /^BACKUP_WEBHOOK_URL$/,
  ],
  hints: [/^(?:AZURE_STORAGE|GCS)_/, /^AWS_S3_BUCKET$/, /^BACKUP_SCHEDULE_(?:FULL|DIFF|INCR)$/],
  switchedOff: (value) => {
    const setup = value('SETUP_BACKUP');
    const type = value('PGBACKREST_REPO1_TYPE');
    if (setup !== undefined && /^(?:false|no|n|0|off)$/i.test(setup))
      return { variable: 'SETUP_BACKUP', value: setup };
    return type?.toLowerCase() === 'none' ? { variable: 'PGBACKREST_REPO1_TYPE', value: type } : undefined;
  },
  describe,
};

function describe(carrier: Carrier, settings: ImportSettings): DraftMapping {
  const stanza = settings.stanza ?? 'salespider';
  carrier.value('SETUP_BACKUP');
  carrier.moved('SETUP_BACKUP', 'the file itself');
  const type = readType(carrier);
  const name = type === 'posix' ? 'local' : 'offsite';
  const place = { stanza, name };
  const retention = {
    full: carrier.count('BACKUP_RETENTION_FULL') ?? 7,
    diff: carrier.count('BACKUP_RETENTION_DIFF') ?? 3,
  };
  carrier.moved('BACKUP_RETENTION_FULL', `repositories.${name}.retention.full`);
  carrier.moved('BACKUP_RETENTION_DIFF', `repositories.${name}.retention.diff`);
  const encryption = type === 'posix' ? undefined : encryptionOf(carrier, place, undefined, settings);
  return {
    stanzas: {
      [stanza]: {
        postgres: postgresOf(carrier, settings, stanza, '/var/lib/postgresql/data'),
        repositories: {
          [name]: { ...describeRepository(carrier, place, type, settings), encryption, retention },
        },
        schedule: describeSchedule(carrier, stanza),
        options: describeLimits(carrier, stanza),
      },
    },
    notify: describeWebhook(carrier),
  };
}

function readType(carrier: Carrier): (typeof types)[number] {
  const text = carrier.value('PGBACKREST_REPO1_TYPE');
  const type = types.find((candidate) => candidate === text?.toLowerCase());
  if (type !== undefined) {
    carrier.moved('PGBACKREST_REPO1_TYPE', `repositories.${type === 'posix' ? 'local' : 'offsite'}.type`);
    return type;
  }
  carrier.reject('PGBACKREST_REPO1_TYPE', text === undefined ? 'is missing' : 'is no type of repository', {
    ...(text === undefined ? {} : { value: text }),
    remedy: `Write one of ${types.join(', ')}; none where the provider of the database makes the backups.`,
  });
  return 'posix';
}

function describeRepository(
  carrier: Carrier,
  place: { readonly stanza: string; readonly name: string },
  type: (typeof types)[number],
  settings: ImportSettings,
): DraftMapping {
  switch (type) {
    case 'posix': {
      const path = carrier.value('PGBACKREST_REPO1_PATH') ?? '/var/lib/pgbackrest';
      carrier.moved('PGBACKREST_REPO1_PATH', 'repositories.local.path');
      return { type, path };
    }
    case 's3':
      explainPath(carrier);
      return s3Repository(
        carrier,
        place,
        {
          bucket: 'AWS_S3_BUCKET',
          endpoint: 'AWS_S3_ENDPOINT',
          region: 'AWS_REGION',
          key: 'AWS_ACCESS_KEY_ID',
          keySecret: 'AWS_SECRET_ACCESS_KEY',
        },
        '/pgbackrest',
      );
    case 'azure':
      explainPath(carrier);
      return describeAzure(carrier, place);
    case 'gcs':
      explainPath(carrier);
      return describeGcs(carrier, settings);
  }
}

function explainPath(carrier: Carrier): void {
  carrier.leaveOut('PGBACKREST_REPO1_PATH', {
    why: 'It is the directory of a posix repository; in a store the repository is below /pgbackrest.',
  });
}

function describeAzure(
  carrier: Carrier,
  place: { readonly stanza: string; readonly name: string },
): DraftMapping {
  const container = carrier.required('AZURE_STORAGE_CONTAINER', 'the container of the repository');
  carrier.moved('AZURE_STORAGE_CONTAINER', 'repositories.offsite.container');
  return {
    type: 'azure',
    account: repositorySecret(carrier, 'AZURE_STORAGE_ACCOUNT', {
      place,
      end: 'ACCOUNT',
      purpose: 'storage account',
    }),
    container: container ?? '',
    key: repositorySecret(carrier, 'AZURE_STORAGE_KEY', { place, end: 'KEY', purpose: 'access key' }),
    path: '/pgbackrest',
  };
}

/** pgBackRest wants the path of the key file; some give the JSON itself. */
function describeGcs(carrier: Carrier, settings: ImportSettings): DraftMapping {
  const bucket = carrier.required('GCS_BUCKET', 'the bucket of the repository');
  carrier.moved('GCS_BUCKET', 'repositories.offsite.bucket');
  const key = carrier.required('GCS_KEY', 'the path of the service account key');
  const path = key?.startsWith('{') === true ? join(settings.directory, gcsKeyFileName) : key;
  if (key !== undefined && path !== key) {
    carrier.secretFiles.push({ name: gcsKeyFileName, content: `${key}\n` });
    carrier.correct('GCS_KEY', {
      why: `It was the JSON itself, and pgBackRest wants the path of a file: the key is in ${String(path)}.`,
    });
  } else if (path !== undefined && !path.startsWith('/')) {
    carrier.reject('GCS_KEY', 'is not an absolute path', { remedy: 'Write the path from the root.' });
  } else carrier.moved('GCS_KEY', 'repositories.offsite.key');
  return { type: 'gcs', bucket: bucket ?? '', key: path ?? '', path: '/pgbackrest' };
}

function describeSchedule(carrier: Carrier, stanza: string): DraftMapping {
  const diff = scheduleOf(carrier, 'BACKUP_SCHEDULE_DIFF', 'diff', undefined);
  if (diff === undefined) {
    carrier.correct('BACKUP_SCHEDULE_DIFF', {
      at: ['stanzas', stanza, 'schedule', 'diff'],
      why: 'Daily differential backups were promised and counted by the retention, and nothing ran them.',
    });
  }
  return {
    full: scheduleOf(carrier, 'BACKUP_SCHEDULE_FULL', 'full', '0 2 * * 0'),
    diff: diff ?? '0 2 * * 1-6',
    incr: scheduleOf(carrier, 'BACKUP_SCHEDULE_INCR', 'incr', undefined),
  };
}

/** Limits of a container belong to what starts it. What pgBackRest itself can keep to is an option. */
function describeLimits(carrier: Carrier, stanza: string): DraftMapping | undefined {
  const cpu = carrier.value('BACKUP_CPU_LIMIT');
  for (const name of [
    'BACKUP_MEMORY_LIMIT',
    'BACKUP_MEMORY_RESERVATION',
    'BACKUP_CPU_RESERVATION',
    'BACKUP_CPU_LIMIT',
  ]) {
    const value = carrier.value(name);
    const place = name.endsWith('LIMIT') ? 'limits' : 'reservations';
    const key = name.includes('MEMORY') ? 'memory' : 'cpus';
    carrier.leaveOut(name, {
      why: `A limit of the container, not of the backup: keep deploy.resources.${place}.${key}: ${value ?? ''} in the Compose file of the service that runs pgbackrest.`,
    });
  }
  if (cpu === undefined) return undefined;
  if (!/^\d+(?:\.\d+)?$/.test(cpu) || Number(cpu) <= 0) {
    carrier.reject('BACKUP_CPU_LIMIT', 'is not a number of processors', {
      value: cpu,
      remedy: 'Write 0.5 or 2.',
    });
    return undefined;
  }
  const processes = Math.max(1, Math.floor(Number(cpu)));
  carrier.note('moved', 'BACKUP_CPU_LIMIT', {
    at: ['stanzas', stanza, 'options', 'process-max'],
    why: `${cpu} processors: pgBackRest starts ${processes === 1 ? 'one process' : `${processes} processes`}, not one for each processor of the machine.`,
  });
  return { 'process-max': processes };
}

function describeWebhook(carrier: Carrier): DraftMapping | undefined {
  const url = carrier.value('BACKUP_WEBHOOK_URL');
  if (url === undefined) return undefined;
  if (!/^https?:\/\//.test(url)) {
    carrier.reject('BACKUP_WEBHOOK_URL', 'is not a URL', { remedy: 'Write it with https:// at the front.' });
  }
  const reference = carrier.secret('BACKUP_WEBHOOK_URL', {
    name: 'HOLDFAST_WEBHOOK_URL',
    value: url,
    purpose: 'where notify.webhook sends to',
  });
  return { webhook: { webhook: reference } };
}
