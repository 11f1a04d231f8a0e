import { type ExpireOutcome, type RemovedArchive, runExpire } from '../../engine/expire.ts';
import type { LoggedRun } from '../../engine/run-logged-engine.ts';
import type { ExpirePreview, ExpireRunDeps } from './plan-expire.ts';

/** What was removed from a repository. */
export interface ExpireRemoval {
  /** Labels in the order of removal. */
  readonly sets: readonly string[];
  readonly archives: readonly RemovedArchive[];
  readonly warnings: readonly string[];
}

/**
 * Removes what the preview shows and nothing else that is in the catalogue. It may be killed at any point: each of the
 * engine's runs leaves a repository in which everything that is listed is whole, and the next expire does the rest.
 *
 * @throws Failure as runEngine
 */
export async function applyExpire(
  stanza: string,
  preview: ExpirePreview,
  deps: Omit<ExpireRunDeps, 'now'> & { readonly logged?: LoggedRun | undefined },
): Promise<ExpireRemoval> {
  const { engine, signal, onSpawn, logged } = deps;
  const { repository, manner } = preview;
  const request = { stanza, repositoryKey: repository.key, dryRun: false };
  const outcomes: ExpireOutcome[] = [];
  const expire = async (part: {
    set?: string;
    onlyWal?: { type: 'full' | 'diff' | 'incr'; count: number };
  }) => void outcomes.push(await runExpire(engine, { ...request, ...part }, { signal, onSpawn, logged }));
  if (manner.kind === 'plain') await expire({});
  else {
    for (const set of manner.roots) await expire({ set });
    if (manner.wal !== undefined) await expire({ onlyWal: manner.wal });
  }
  return {
    sets: outcomes.flatMap((outcome) => outcome.expiredSets),
    archives: outcomes.flatMap((outcome) => outcome.removedArchives),
    warnings: [...new Set(outcomes.flatMap((outcome) => outcome.warnings).map((record) => record.message))],
  };
}
