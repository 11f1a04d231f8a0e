import type { ObjectStorageAccess, Repository, RepositoryAccess, S3Access } from '../model/repository.ts';
import type { SecretReference } from '../model/secret.ts';
import type { HostTransport } from '../model/stanza.ts';
import { resolveProvider } from './providers.ts';
import type { ObjectStorageInput } from './schema/object-storage.ts';
import {
  repositoryPath,
  type GcsInput,
  type RepositoryInput,
  type S3Input,
  type SftpInput,
} from './schema/repository.ts';
import type { SshInput, TlsInput } from './schema/transport.ts';

/** A repository as the rest of Holdfast sees it. @param key 1 for repo1 */
export function normalizeRepository(
  name: string,
  key: number,
  input: RepositoryInput,
  defaults: 'tuned' | 'own',
): Repository {
  const { retention } = input;
  return {
    name,
    key,
    path: repositoryPath(input, defaults),
    pathGiven: input.path !== undefined,
    access: normalizeAccess(input),
    host: input.host === undefined ? undefined : { address: input.host, ...normalizeTransport(input) },
    encryption:
      input.encryption === undefined
        ? undefined
        : { cipher: input.encryption.cipher, passphrase: input.encryption.passphrase },
    retention: {
      full: retention.full,
      diff: retention.diff,
      archive: retention.archive,
      history: retention.history,
      ...(retention.minimum === undefined ? {} : { minimum: retention.minimum }),
    },
    bundle: input.bundle,
    block: input.block,
    ...(input.egressPrice === undefined ? {} : { egressPrice: input.egressPrice }),
    ...(input.price === undefined ? {} : { price: input.price }),
  };
}

/** SSH unless `tls` is given. */
export function normalizeTransport(input: {
  ssh?: SshInput | undefined;
  tls?: TlsInput | undefined;
}): HostTransport {
  const { ssh, tls } = input;
  return {
    kind: tls === undefined ? 'ssh' : 'tls',
    port: tls?.port ?? ssh?.port,
    user: ssh?.user,
    command: tls?.command ?? ssh?.command,
    configFile: tls?.configFile ?? ssh?.configFile,
    caFile: tls?.caFile,
    certificateFile: tls?.certificateFile,
    keyFile: tls?.keyFile,
  };
}

function normalizeAccess(input: RepositoryInput): RepositoryAccess {
  switch (input.type) {
    case 'posix':
    case 'cifs':
      return { type: input.type };
    case 's3':
      return normalizeS3(input);
    case 'azure':
      return {
        type: 'azure',
        account: input.account,
        container: input.container,
        keyType: input.keyType,
        key: input.key,
        endpoint: input.endpoint,
        uriStyle: input.uriStyle,
        ...normalizeStorage(input.storage),
      };
    case 'gcs':
      return {
        type: 'gcs',
        bucket: input.bucket,
        keyType: input.keyType,
        key: gcsKey(input),
        endpoint: input.endpoint,
        userProject: input.userProject,
        ...normalizeStorage(input.storage),
      };
    case 'sftp':
      return normalizeSftp(input);
  }
}

function normalizeS3(input: S3Input): S3Access {
  const answer = resolveProvider(input.provider, {
    endpoint: input.endpoint,
    region: input.region,
    account: input.account,
  });
  return {
    type: 's3',
    provider: input.provider,
    bucket: input.bucket,
    // Both are there: rules/object-stores.ts reports an error when not.
    endpoint: answer.endpoint ?? '',
    region: answer.region ?? '',
    uriStyle: input.uriStyle ?? answer.uriStyle,
    keyType: input.keyType,
    key: input.key,
    keySecret: input.keySecret,
    token: input.token,
    role: input.role,
    kmsKeyId: input.kmsKeyId,
    sseCustomerKey: input.sseCustomerKey,
    ...normalizeStorage(input.storage),
  };
}

/** For `service` the option is the path of the key file, so the path itself is no secret (`repo-gcs-key`). */
function gcsKey(input: GcsInput): SecretReference | undefined {
  const { key } = input;
  if (input.keyType !== 'service' || key?.kind !== 'literal') return key;
  return { kind: 'file', path: key.value };
}

function normalizeStorage(input: ObjectStorageInput): ObjectStorageAccess {
  return {
    host: input.host,
    port: input.port,
    caFile: input.caFile,
    caPath: input.caPath,
    verifyTls: input.verifyTls,
    uploadChunkSize: input.uploadChunkSize,
    tags: input.tags,
  };
}

function normalizeSftp(input: SftpInput): RepositoryAccess {
  return {
    type: 'sftp',
    host: input.server,
    port: input.port,
    user: input.user,
    privateKeyFile: input.privateKeyFile,
    publicKeyFile: input.publicKeyFile,
    privateKeyPassphrase: input.privateKeyPassphrase,
    hostKeyHashType: input.hostKeyHashType,
    hostKeyCheckType: input.hostKeyCheckType,
    hostFingerprint: input.hostFingerprint,
    knownHosts: input.knownHosts,
  };
}
