import type { DraftMapping } from '../draft.ts';
import type { Carrier } from './carrier.ts';
import type { ImportSettings, Integration } from './integration.ts';
import { postgresOf } from './postgres-draft.ts';
import { encryptionOf, repositoryPath, s3Repository } from './repository-draft.ts';

/** The engine's own names, which this integration gives to the container. */
const engineNames = {
  bucket: 'PGBACKREST_REPO1_S3_BUCKET',
  endpoint: 'PGBACKREST_REPO1_S3_ENDPOINT',
  region: 'PGBACKREST_REPO1_S3_REGION',
  key: 'PGBACKREST_REPO1_S3_KEY',
  keySecret: 'PGBACKREST_REPO1_S3_KEY_SECRET',
} as const;

/** Where those are references, what they refer to; and what Amazon's own tools read. */
const amazonNames: Readonly<Record<keyof typeof engineNames, readonly string[]>> = {
  bucket: ['AWS_S3_BUCKET', 'S3_BUCKET'],
  endpoint: ['AWS_S3_ENDPOINT', 'AWS_ENDPOINT_URL', 'S3_ENDPOINT'],
  region: ['AWS_REGION', 'AWS_DEFAULT_REGION', 'S3_REGION'],
  key: ['AWS_ACCESS_KEY_ID', 'S3_KEY'],
  keySecret: ['AWS_SECRET_ACCESS_KEY', 'S3_KEY_SECRET'],
};

/** Integration 2: Kubernetes, Compose and VM, one stanza mcpgov. */
export const kubernetesComposeVm: Integration = {
  name: 'kubernetes-compose-vm',
  title: 'Kubernetes, Docker Compose and VM (stanza mcpgov)',
  marks: [/^PGBACKREST_REPO1_S3_/, /^PGBACKREST_REPO1_(?:RETENTION|CIPHER)_/],
  hints: [/^AWS_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY)$/, /^PGBACKREST_(?:STANZA|REPO1_TYPE|REPO1_PATH)$/],
  switchedOff: () => undefined,
  describe,
};

function describe(carrier: Carrier, settings: ImportSettings): DraftMapping {
  const stanza = settings.stanza ?? carrier.value('PGBACKREST_STANZA') ?? 'mcpgov';
  carrier.moved('PGBACKREST_STANZA', 'the name below stanzas');
  const inStore = usesStore(carrier);
  const name = inStore ? 'offsite' : 'local';
  const retention = readRetention(carrier, stanza, name);
  const repositories: DraftMapping = inStore
    ? { offsite: { ...describeOffsite(carrier, stanza, settings), retention } }
    : { local: { type: 'posix', path: readPath(carrier) ?? '/var/lib/pgbackrest', retention } };
  carrier.correct('pg1-host', {
    why: 'The server was named as another host, for which pgBackRest needs SSH or TLS and refuses archive-push on the server itself (error 72): the node is local here.',
  });
  return {
    stanzas: {
      [stanza]: {
        postgres: postgresOf(carrier, settings, stanza, '/var/lib/postgresql/data'),
        repositories,
        schedule: { full: '0 2 * * *', diff: '0 */6 * * *', drill: '0 3 * * 0', timezone: 'UTC' },
        options: { 'process-max': carrier.count('PGBACKREST_PROCESS_MAX') ?? 2 },
      },
    },
  };
}

function usesStore(carrier: Carrier): boolean {
  const type = carrier.value('PGBACKREST_REPO1_TYPE')?.toLowerCase();
  if (type === 's3') {
    carrier.moved('PGBACKREST_REPO1_TYPE', 'repositories.offsite.type');
    return true;
  }
  if (type === undefined)
    return [...Object.values(engineNames), ...amazonNames.key].some((name) => carrier.has(name));
  if (type === 'posix') carrier.moved('PGBACKREST_REPO1_TYPE', 'repositories.local.type');
  else {
    carrier.reject('PGBACKREST_REPO1_TYPE', 'is neither posix nor s3, which this integration has', {
      value: type,
      remedy:
        'Write posix or s3, or take the variables of the setup service with --integration setup-service.',
    });
  }
  return false;
}

function readPath(carrier: Carrier): string | undefined {
  const path = carrier.value('PGBACKREST_REPO1_PATH');
  carrier.moved('PGBACKREST_REPO1_PATH', 'repositories.local.path');
  return path;
}

function describeOffsite(carrier: Carrier, stanza: string, settings: ImportSettings): DraftMapping {
  const place = { stanza, name: 'offsite' };
  const names = Object.fromEntries(
    Object.entries(engineNames).map(([key, name]) => [
      key,
      chooseName(carrier, name, key as keyof typeof engineNames),
    ]),
  ) as Record<keyof typeof engineNames, string>;
  const path = carrier.value('PGBACKREST_REPO1_PATH') ?? '/var/lib/pgbackrest';
  carrier.moved('PGBACKREST_REPO1_PATH', 'repositories.offsite.path');
  return {
    ...s3Repository(carrier, place, names, path),
    encryption: encryptionOf(carrier, place, 'PGBACKREST_REPO1_CIPHER_PASS', settings),
  };
}

/** The engine's name where it has a value; a name that it would refer to otherwise. */
function chooseName(carrier: Carrier, name: string, key: keyof typeof engineNames): string {
  return carrier.has(name) ? name : (amazonNames[key].find((other) => carrier.has(other)) ?? name);
}

function readRetention(carrier: Carrier, stanza: string, name: string): DraftMapping {
  const full = carrier.count('PGBACKREST_REPO1_RETENTION_FULL') ?? 4;
  const diff = carrier.count('PGBACKREST_REPO1_RETENTION_DIFF') ?? 3;
  const archive = carrier.count('PGBACKREST_REPO1_RETENTION_ARCHIVE') ?? 14;
  carrier.moved('PGBACKREST_REPO1_RETENTION_FULL', `repositories.${name}.retention.full`);
  carrier.moved('PGBACKREST_REPO1_RETENTION_DIFF', `repositories.${name}.retention.diff`);
  carrier.correct('PGBACKREST_REPO1_RETENTION_ARCHIVE', {
    severity: 'critical',
    at: repositoryPath({ stanza, name }, 'retention'),
    why: `repo1-retention-archive=${archive} was meant as ${archive} days and counts backups: with ${full} full backups kept it is never reached, and no WAL ever expires. It is left out: WAL is kept as long as the backups that need it. To go back ${archive} days, write full: ${archive}d.`,
  });
  return { full, diff };
}
