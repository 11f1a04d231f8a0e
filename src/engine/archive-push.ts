import type { Engine } from './engine.ts';
import { type EngineRun, runEngine } from './run-engine.ts';

export interface PushRequest {
  readonly stanza: string;
  /** Absolute path of a WAL segment, history or backup history file. */
  readonly file: string;
  /** The data directory the file belongs to, when it is not the configured one. */
  readonly pgPath?: string | undefined;
}

/**
 * Archives one WAL file into every repository, and waits for it even where archive-async is on: whoever calls this
 * wants to know that the file has arrived. A file that is there already with equal content is a success.
 *
 * Only for complete segments: one that the server still writes to would take its name in the archive, and the real
 * one would be refused later ([045]).
 *
 * @throws Failure as runEngine; archive-failed when the archive has another content under this name
 */
export async function pushSegment(engine: Engine, request: PushRequest, run: EngineRun = {}): Promise<void> {
  await runEngine(engine, ['archive-push', '--no-archive-async', request.file], {
    ...run,
    stanza: request.stanza,
    pgPath: request.pgPath,
    operation: `archive ${request.file}`,
  });
}
