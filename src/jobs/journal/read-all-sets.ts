import type { Stanza } from '../../config/configuration.ts';
import { readCatalogue } from '../../engine/info.ts';
import type { BackupSet, Catalogue } from '../../model/backup-set.ts';
import { Failure, isFailure } from '../../model/failure.ts';
import type { Repository } from '../../model/repository.ts';
import type { JobDeps } from '../job-deps.ts';

export interface FoundSet {
  readonly stanza: Stanza;
  readonly repository: Repository;
  readonly set: BackupSet;
}

export interface UnreadableRepository {
  readonly stanza: string;
  readonly repository: string;
  readonly problem: string;
}

/** Status of `info` for a repository that could not be read (pgBackRest `src/command/info/info.c`, "other"). */
const unreadableStatus = 99;

/** The sets of all stanzas in all repositories, and where could not be looked. One call of the engine a stanza. */
export async function readAllSets(
  deps: Pick<JobDeps, 'configuration' | 'engine'> & { readonly signal?: AbortSignal | undefined },
): Promise<{ readonly found: readonly FoundSet[]; readonly unreadable: readonly UnreadableRepository[] }> {
  const found: FoundSet[] = [];
  const unreadable: UnreadableRepository[] = [];
  for (const stanza of deps.configuration.stanzas) {
    const catalogue = await tryCatalogue(stanza, deps);
    for (const repository of stanza.repositories) {
      const problem = problemOf(catalogue, repository);
      if (problem !== undefined)
        unreadable.push({ stanza: stanza.name, repository: repository.name, problem });
      if (catalogue instanceof Failure) continue;
      const sets = catalogue.sets.filter((set) => set.repositoryKey === repository.key);
      found.push(...sets.map((set) => ({ stanza, repository, set })));
    }
  }
  return { found, unreadable };
}

async function tryCatalogue(
  stanza: Stanza,
  deps: Pick<JobDeps, 'engine'> & { readonly signal?: AbortSignal | undefined },
): Promise<Catalogue | Failure> {
  try {
    return await readCatalogue(deps.engine, stanza.name, { signal: deps.signal });
  } catch (error) {
    if (isFailure(error) && error.kind !== 'interrupted') return error;
    throw error;
  }
}

function problemOf(catalogue: Catalogue | Failure, repository: Repository): string | undefined {
  if (catalogue instanceof Failure) return catalogue.problem;
  const status = catalogue.repositories.find(({ key }) => key === repository.key);
  if (status === undefined)
    return 'pgbackrest does not know the repository: `holdfast setup` writes its configuration';
  return status.code === unreadableStatus ? status.message : undefined;
}
