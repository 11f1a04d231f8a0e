import type { Configuration } from '../../config/configuration.ts';
import { type ConfOption, isSecure } from '../../engine/conf/conf-option.ts';
import { repositoryOptions } from '../../engine/conf/repository-options.ts';
import { Failure } from '../../model/failure.ts';
import type { AzureAccess, Repository, S3Access } from '../../model/repository.ts';
import type { RenderCall } from '../deployment/deployment-target.ts';

/** A repository as the Stanza has it, and what it has no field for. */
export interface RepositoryEntry {
  readonly repository: Repository;
  readonly list: 's3Repositories' | 'azureRepositories';
  readonly fields: object;
  /** Options that have no field; variables of the environment, which must not be secrets. */
  readonly options: readonly ConfOption[];
  /** Values of the Secret by key. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** Keys in the Secret of one repository. */
interface SecretKeys {
  readonly secretName: string;
  readonly prefix: string;
}

/**
 * The entry of a repository, whose options are numbered as the plugin numbers it.
 *
 * @throws Failure config-invalid for what the plugin cannot do
 */
export function repositoryEntry(
  original: Repository,
  number: number,
  { configuration, call, secretName }: { configuration: Configuration; call: RenderCall; secretName: string },
): RepositoryEntry {
  const { access } = original;
  if ((access.type !== 's3' && access.type !== 'azure') || original.host !== undefined) {
    throw refusal(original, 'the plugin has repositories in S3 and Azure only', 'Use one of these stores.');
  }
  if (access.caFile !== undefined || access.caPath !== undefined) {
    throw refusal(
      original,
      'the plugin gives pgBackRest no certificate authority of your own',
      'Use a store whose certificate is signed by a public authority.',
    );
  }
  const repository = { ...original, key: number };
  const options = repositoryOptions(repository, {
    settings: configuration.engine,
    host: undefined,
    version: call.version,
    secrets: call.secrets,
  });
  const keys = { secretName, prefix: original.name };
  const entry =
    access.type === 's3' ? s3Entry(access, repository, keys) : azureEntry(access, repository, keys, call);
  const left = options.filter(({ name }) => !entry.covers.test(name.slice(`repo${number}-`.length)));
  const secret = left.find(({ name }) => isSecure(name) && !(name in entry.secretOptions));
  if (secret !== undefined) {
    throw refusal(original, `the plugin has no place for the secret ${secret.name}`, 'Leave it out.');
  }
  const valueOf = (name: string): string => String(options.find((one) => one.name === name)?.value ?? '');
  return {
    repository: original,
    list: entry.list,
    fields: entry.fields,
    options: left.filter(({ name }) => !isSecure(name)),
    secrets: Object.fromEntries(
      Object.entries(entry.secretOptions).map(([name, key]) => [key, valueOf(name)]),
    ),
  };
}

interface Entry {
  readonly list: RepositoryEntry['list'];
  readonly fields: object;
  /** Options, without `repoN-`, that the fields say. */
  readonly covers: RegExp;
  /** Option → key of the Secret. */
  readonly secretOptions: Readonly<Record<string, string>>;
}

function s3Entry(access: S3Access, repository: Repository, { secretName, prefix }: SecretKeys): Entry {
  const { key: number, encryption } = repository;
  const reference = (key: string): object => ({ name: secretName, key: `${prefix}-${key}` });
  const shared = access.keyType === 'shared';
  return {
    list: 's3Repositories',
    fields: {
      bucket: access.bucket,
      endpoint: access.endpoint,
      region: access.region,
      repoPath: repository.path,
      uriStyle: access.uriStyle,
      // Without it the plugin turns the check of certificates off.
      verifyTLS: access.verifyTls,
      retentionPolicy: retentionFields(repository),
      ...(shared
        ? { secretRef: { accessKeyId: reference('key'), secretAccessKey: reference('key-secret') } }
        : {}),
      ...(encryption === undefined
        ? {}
        : { cipherConfig: { type: encryption.cipher, encryptionPass: reference('passphrase') } }),
    },
    covers:
      /^(?:type|path|s3-(?:bucket|endpoint|region|uri-style)|storage-verify-tls|cipher-type|retention-(?:full|full-type|diff|archive|archive-type))$/,
    secretOptions: {
      ...(shared
        ? {
            [`repo${number}-s3-key`]: `${prefix}-key`,
            [`repo${number}-s3-key-secret`]: `${prefix}-key-secret`,
          }
        : {}),
      ...(encryption === undefined ? {} : { [`repo${number}-cipher-pass`]: `${prefix}-passphrase` }),
    },
  };
}

function azureEntry(
  access: AzureAccess,
  repository: Repository,
  { secretName, prefix }: SecretKeys,
  call: RenderCall,
): Entry {
  if (repository.encryption !== undefined) {
    throw refusal(
      repository,
      'the plugin cannot encrypt a repository in Azure',
      'Leave the encryption out, or use S3.',
    );
  }
  const { key: number, path } = repository;
  return {
    list: 'azureRepositories',
    fields: {
      account: call.secrets(access.account),
      container: access.container,
      ...(access.endpoint === undefined ? {} : { endpoint: access.endpoint }),
      repoPath: path,
      keyType: access.keyType,
      uriStyle: access.uriStyle,
      verifyTLS: access.verifyTls,
      retentionPolicy: retentionFields(repository),
      ...(access.key === undefined
        ? {}
        : { secretRef: { keyReference: { name: secretName, key: `${prefix}-key` } } }),
    },
    covers:
      /^(?:type|path|azure-(?:account|container|endpoint|key-type|uri-style)|storage-verify-tls|retention-(?:full|full-type|diff|archive|archive-type))$/,
    secretOptions: access.key === undefined ? {} : { [`repo${number}-azure-key`]: `${prefix}-key` },
  };
}

/** `history` is left to a variable: the field of version 0.0.3 has no effect (its tag is misspelt). */
function retentionFields({ retention }: Repository): object {
  const { full, diff, archive } = retention;
  const fullFields =
    full === undefined
      ? { full: 9_999_999, fullType: 'count' }
      : full.by === 'count'
        ? { full: full.count, fullType: 'count' }
        : { full: full.days, fullType: 'time' };
  return {
    ...fullFields,
    ...(diff === undefined ? {} : { diff }),
    ...(archive === 'follow' ? {} : { archive: archive.count, archiveType: archive.type }),
  };
}

function refusal({ name }: Repository, problem: string, hint: string): Failure {
  return new Failure('config-invalid', {
    operation: 'render cloudnativepg',
    place: `repository ${name}`,
    problem,
    hint,
  });
}
