import type { Repository } from '../../model/repository.ts';
import type { LeaseResource } from '../../postgres/lease.ts';

/**
 * What tells one repository from another, whichever name and number it has in a file. Nothing that can be written in two
 * ways is in it: a store's endpoint has several names, a server several addresses. No secret is either.
 */
export function repositoryIdentity(repository: Repository): string {
  const { access } = repository;
  const path = repository.path.replace(/(?!^)\/+$/, '');
  switch (access.type) {
    case 's3':
      return `s3:${access.bucket}${path}`;
    case 'gcs':
      return `gcs:${access.bucket}${path}`;
    case 'azure':
      return `azure:${access.container}${path}`;
    case 'sftp':
      return `sftp:${path}`;
    case 'posix':
    case 'cifs':
      return `files:${path}`;
  }
}

/**
 * What the lease of a repository is for. The same directory is mounted under another path on another host, or lies on a
 * host that reaches it without mounting anything; so all repositories of a stanza that are directories share one lease.
 * It costs nothing: the engine runs one such command of a stanza at a time anyway.
 */
export function leaseResource(stanza: string, repository: Repository): LeaseResource {
  const { type } = repository.access;
  const isDirectory = type === 'posix' || type === 'cifs' || type === 'sftp';
  return { stanza, repository: isDirectory ? 'files' : repositoryIdentity(repository) };
}
