import { providerFacts, type ProviderName } from '../../config/providers.ts';
import type { Draft, DraftMapping } from '../draft.ts';
import type { EnvironmentSecret } from '../environment/environment-secret.ts';
import type { ClusterPlace } from '../environment/integration.ts';

/** Where the backups of a new configuration go. */
export type NewRepository =
  | { readonly type: 'posix'; readonly path: string }
  | {
      readonly type: 's3';
      readonly provider: ProviderName | undefined;
      readonly bucket: string;
      readonly path: string;
      readonly region: string | undefined;
      readonly endpoint: string | undefined;
      readonly account: string | undefined;
      readonly key: string;
      readonly keySecret: string;
    }
  | {
      readonly type: 'azure';
      readonly container: string;
      readonly path: string;
      readonly account: string;
      readonly key: string;
    }
  | { readonly type: 'gcs'; readonly bucket: string; readonly path: string; readonly keyFile: string }
  | {
      readonly type: 'sftp';
      readonly server: string;
      readonly user: string;
      readonly path: string;
      readonly privateKeyFile: string;
    };

/** Everything that a person has to decide for a configuration that works. */
export interface NewProtection {
  readonly stanza: string;
  readonly cluster: ClusterPlace;
  readonly repository: NewRepository;
  /** Undefined: not encrypted. */
  readonly passphrase: string | undefined;
  /** For how many days every moment is to be restorable. */
  readonly days: number;
}

/** True where the backups leave this machine, so that others could read them. */
export function leavesTheHost(type: NewRepository['type']): boolean {
  return type !== 'posix';
}

/** What an S3 provider must be told. @param provider undefined: a store that Holdfast does not know by name */
export function neededStoreKeys(
  provider: ProviderName | undefined,
): readonly ('endpoint' | 'region' | 'account')[] {
  return provider === undefined ? ['endpoint', 'region'] : providerFacts(provider).needs;
}

/** The draft of a new configuration and the secrets that go into the `.env` beside it. Pure. */
export function draftProtection(protection: NewProtection): {
  readonly draft: Draft;
  readonly secrets: readonly EnvironmentSecret[];
} {
  const { stanza, cluster, repository, passphrase, days } = protection;
  const name = leavesTheHost(repository.type) ? 'offsite' : 'local';
  const secrets: EnvironmentSecret[] = [];
  const secret = (end: string, value: string, what: string): string => {
    const variable = `HOLDFAST_${name.toUpperCase()}_${end}`;
    secrets.push({ name: variable, value, purpose: `the ${what} of repository ${name}`, from: undefined });
    return `\${${variable}}`;
  };
  const file: DraftMapping = {
    stanzas: {
      [stanza]: {
        postgres: {
          path: cluster.path,
          port: cluster.port === 5432 ? undefined : cluster.port,
          socket: cluster.socket,
          user: cluster.user,
          bin: cluster.bin,
        },
        repositories: {
          [name]: {
            ...describeRepository(repository, secret),
            encryption:
              passphrase === undefined
                ? undefined
                : { passphrase: secret('PASSPHRASE', passphrase, 'passphrase') },
            retention: { full: `${days}d` },
          },
        },
        schedule: { full: '0 2 * * 0', diff: '0 2 * * 1-6' },
        objectives: { backupAge: '26h' },
      },
    },
  };
  return {
    draft: { file, header: headerOf(secrets.length > 0), comments: commentsOf(stanza, name), notes: [] },
    secrets,
  };
}

function headerOf(hasSecrets: boolean): readonly string[] {
  return [
    'Written by `holdfast init`. It is yours: Holdfast reads it and never changes it.',
    ...(hasSecrets
      ? ['The secrets are in .env beside this file. Keep a copy of the passphrase elsewhere.']
      : []),
    'Every key is in docs/configuration.md; `holdfast config` shows what this file means.',
  ];
}

function commentsOf(stanza: string, name: string): Draft['comments'] {
  return [
    ...(name === 'local'
      ? [
          {
            path: ['stanzas', stanza, 'repositories', name],
            text: 'On the machine that it protects, unless something is mounted there: add a second repository\nelsewhere for the day when the machine is lost.',
          },
        ]
      : []),
    {
      path: ['stanzas', stanza, 'repositories', name, 'retention'],
      text: 'Every moment of this time can be restored. One older full backup is kept for that.',
    },
    {
      path: ['stanzas', stanza, 'schedule'],
      text: 'Sundays everything, on the other days what changed since then. Times of this host.',
    },
  ];
}

function describeRepository(
  repository: NewRepository,
  secret: (end: string, value: string, what: string) => string,
): DraftMapping {
  switch (repository.type) {
    case 'posix':
      return repository;
    case 's3': {
      const { type, provider, bucket, path, region, endpoint, account } = repository;
      return {
        type,
        provider,
        bucket,
        account,
        endpoint,
        region,
        path,
        key: secret('KEY', repository.key, 'access key id'),
        keySecret: secret('KEY_SECRET', repository.keySecret, 'secret of the access key'),
      };
    }
    case 'azure': {
      const { type, container, path } = repository;
      return {
        type,
        account: secret('ACCOUNT', repository.account, 'storage account'),
        container,
        path,
        key: secret('KEY', repository.key, 'access key'),
      };
    }
    case 'gcs': {
      const { type, bucket, path, keyFile } = repository;
      return { type, bucket, path, key: keyFile };
    }
    case 'sftp': {
      const { type, server, user, path, privateKeyFile } = repository;
      return { type, server, user, path, privateKeyFile };
    }
  }
}
