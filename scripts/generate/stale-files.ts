import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { GeneratedFile } from './generated-file.ts';

/**
 * Paths of files that are missing or differ from what the code makes now.
 *
 * @param root directory of the project
 */
export async function findStaleFiles(
  root: string,
  files: readonly GeneratedFile[],
): Promise<readonly string[]> {
  const stale: string[] = [];
  for (const file of files) {
    if ((await readIfPresent(join(root, file.path))) !== file.content) stale.push(file.path);
  }
  return stale;
}

/** Writes the files, with the directories they need. */
export async function writeGeneratedFiles(root: string, files: readonly GeneratedFile[]): Promise<void> {
  for (const file of files) {
    const path = join(root, file.path);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, file.content);
  }
}

async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
