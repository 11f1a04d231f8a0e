/** How a value of the engine is written as a key of ours. */
export type KeyForm = 'text' | 'flag' | 'number' | 'size' | 'list' | 'mapping' | 'secret' | 'identifier';

/** The key of a repository that one option becomes. */
export interface RepositoryKey {
  readonly path: readonly string[];
  readonly form: KeyForm;
  /** Repository types that have the key. */
  readonly types: readonly string[];
}

const fileTypes = ['posix', 'cifs'];
const objectTypes = ['s3', 'azure', 'gcs'];
const allTypes = [...fileTypes, ...objectTypes, 'sftp'];

function key(types: readonly string[], path: string, form: KeyForm = 'text'): RepositoryKey {
  return { path: path.split('.'), form, types };
}

/**
 * Options of a repository that become a key by themselves (config/options/owned-options.ts); type, host, retention and
 * encryption are put together from several (draft-repository.ts).
 */
export const repositoryKeys: Readonly<Record<string, RepositoryKey>> = {
  'repo-path': key(allTypes, 'path'),
  'repo-bundle': key(allTypes, 'bundle', 'flag'),
  'repo-block': key(allTypes, 'block', 'flag'),
  'repo-storage-host': key(objectTypes, 'storage.host'),
  'repo-storage-port': key(objectTypes, 'storage.port', 'number'),
  'repo-storage-ca-file': key(objectTypes, 'storage.caFile'),
  'repo-storage-ca-path': key(objectTypes, 'storage.caPath'),
  'repo-storage-verify-tls': key(objectTypes, 'storage.verifyTls', 'flag'),
  'repo-storage-upload-chunk-size': key(objectTypes, 'storage.uploadChunkSize', 'size'),
  'repo-storage-tag': key(objectTypes, 'storage.tags', 'mapping'),
  'repo-s3-bucket': key(['s3'], 'bucket'),
  'repo-s3-endpoint': key(['s3'], 'endpoint'),
  'repo-s3-region': key(['s3'], 'region'),
  'repo-s3-uri-style': key(['s3'], 'uriStyle'),
  'repo-s3-key-type': key(['s3'], 'keyType'),
  'repo-s3-key': key(['s3'], 'key', 'secret'),
  'repo-s3-key-secret': key(['s3'], 'keySecret', 'secret'),
  'repo-s3-token': key(['s3'], 'token', 'secret'),
  'repo-s3-role': key(['s3'], 'role'),
  'repo-s3-kms-key-id': key(['s3'], 'kmsKeyId'),
  'repo-s3-sse-customer-key': key(['s3'], 'sseCustomerKey', 'secret'),
  'repo-azure-account': key(['azure'], 'account', 'identifier'),
  'repo-azure-container': key(['azure'], 'container'),
  'repo-azure-key': key(['azure'], 'key', 'secret'),
  'repo-azure-key-type': key(['azure'], 'keyType'),
  'repo-azure-endpoint': key(['azure'], 'endpoint'),
  'repo-azure-uri-style': key(['azure'], 'uriStyle'),
  'repo-gcs-bucket': key(['gcs'], 'bucket'),
  'repo-gcs-key': key(['gcs'], 'key', 'secret'),
  'repo-gcs-key-type': key(['gcs'], 'keyType'),
  'repo-gcs-endpoint': key(['gcs'], 'endpoint'),
  'repo-gcs-user-project': key(['gcs'], 'userProject'),
  'repo-sftp-host': key(['sftp'], 'server'),
  'repo-sftp-host-port': key(['sftp'], 'port', 'number'),
  'repo-sftp-host-user': key(['sftp'], 'user'),
  'repo-sftp-private-key-file': key(['sftp'], 'privateKeyFile'),
  'repo-sftp-private-key-passphrase': key(['sftp'], 'privateKeyPassphrase', 'secret'),
  'repo-sftp-public-key-file': key(['sftp'], 'publicKeyFile'),
  'repo-sftp-host-key-hash-type': key(['sftp'], 'hostKeyHashType'),
  'repo-sftp-host-key-check-type': key(['sftp'], 'hostKeyCheckType'),
  'repo-sftp-host-fingerprint': key(['sftp'], 'hostFingerprint'),
  'repo-sftp-known-host': key(['sftp'], 'knownHosts', 'list'),
};
