import { resolve } from 'node:path';
import { createFiles } from '../../config/create-files.ts';
import type { CommandInput } from '../command-definition.ts';

/**
 * Writes what `--svg` and `--html` ask for, both or none. With `--force` a file that is in the way is moved aside.
 *
 * @returns paths
 * @throws Failure as createFiles
 */
export async function writePictures(
  input: CommandInput,
  content: { readonly svg: () => string; readonly html: () => string },
): Promise<readonly string[]> {
  const files = (['svg', 'html'] as const).flatMap((kind) => {
    const path = input.value(kind);
    return path === undefined ? [] : [{ path: resolve(path), content: content[kind]() }];
  });
  if (files.length === 0) return [];
  const { written } = await createFiles(
    files.map((file) => ({ ...file, mode: 0o644, owner: undefined })),
    { operation: 'write the picture', moveAside: input.flag('force'), offersForce: true },
  );
  return written;
}
