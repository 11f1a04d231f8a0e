import type { DraftMapping } from '../draft.ts';
import type { Carrier } from './carrier.ts';
import type { ImportSettings, Integration } from './integration.ts';
import { postgresOf } from './postgres-draft.ts';
import { encryptionOf, readFlag, repositoryPath, s3Repository } from './repository-draft.ts';

const own = {
  bucket: 'PGBACKREST_S3_BUCKET',
  endpoint: 'PGBACKREST_S3_ENDPOINT',
  region: 'PGBACKREST_S3_REGION',
  key: 'PGBACKREST_S3_ACCESS_KEY',
  keySecret: 'PGBACKREST_S3_SECRET_KEY',
} as const;

/** What Supabase's storage service is given in the same file. */
const shared = {
  bucket: 'S3_BUCKET',
  endpoint: 'S3_ENDPOINT',
  region: 'S3_REGION',
  key: 'S3_ACCESS_KEY',
  keySecret: 'S3_SECRET_KEY',
} as const;

const methods = ['local', 'minio', 's3'] as const;

/** Integration 0: Pigsty with Supabase, a local repository and one in an object store. */
export const pigstySupabase: Integration = {
  name: 'pigsty-supabase',
  title: 'Pigsty with Supabase',
  marks: [
    /^PGBACKREST_(?:ENABLED|METHOD)$/,
    /^PGBACKREST_(?:S3|LOCAL)_/,
    /^PGBACKREST_(?:CIPHER_PASS|RETENTION_FULL)$/,
  ],
  hints: [],
  switchedOff: (value) => {
    const enabled = value('PGBACKREST_ENABLED');
    return enabled !== undefined && /^(?:false|no|n|0|off)$/i.test(enabled)
      ? { variable: 'PGBACKREST_ENABLED', value: enabled }
      : undefined;
  },
  describe,
};

function describe(carrier: Carrier, settings: ImportSettings): DraftMapping {
  const stanza = settings.stanza ?? 'pg-meta';
  carrier.value('PGBACKREST_ENABLED');
  carrier.moved('PGBACKREST_ENABLED', 'the file itself');
  const method = readMethod(carrier);
  const local = readLocal(carrier, method);
  const offsite = method === 'local' ? undefined : describeOffsite(carrier, stanza, settings, method);
  if (offsite === undefined) leaveOutOffsite(carrier);
  const repositories = {
    local: local || offsite === undefined ? describeLocal(carrier, stanza) : undefined,
    offsite,
  };
  explainSchedule(carrier, stanza, offsite !== undefined && repositories.local !== undefined);
  return {
    stanzas: {
      [stanza]: {
        postgres: postgresOf(carrier, settings, stanza, '/pg/data'),
        repositories,
        schedule: { full: '0 1 * * *' },
      },
    },
    engine: { logDirectory: '/pg/log/pgbackrest', spoolDirectory: '/pg/spool' },
  };
}

function readMethod(carrier: Carrier): (typeof methods)[number] {
  const text = carrier.value('PGBACKREST_METHOD');
  if (text === undefined) return 's3';
  const method = methods.find((candidate) => candidate === text.toLowerCase());
  if (method === undefined) {
    carrier.reject('PGBACKREST_METHOD', `is none of ${methods.join(', ')}`, {
      value: text,
      remedy: 'Write local for a directory alone, minio or s3 for an object store.',
    });
    return 's3';
  }
  carrier.note('moved', 'PGBACKREST_METHOD', {
    why:
      method === 'local'
        ? 'It is repositories.local, the only repository.'
        : `It is repositories.offsite. Pigsty renders one repository, the one named ${method}: here the local one is beside it, as promised.`,
  });
  return method;
}

/** Whether there is a local repository: by default there is. */
function readLocal(carrier: Carrier, method: (typeof methods)[number]): boolean {
  const local = readFlag(carrier, 'PGBACKREST_LOCAL_ENABLED') ?? true;
  if (!local && method === 'local') {
    carrier.reject('PGBACKREST_LOCAL_ENABLED', 'leaves no repository at all, as PGBACKREST_METHOD is local', {
      value: 'false',
      remedy: 'Write true, or PGBACKREST_METHOD=s3 with the store that the backups go to.',
    });
    return true;
  }
  if (local) carrier.moved('PGBACKREST_LOCAL_ENABLED', 'repositories.local');
  else {
    carrier.note('moved', 'PGBACKREST_LOCAL_ENABLED', { why: 'There is no repositories.local.' });
    carrier.leaveOut('PGBACKREST_LOCAL_RETENTION_FULL', { why: 'There is no local repository.' });
  }
  return local;
}

