import type { Engine } from '../../engine/engine.ts';
import { runExpire, type RemovedArchive } from '../../engine/expire.ts';
import { Failure } from '../../model/failure.ts';

/** A repository to expire in. */
export interface ExpireRepository {
  readonly name: string;
  readonly key: number;
}

/** What the retention no longer keeps in one repository. */
export interface ExpirePreview {
  readonly repository: ExpireRepository;
  /** Labels in the order of removal. */
  readonly sets: readonly string[];
  readonly archives: readonly RemovedArchive[];
  /** What the engine warns of: a repository without a retention keeps everything. */
  readonly warnings: readonly string[];
  /** Why the repository could not be asked; then nothing is known of it and nothing is done to it. */
  readonly failure: Failure | undefined;
}

/** What `holdfast expire` would remove: data. */
export interface ExpirePlan {
  readonly stanza: string;
  readonly previews: readonly ExpirePreview[];
}

export interface ExpireRunDeps {
  readonly engine: Engine;
  readonly signal?: AbortSignal | undefined;
  readonly onSpawn?: ((pid: number) => void) | undefined;
}

/**
 * Asks the engine for each repository what an expire would remove (`--dry-run`). One that fails does not hide what
 * would go in the others.
 *
 * @throws Failure interrupted
 */
export async function planExpire(
  stanza: string,
  repositories: readonly ExpireRepository[],
  deps: ExpireRunDeps,
): Promise<ExpirePlan> {
  const previews: ExpirePreview[] = [];
  for (const repository of repositories) previews.push(await previewOne(stanza, repository, deps));
  return { stanza, previews };
}

async function previewOne(
  stanza: string,
  repository: ExpireRepository,
  deps: ExpireRunDeps,
): Promise<ExpirePreview> {
  const { signal, onSpawn } = deps;
  try {
    const request = { stanza, repositoryKey: repository.key, dryRun: true };
    const outcome = await runExpire(deps.engine, request, { signal, onSpawn });
    const warnings = outcome.warnings.map((record) => record.message);
    return {
      repository,
      sets: outcome.expiredSets,
      archives: outcome.removedArchives,
      warnings,
      failure: undefined,
    };
  } catch (error) {
    if (!(error instanceof Failure) || error.kind === 'interrupted') throw error;
    return { repository, sets: [], archives: [], warnings: [], failure: error };
  }
}

/** True when there is something to remove. */
export function removesAnything(preview: Pick<ExpirePreview, 'sets' | 'archives'>): boolean {
  return preview.sets.length > 0 || preview.archives.length > 0;
}
