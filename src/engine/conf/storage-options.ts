import { renderByteSize } from '../../model/byte-size.ts';
import type {
  AzureAccess,
  GcsAccess,
  ObjectStorageAccess,
  RepositoryAccess,
  S3Access,
  SftpAccess,
} from '../../model/repository.ts';
import type { SecretReference } from '../../model/secret.ts';
import { type ConfOption, option } from './conf-option.ts';
import { gcsKeyFile, type ResolvedSecrets } from './secret-values.ts';

/** The options by which the engine reaches the storage of a repository: pgBackRest Configuration Reference, "Repository". */
export function storageOptions(
  access: RepositoryAccess,
  key: number,
  secrets: ResolvedSecrets,
): ConfOption[] {
  const name = (rest: string): string => `repo${key}-${rest}`;
  const reveal = (reference: SecretReference | undefined): string | undefined =>
    reference === undefined ? undefined : secrets(reference);
  switch (access.type) {
    case 'posix':
    case 'cifs':
      return [];
    case 's3':
      return [...s3Options(access, name, reveal), ...objectStorageOptions(access, name)];
    case 'azure':
      return [...azureOptions(access, name, reveal), ...objectStorageOptions(access, name)];
    case 'gcs':
      return [...gcsOptions(access, name, reveal), ...objectStorageOptions(access, name)];
    case 'sftp':
      return sftpOptions(access, name, reveal);
  }
}

type Name = (rest: string) => string;
type Reveal = (reference: SecretReference | undefined) => string | undefined;

/** A default of the engine is not written out: older versions need not know its name then. */
function unless<T>(usual: T, value: T): T | undefined {
  return value === usual ? undefined : value;
}

function s3Options(access: S3Access, name: Name, reveal: Reveal): ConfOption[] {
  return [
    ...option(name('s3-bucket'), access.bucket),
    ...option(name('s3-endpoint'), access.endpoint),
    ...option(name('s3-region'), access.region),
    ...option(name('s3-uri-style'), unless('host', access.uriStyle)),
    ...option(name('s3-key-type'), unless('shared', access.keyType)),
    ...option(name('s3-role'), access.role),
    ...option(name('s3-kms-key-id'), access.kmsKeyId),
    ...option(name('s3-key'), reveal(access.key)),
    ...option(name('s3-key-secret'), reveal(access.keySecret)),
    ...option(name('s3-token'), reveal(access.token)),
    ...option(name('s3-sse-customer-key'), reveal(access.sseCustomerKey)),
  ];
}

function azureOptions(access: AzureAccess, name: Name, reveal: Reveal): ConfOption[] {
  return [
    ...option(name('azure-account'), reveal(access.account)),
    ...option(name('azure-container'), access.container),
    ...option(name('azure-key-type'), unless('shared', access.keyType)),
    ...option(name('azure-key'), reveal(access.key)),
    ...option(name('azure-endpoint'), access.endpoint),
    ...option(name('azure-uri-style'), unless('host', access.uriStyle)),
  ];
}

function gcsOptions(access: GcsAccess, name: Name, reveal: Reveal): ConfOption[] {
  return [
    ...option(name('gcs-bucket'), access.bucket),
    ...option(name('gcs-key-type'), unless('service', access.keyType)),
    ...option(name('gcs-key'), gcsKeyFile(access) ?? reveal(access.key)),
    ...option(name('gcs-endpoint'), access.endpoint),
    ...option(name('gcs-user-project'), access.userProject),
  ];
}

function sftpOptions(access: SftpAccess, name: Name, reveal: Reveal): ConfOption[] {
  return [
    ...option(name('sftp-host'), access.host),
    ...option(name('sftp-host-port'), unless(22, access.port)),
    ...option(name('sftp-host-user'), access.user),
    ...option(name('sftp-private-key-file'), access.privateKeyFile),
    ...option(name('sftp-public-key-file'), access.publicKeyFile),
    ...option(name('sftp-private-key-passphrase'), reveal(access.privateKeyPassphrase)),
    ...option(name('sftp-host-key-hash-type'), access.hostKeyHashType),
    ...option(name('sftp-host-key-check-type'), unless('strict', access.hostKeyCheckType)),
    ...option(name('sftp-host-fingerprint'), access.hostFingerprint),
    ...option(name('sftp-known-host'), access.knownHosts),
  ];
}

function objectStorageOptions(access: ObjectStorageAccess, name: Name): ConfOption[] {
  return [
    ...option(name('storage-host'), access.host),
    ...option(name('storage-port'), access.port),
    ...option(name('storage-ca-file'), access.caFile),
    ...option(name('storage-ca-path'), access.caPath),
    ...option(name('storage-verify-tls'), unless(true, access.verifyTls)),
    ...option(
      name('storage-upload-chunk-size'),
      access.uploadChunkSize === undefined ? undefined : renderByteSize(access.uploadChunkSize),
    ),
    ...option(
      name('storage-tag'),
      Object.entries(access.tags).map(([key, value]) => `${key}=${value}`),
    ),
  ];
}
