import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createFiles } from '../../config/create-files.ts';
import { writeFailure } from '../../config/write-failure.ts';
import { Failure } from '../../model/failure.ts';
import { kitFormat } from '../../model/kit-format.ts';
import type { CommandInput, CommandResult } from '../command-definition.ts';
import type { CommandContext } from '../context.ts';
import { readKit } from './read-kit.ts';

/** `holdfast kit open KIT --out DIR`. */
export async function openKit(input: CommandInput, context: CommandContext): Promise<CommandResult> {
  const { kit } = await readKit(input, context);
  const out = resolve(input.value('out') ?? '');
  await makeDirectory(out);
  const folder = join(out, kitFormat.inner);
  await mkdir(folder, { mode: 0o700 });
  for (const part of new Set([...kit.files.keys()].flatMap(foldersOf)))
    await mkdir(join(folder, part), { mode: 0o700 });
  const files = [...kit.files].map(([name, content]) => ({
    path: join(folder, name),
    content,
    mode: 0o600,
    owner: undefined,
  }));
  const { written } = await createFiles(files, { operation: 'write what is in the kit' });
  return {
    data: { manifest: kit.manifest, directory: folder, files: written },
    text: [
      ...written.map((path) => `wrote ${path}\n`),
      `\nEverything is as its checksums say. Begin with ${join(folder, 'README.txt')}.\n`,
      kit.manifest.secretsIncluded ? 'The secrets are in it: remove the folder when you are done.\n' : '',
    ].join(''),
  };
}

/** `a/b/c` → `a`, `a/b`. */
function foldersOf(name: string): string[] {
  const parts = name.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      throw new Failure('edited-by-hand', {
        operation: 'write what is in the kit',
        place: path,
        problem: 'it is there already, and nothing is overwritten',
        hint: 'Name a directory that is not there yet.',
      });
    }
    throw writeFailure(error, {
      operation: 'write what is in the kit',
      place: path,
      permissionHint: 'Name a directory in which you may write.',
    });
  }
}
