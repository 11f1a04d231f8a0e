import type { SecretReference } from './secret.ts';
import type { HostTransport } from './stanza.ts';
import type { OwnPrice } from './store-price.ts';

/** How long backup sets and WAL are kept. */
export interface Retention {
  /** Full backups to keep: a number of them, or days (`repo-retention-full-type`). Undefined keeps all for ever. */
  readonly full:
    | { readonly by: 'count'; readonly count: number }
    | { readonly by: 'time'; readonly days: number }
    | undefined;
  readonly diff: number | undefined;
  /** `follow`: WAL is kept as long as the backups that need it. Otherwise a number of backups of a type, never days. */
  readonly archive: 'follow' | { readonly type: 'full' | 'diff' | 'incr'; readonly count: number };
  /** Days to keep manifests of expired sets (`repo-retention-history`). */
  readonly history: number | undefined;
  /** At least so many complete full backups stay whatever the rest says; Holdfast's own. Undefined is 1. */
  readonly minimum?: number | undefined;
}

/** Connection details shared by all object stores (`repo-storage-*`). */
export interface ObjectStorageAccess {
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly caFile: string | undefined;
  readonly caPath: string | undefined;
  readonly verifyTls: boolean;
  /** Bytes. */
  readonly uploadChunkSize: number | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

export interface S3Access extends ObjectStorageAccess {
  readonly type: 's3';
  readonly provider: string | undefined;
  readonly bucket: string;
  readonly endpoint: string;
  readonly region: string;
  readonly uriStyle: 'host' | 'path';
  readonly keyType: 'shared' | 'auto' | 'web-id' | 'pod-id' | 'process';
  readonly key: SecretReference | undefined;
  readonly keySecret: SecretReference | undefined;
  readonly token: SecretReference | undefined;
  readonly role: string | undefined;
  readonly kmsKeyId: string | undefined;
  readonly sseCustomerKey: SecretReference | undefined;
}

export interface AzureAccess extends ObjectStorageAccess {
  readonly type: 'azure';
  readonly account: SecretReference;
  readonly container: string;
  readonly keyType: 'shared' | 'sas' | 'auto';
  readonly key: SecretReference | undefined;
  readonly endpoint: string | undefined;
  readonly uriStyle: 'host' | 'path';
}

export interface GcsAccess extends ObjectStorageAccess {
  readonly type: 'gcs';
  readonly bucket: string;
  readonly keyType: 'service' | 'token' | 'auto';
  /** For `service` a path to the JSON key file, for `token` the token. */
  readonly key: SecretReference | undefined;
  readonly endpoint: string | undefined;
  readonly userProject: string | undefined;
}

export interface SftpAccess {
  readonly type: 'sftp';
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly privateKeyFile: string;
  readonly publicKeyFile: string | undefined;
  readonly privateKeyPassphrase: SecretReference | undefined;
  readonly hostKeyHashType: 'md5' | 'sha1' | 'sha256';
  readonly hostKeyCheckType: 'strict' | 'accept-new' | 'fingerprint' | 'none';
  readonly hostFingerprint: string | undefined;
  readonly knownHosts: readonly string[];
}

export interface FileSystemAccess {
  readonly type: 'posix' | 'cifs';
}

export type RepositoryAccess = FileSystemAccess | S3Access | AzureAccess | GcsAccess | SftpAccess;

/** One repository of a stanza. */
export interface Repository {
  readonly name: string;
  /** 1 for repo1: its number, or its place in the file. */
  readonly key: number;
  /** Path inside the file system or bucket, absolute. */
  readonly path: string;
  /** False: the path is a default, which need not be written out. Undefined counts as given. */
  readonly pathGiven?: boolean | undefined;
  readonly access: RepositoryAccess;
  /** Set when the repository lies on another host that runs pgBackRest. */
  readonly host: ({ readonly address: string } & HostTransport) | undefined;
  readonly encryption: { readonly cipher: 'aes-256-cbc'; readonly passphrase: SecretReference } | undefined;
  readonly retention: Retention;
  /** Undefined: chosen for the engine's version. */
  readonly bundle: boolean | undefined;
  readonly block: boolean | undefined;
  /** US dollars for reading a GB; undefined: the list price of the provider, where one is known. */
  readonly egressPrice?: number | undefined;
  /** What the file says of prices; docs/cost.md. */
  readonly price?: OwnPrice | undefined;
}