function describeLocal(carrier: Carrier, stanza: string): DraftMapping {
  const full = carrier.count('PGBACKREST_LOCAL_RETENTION_FULL') ?? 2;
  carrier.moved(
    'PGBACKREST_LOCAL_RETENTION_FULL',
    'repositories.local.retention.full, a number of full backups',
  );
  carrier.note('recommended', 'repository local', {
    at: repositoryPath({ stanza, name: 'local' }),
    why: 'Read in a restore that must be fast. It lies on the machine that it protects.',
  });
  return { type: 'posix', path: '/pg/backup', retention: { full } };
}

/** The documents have these in every file; with the method local nothing reads them. */
function leaveOutOffsite(carrier: Carrier): void {
  for (const name of [...Object.values(own), 'PGBACKREST_CIPHER_PASS', 'PGBACKREST_RETENTION_FULL']) {
    carrier.leaveOut(name, {
      why: 'It is a setting of the object store, and PGBACKREST_METHOD=local has none: the backups stay on this machine, not encrypted.',
    });
  }
}

function describeOffsite(
  carrier: Carrier,
  stanza: string,
  settings: ImportSettings,
  method: (typeof methods)[number],
): DraftMapping {
  const place = { stanza, name: 'offsite' };
  const names = chooseStore(carrier, stanza);
  refuseMissing(carrier, names, method);
  const pathStyle = names.bucket === shared.bucket ? 'S3_FORCE_PATH_STYLE' : undefined;
  const repository = s3Repository(carrier, place, { ...names, pathStyle }, '/pgbackrest');
  const days = carrier.count('PGBACKREST_RETENTION_FULL') ?? 14;
  carrier.correct('PGBACKREST_RETENTION_FULL', {
    at: repositoryPath(place, 'retention'),
    why: `${days} days, as documented ("Backup retention (days)"): without repo-retention-full-type=time the number counts full backups.`,
  });
  const isPigstyStore = repository['endpoint'] === 'sss.pigsty';
  return {
    ...repository,
    storage: isPigstyStore ? { port: 9000, caFile: '/etc/pki/ca.crt' } : repository['storage'],
    encryption: encryptionOf(carrier, place, 'PGBACKREST_CIPHER_PASS', settings),
    retention: { full: `${days}d` },
    // What the old script gave its repository; the engine's own are smaller, and a store charges by the request.
    options: { 'bundle-limit': '20MiB', 'bundle-size': '128MiB' },
  };
}

/** What neither group of variables has: either may be filled in. */
function refuseMissing(
  carrier: Carrier,
  names: Record<keyof typeof own, string>,
  method: (typeof methods)[number],
): void {
  const needed = [
    'bucket',
    'key',
    'keySecret',
    ...(method === 'minio' ? ['endpoint'] : []),
  ] as (keyof typeof own)[];
  for (const key of needed.filter((each) => !carrier.has(names[each]))) {
    const example = key === 'endpoint' ? ', such as https://sss.pigsty:9000, the MinIO of Pigsty itself' : '';
    carrier.reject(own[key], `is missing, and ${shared[key]} of the storage service too`, {
      remedy: `Add ${own[key]} or ${shared[key]} to the file${example}.`,
    });
  }
}

/**
 * The shared bucket: each setting of the backup store that is empty is taken from the storage service. (In the
 * integration's own script an empty bucket means that there is no such repository at all.)
 */
function chooseStore(carrier: Carrier, stanza: string): Record<keyof typeof own, string> {
  const keys = Object.keys(own) as (keyof typeof own)[];
  const chosen = Object.fromEntries(
    keys.map((key) => [key, carrier.has(own[key]) || !carrier.has(shared[key]) ? own[key] : shared[key]]),
  ) as Record<keyof typeof own, string>;
  const borrowed = keys.filter((key) => chosen[key] === shared[key]);
  if (borrowed.length > 0) {
    carrier.correct(own.bucket, {
      at: repositoryPath({ stanza, name: 'offsite' }),
      why: `Shared with the storage service: ${borrowed.map((key) => shared[key]).join(', ')} stand in for what is empty. In the old script an empty PGBACKREST_S3_BUCKET left the repository out. Whoever has the key of the storage service can delete the backups: a bucket and key of their own are safer.`,
    });
  }
  return chosen;
}

function explainSchedule(carrier: Carrier, stanza: string, both: boolean): void {
  const at = ['stanzas', stanza, 'schedule', 'full'];
  if (both) {
    carrier.correct('daily full backup', {
      at,
      why: 'The old cron job ran pgbackrest without --repo, which backs up into the first repository alone; here every repository gets its backup.',
    });
  } else
    carrier.note('moved', 'daily full backup', { at, why: 'Every day at 01:00, as the old cron job did.' });
}
