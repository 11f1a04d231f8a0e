import { Failure } from '../../model/failure.ts';
import type { Catalogue } from '../../model/backup-set.ts';
import type { Repository } from '../../model/repository.ts';

/**
 * An archive that nobody can read is not an empty one. Codes 1 (missing stanza path: an unmounted file system looks like
 * that, too) and 99 (other): pgBackRest `src/command/info/info.c`, INFO_STANZA_STATUS_CODE_*.
 *
 * @throws Failure repository-unreachable, stanza-missing
 */
export function refuseUnreadable(
  stanza: string,
  { key, name }: Pick<Repository, 'key' | 'name'>,
  catalogue: Pick<Catalogue, 'repositories'>,
): void {
  const told = catalogue.repositories.find((repository) => repository.key === key);
  if (told !== undefined && told.code !== 1 && told.code !== 99) return;
  throw new Failure(told?.code === 1 ? 'stanza-missing' : 'repository-unreachable', {
    operation: `look at the WAL of stanza ${stanza} in repository ${name}`,
    problem: `pgbackrest info: ${told?.message ?? 'it does not mention the repository'}`,
    hint: 'Look at the repository and its access: a file system that is not mounted, credentials, the network.',
  });
}
