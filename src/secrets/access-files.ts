import { isAbsolute } from 'node:path';
import type { Repository, RepositoryAccess } from '../model/repository.ts';
import type { SecretReference } from '../model/secret.ts';

/** A file of this host that pgBackRest opens by its path when it opens a repository. */
export interface AccessFile {
  /** Path of keys in holdfast.yaml: `stanzas.main.repositories.offsite.storage.caFile`; of a list with the number in it. */
  readonly key: string;
  /** Undefined where only a program or the environment tells it. */
  readonly path: string | undefined;
  /** A private key, and not a certificate or the keys of servers, which everybody may see. */
  readonly secret: boolean;
}

/**
 * The files without which a repository cannot be opened (pgBackRest, `repo-storage-ca-file`, `repo-gcs-key`,
 * `repo-sftp-private-key-file`, `repo-sftp-public-key-file`, `repo-sftp-known-host`). A repository on another host that
 * runs pgBackRest has them there.
 */
export function accessFiles(stanza: string, { name, access, host }: Repository): readonly AccessFile[] {
  const key = `stanzas.${stanza}.repositories.${name}`;
  if (host !== undefined) return [];
  const plain = (end: string, path: string | undefined): AccessFile[] =>
    path === undefined ? [] : [{ key: `${key}.${end}`, path, secret: false }];
  switch (access.type) {
    case 'sftp':
      return [
        { key: `${key}.privateKeyFile`, path: access.privateKeyFile, secret: true },
        ...plain('publicKeyFile', access.publicKeyFile),
        ...access.knownHosts.flatMap((path, index) => plain(`knownHosts.${index}`, path)),
      ];
    case 'gcs': {
      const file = access.keyType === 'service' ? access.key : undefined;
      const own = file === undefined ? [] : [{ key: `${key}.key`, path: pathOf(file), secret: true }];
      return [...own, ...plain('storage.caFile', access.caFile)];
    }
    case 's3':
    case 'azure':
      return plain('storage.caFile', access.caFile);
    case 'posix':
    case 'cifs':
      return [];
  }
}

/** The repository with copies in the place of its files. @param copies paths by key */
export function withCopies(
  stanza: string,
  repository: Repository,
  copies: ReadonlyMap<string, string>,
): Repository {
  const key = `stanzas.${stanza}.repositories.${repository.name}`;
  const copyOf = (end: string): string | undefined => copies.get(`${key}.${end}`);
  return { ...repository, access: withPaths(repository.access, copyOf) };
}

function withPaths(access: RepositoryAccess, copyOf: (end: string) => string | undefined): RepositoryAccess {
  switch (access.type) {
    case 'sftp':
      return {
        ...access,
        privateKeyFile: copyOf('privateKeyFile') ?? access.privateKeyFile,
        publicKeyFile: copyOf('publicKeyFile') ?? access.publicKeyFile,
        knownHosts: access.knownHosts.map((path, index) => copyOf(`knownHosts.${index}`) ?? path),
      };
    case 'gcs': {
      const path = copyOf('key');
      const key = path === undefined ? access.key : ({ kind: 'file', path } as const);
      return { ...access, key, caFile: copyOf('storage.caFile') ?? access.caFile };
    }
    case 's3':
    case 'azure':
      return { ...access, caFile: copyOf('storage.caFile') ?? access.caFile };
    case 'posix':
    case 'cifs':
      return access;
  }
}

function pathOf(reference: SecretReference): string | undefined {
  if (reference.kind === 'file') return reference.path;
  return reference.kind === 'literal' && isAbsolute(reference.value) ? reference.value : undefined;
}
