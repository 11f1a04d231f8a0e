import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeConfText } from '../../engine/conf/conf-text.ts';
import { readConfText } from '../../engine/conf/read-conf-text.ts';
import type { RenderedFile } from '../../engine/conf/render-conf.ts';
import { Failure } from '../../model/failure.ts';

/**
 * Files of conf.d that say again what the generated files say, as they are where an installation was taken over. The
 * engine reads all of them as one file and refuses an option that stands twice ([031]), so each is to be replaced by
 * an empty one; whoever wrote it is asked, as with any file that is not ours, and a copy is kept.
 *
 * @param source the file that the configuration came from, for the header
 * @throws Failure not-permitted, file-unusable when the directory cannot be read
 */
export async function supersededIncludes(
  directory: string,
  rendered: readonly RenderedFile[],
  source: string,
): Promise<RenderedFile[]> {
  const taken = new Set(rendered.flatMap(({ content, path }) => settingsOf(content, path)));
  const own = new Set(rendered.map(({ path }) => path));
  const [model] = rendered;
  const found: RenderedFile[] = [];
  for (const name of await includedNames(directory)) {
    const path = join(directory, name);
    if (own.has(path) || model === undefined) continue;
    const settings = settingsOf(await readFile(path, 'utf8'), path);
    if (!settings.some((setting) => taken.has(setting))) continue;
    found.push({ path, content: writeConfText([], source), mode: 0o640, owner: model.owner, secret: false });
  }
  return found;
}

function settingsOf(text: string, path: string): string[] {
  return readConfText(text, path).entries.map(({ section, name }) => `${section} ${name}`);
}

/** What the engine reads of a directory: files that end in `.conf`. */
async function includedNames(directory: string): Promise<string[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory() && entry.name.endsWith('.conf'))
      .map(({ name }) => name)
      .toSorted();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw new Failure(code === 'EACCES' ? 'not-permitted' : 'file-unusable', {
      operation: 'compare the configuration of pgbackrest',
      place: directory,
      problem: `the directory cannot be read (${code ?? String(error)})`,
      hint: 'Run Holdfast as root or as the owner of this directory.',
      cause: error,
    });
  }
}
