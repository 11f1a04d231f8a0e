import { join } from 'node:path';
import type { RenderedFile } from '../../engine/conf/render-conf.ts';

/** Where the files go instead of the places that they are made for. */
export interface Elsewhere {
  /** Stands before every path. */
  readonly directory: string;
  /** The user who gets them; undefined: the one they name. */
  readonly owner: string | undefined;
}

/** The same files below a directory. */
export function placeFiles(files: readonly RenderedFile[], { directory, owner }: Elsewhere): RenderedFile[] {
  return files.map((file) => ({ ...file, path: join(directory, file.path), owner: owner ?? file.owner }));
}
