import type { EngineProgram } from './engine.ts';
import { type EngineRun, runEngine } from './run-engine.ts';

export interface RepositoryFileRequest {
  /** Defaults to the one that the path names (`archive/main/…`, `backup/main/…`). */
  readonly stanza?: string | undefined;
  readonly repositoryKey: number;
  /** Relative to the repository's root. */
  readonly path: string;
}

/**
 * Reads one file of a repository: decrypted, but still compressed as its name says (pgBackRest
 * `src/command/repo/get.c`).
 *
 * @throws Failure as runEngine; nothing-found when there is no such file
 */
export async function readRepositoryFile(
  engine: EngineProgram,
  request: RepositoryFileRequest,
  run: EngineRun = {},
): Promise<Buffer> {
  const result = await runEngine(engine, ['repo-get', request.path], {
    ...run,
    stanza: request.stanza ?? stanzaOfPath(request.path),
    repositoryKey: request.repositoryKey,
    capture: 'bytes',
    operation: `read ${request.path} from repo${request.repositoryKey}`,
  });
  return result.bytes;
}

function stanzaOfPath(path: string): string | undefined {
  return /^(?:archive|backup)\/([^/]+)\//.exec(path)?.[1];
}
