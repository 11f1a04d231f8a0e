import { join } from 'node:path';
import type { Configuration } from '../../config/configuration.ts';
import { renderConf, type RenderedFile, type RenderTarget } from '../../engine/conf/render-conf.ts';

/** Where the files go instead of the places that the configuration names. */
export interface Elsewhere {
  /** Stands before every path. */
  readonly directory: string;
  /** The user who gets them; undefined: the one the configuration names. */
  readonly owner: string | undefined;
}

/**
 * The files of a bare deployment: pgBackRest on a host, no orchestrator.
 *
 * @throws Failure config-invalid when this version of the engine cannot do what the configuration asks for
 */
export function renderPgbackrest(
  configuration: Configuration,
  target: RenderTarget,
  elsewhere?: Elsewhere,
): RenderedFile[] {
  const files = renderConf(configuration, target);
  if (elsewhere === undefined) return files;
  return files.map((file) => ({
    ...file,
    path: join(elsewhere.directory, file.path),
    owner: elsewhere.owner ?? file.owner,
  }));
}
