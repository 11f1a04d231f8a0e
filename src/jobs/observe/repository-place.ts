import { createHash } from 'node:crypto';
import type { ObjectStorageAccess, Repository } from '../../model/repository.ts';
import type { SecretReference } from '../../model/secret.ts';
import { repositoryIdentity } from '../run/repository-identity.ts';

/**
 * Where exactly a repository lies as this Holdfast reaches it: what was seen in it is remembered by this. A lease has to
 * be the same for every host that writes the place in its own way (`repositoryIdentity`); here it is the other way round:
 * two spellings of one place cost another listing, and one name for two places shows the WAL of the one in the other. No
 * secret is in it.
 *
 * @returns parts for a key
 */
export function repositoryPlace(repository: Repository): readonly string[] {
  return [repositoryIdentity(repository), ...addressOf(repository), repository.host?.address ?? ''];
}

/** The options of pgBackRest that say whose bucket, container or directory it is (`repo-*-endpoint`, `repo-storage-*`). */
function addressOf({ access }: Repository): readonly string[] {
  switch (access.type) {
    case 's3':
      return [access.endpoint, access.region, ...connectionOf(access)];
    case 'azure':
      return [access.endpoint ?? '', digestOf(access.account), ...connectionOf(access)];
    case 'gcs':
      return [access.endpoint ?? '', ...connectionOf(access)];
    case 'sftp':
      // Below the same path each user of a storage box may see something else.
      return [access.host, String(access.port), access.user];
    case 'posix':
    case 'cifs':
      return [];
  }
}

/** Where it is set, it is what is connected to, whatever the endpoint is called. */
function connectionOf({ host, port }: ObjectStorageAccess): readonly string[] {
  return [host ?? '', String(port ?? '')];
}

/** The account may be written out in the file, as other secrets may. */
function digestOf(reference: SecretReference): string {
  return createHash('sha256').update(JSON.stringify(reference)).digest('hex').slice(0, 16);
}
