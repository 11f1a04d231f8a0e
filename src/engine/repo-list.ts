import type { EngineProgram } from './engine.ts';
import { ListReader, type RepositoryEntry } from './list-reader.ts';
import { type EngineRun, runEngine } from './run-engine.ts';

export interface RepositoryListRequest {
  /** Needed whenever the repository is described in the stanza's section. */
  readonly stanza?: string | undefined;
  readonly repositoryKey: number;
  /** Relative to the repository's root, `archive/main/15-1`. */
  readonly path: string;
  readonly recurse: boolean;
}

/**
 * Lists files of a repository by their stored names. A path that does not exist has no entries but itself.
 *
 * @throws Failure as runEngine, and engine-failed when the listing is not whole
 */
export async function listRepository(
  engine: EngineProgram,
  request: RepositoryListRequest,
  run: EngineRun = {},
): Promise<RepositoryEntry[]> {
  const entries: RepositoryEntry[] = [];
  await streamRepository(engine, request, (entry) => entries.push(entry), run);
  return entries;
}

/**
 * The same, entry by entry as the engine prints them: for listings of millions of files.
 *
 * @param onEntry must not throw. What it was given counts for nothing when this rejects
 * @throws Failure as runEngine, and engine-failed when the listing is not whole
 */
export async function streamRepository(
  engine: EngineProgram,
  request: RepositoryListRequest,
  onEntry: (entry: RepositoryEntry) => void,
  run: EngineRun = {},
): Promise<void> {
  const args = ['repo-ls', '--output=json', ...(request.recurse ? ['--recurse'] : []), request.path];
  const reader = new ListReader(onEntry);
  await runEngine(engine, args, {
    ...run,
    stanza: request.stanza,
    repositoryKey: request.repositoryKey,
    capture: 'stream',
    onChunk: (chunk) => reader.take(chunk),
    operation: `list ${request.path} in repo${request.repositoryKey}`,
  });
  reader.end();
}
