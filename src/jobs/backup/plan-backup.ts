import type { Stanza } from '../../config/configuration.ts';
import type { BackupType, Catalogue } from '../../model/backup-set.ts';
import type { Repository } from '../../model/repository.ts';
import type { BackupPlan, PlannedBackup } from './backup-plan.ts';

export interface BackupWish {
  /** pgBackRest's own default is incr, so ours is too. */
  readonly type: BackupType;
  /** Into these, in this order; every one is a repository of the stanza. */
  readonly repositories: readonly Repository[];
}

/**
 * Plans the runs of a backup: the repositories in the order of the file. A diff or an incr needs a full backup of
 * the same database in the same repository; where there is none the engine takes a full one with only a warning
 * (pgBackRest `src/command/backup/backup.c`, backupBuildIncrPrior), so it is said before it starts.
 *
 * @param catalogue what the repositories hold now
 */
export function planBackup(stanza: Pick<Stanza, 'name'>, catalogue: Catalogue, wish: BackupWish): BackupPlan {
  const repositories = wish.repositories.toSorted((left, right) => left.key - right.key);
  return {
    stanza: stanza.name,
    backups: repositories.map((repository) => planOne(repository, catalogue, wish.type)),
  };
}

function planOne(repository: Repository, catalogue: Catalogue, requestedType: BackupType): PlannedBackup {
  const { name, key } = repository;
  const reason = requestedType === 'full' ? undefined : reasonForFull(key, catalogue);
  return {
    repository: { name, key },
    requestedType,
    type: reason === undefined ? requestedType : 'full',
    reason,
  };
}

/** Undefined when there is a full backup to build on, or when the repository could not be asked. */
function reasonForFull(key: number, catalogue: Catalogue): string | undefined {
  const readable: readonly number[] = [0, 2];
  const status = catalogue.repositories.find((repository) => repository.key === key);
  // 0 ok, 2 no valid backups: everything else says that the run will fail, and why is the engine's to tell.
  if (status !== undefined && !readable.includes(status.code)) return undefined;
  const fulls = catalogue.sets.filter((set) => set.repositoryKey === key && set.type === 'full');
  if (fulls.length === 0) return 'there is no full backup yet';
  const ids = catalogue.databases
    .filter((entry) => entry.repositoryKey === key)
    .map((entry) => entry.databaseId);
  const current = Math.max(...ids);
  return fulls.some((set) => set.databaseId === current) || ids.length === 0
    ? undefined
    : 'the full backups that are there are of the cluster before its upgrade';
}
