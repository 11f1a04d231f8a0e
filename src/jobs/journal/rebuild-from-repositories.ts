import type { Stanza } from '../../config/configuration.ts';
import type { Actor } from '../../model/actor.ts';
import type { BackupSet } from '../../model/backup-set.ts';
import type { Repository } from '../../model/repository.ts';
import type { RunRecord } from '../../store/journal.ts';
import type { JobDeps } from '../job-deps.ts';
import { readAllSets, type UnreadableRepository } from './read-all-sets.ts';
import { findAnchors } from './repository-anchors.ts';

export interface RebuildDeps extends Pick<JobDeps, 'configuration' | 'engine' | 'journal'> {
  /** Who asked for it, for the audit trail. */
  readonly actor: Actor;
  readonly signal?: AbortSignal | undefined;
}

export interface RepositoryRebuild {
  /** Runs that the journal did not know. */
  readonly added: readonly RunRecord[];
  /** Where could not be looked: the journal stays `isRebuildPending`. */
  readonly unreadable: readonly UnreadableRepository[];
}

/**
 * Adds the backups to the journal that the repositories know and it does not: who, where, why and in which run comes
 * from the annotations that each backup leaves. What the journal has is never changed.
 *
 * Repositories that cannot be read are told, not thrown.
 */
export async function rebuildFromRepositories(deps: RebuildDeps): Promise<RepositoryRebuild> {
  const { journal, actor } = deps;
  const { found, unreadable } = await readAllSets(deps);
  const runs = found.map(({ stanza, repository, set }) => runOfSet(stanza, repository, set));
  // After a loss, anchors of the trail that went with it are noted: they would look like tampering for ever.
  const formerAnchors = journal.isRebuildPending()
    ? findAnchors(found, journal, actor.host).filter((anchor) => !journal.audit.has(anchor))
    : [];
  const added = journal.addFound({ runs, formerAnchors, complete: unreadable.length === 0, actor });
  return { added, unreadable };
}

/** A set as the run that made it. Times come from the database's clock, in whole seconds. */
export function runOfSet(stanza: Stanza, repository: Repository, set: BackupSet): RunRecord {
  const { annotations, label } = set;
  return {
    id: annotations['holdfast-run'] || `backup-${stanza.name}-${repository.name}-${label}`,
    kind: 'backup',
    stanza: stanza.name,
    repository: repository.name,
    actor: {
      user: annotations['holdfast-by'] || 'unknown',
      host: annotations['holdfast-host'] || 'unknown',
      via: 'repository',
    },
    cause: annotations['holdfast-cause'] || 'found in the repository',
    startedAt: set.startTime * 1000,
    endedAt: set.stopTime * 1000,
    result: set.error ? 'failed' : 'ok',
    label,
    bytes: set.repositoryDeltaSize,
    failure: set.error
      ? {
          kind: 'repository-damaged',
          problem: 'pages of the cluster had wrong checksums while they were copied',
        }
      : undefined,
    facts: { rebuilt: true, type: set.type, clusterBytes: set.size, copiedBytes: set.deltaSize },
    process: undefined,
  };
}
