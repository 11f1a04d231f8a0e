import type { Engine } from './engine.ts';
import { type EngineRun, runEngine } from './run-engine.ts';

export interface ArchiveGetRequest {
  readonly stanza: string;
  /** Undefined: the first repository that has it. */
  readonly repositoryKey?: number | undefined;
  /** Name of a WAL segment or history file. */
  readonly name: string;
  /** Absolute path of the file to write. */
  readonly destination: string;
  /** The data directory to work for, when it is not the configured one. */
  readonly pgPath?: string | undefined;
}

/**
 * Fetches one file of the archive, decrypted and decompressed.
 *
 * @returns false when no repository has it (the engine's exit code 1)
 * @throws Failure as runEngine
 */
export async function fetchFromArchive(
  engine: Engine,
  request: ArchiveGetRequest,
  run: EngineRun = {},
): Promise<boolean> {
  const result = await runEngine(
    engine,
    ['archive-get', '--no-archive-async', request.name, request.destination],
    {
      ...run,
      stanza: request.stanza,
      repositoryKey: request.repositoryKey,
      pgPath: request.pgPath,
      accept: [1],
      operation: `fetch ${request.name} from the archive`,
    },
  );
  return result.exitCode === 0;
}
