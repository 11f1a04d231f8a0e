import type { BackupSet, Catalogue } from '../../model/backup-set.ts';
import type { Repository } from '../../model/repository.ts';
import type { RestoreRequest } from './restore-request.ts';

/**
 * The set that a restore will most likely begin with, from the catalogue alone: the youngest that ended before the
 * target, in the first repository that has one. Its manifest can be read while the WAL is looked at; which set it will
 * be `chooseSet` decides.
 */
export function guessSet(
  catalogue: Pick<Catalogue, 'sets'>,
  repositories: readonly Pick<Repository, 'key'>[],
  request: Pick<RestoreRequest, 'target' | 'setLabel'>,
): Pick<BackupSet, 'label' | 'repositoryKey' | 'size' | 'repositorySize'> | undefined {
  const { target, setLabel } = request;
  const fits = (set: BackupSet): boolean => {
    if (setLabel !== undefined) return set.label === setLabel;
    return target.kind !== 'time' || BigInt(set.stopTime + 1) * 1_000_000n <= target.microseconds;
  };
  for (const { key } of repositories) {
    const found = catalogue.sets
      .filter((set) => set.repositoryKey === key && fits(set))
      .toSorted((left, right) => right.stopTime - left.stopTime)[0];
    if (found !== undefined) return found;
  }
  return undefined;
}
