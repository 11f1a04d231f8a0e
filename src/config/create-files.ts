import { chown, link, mkdir, open, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Failure } from '../model/failure.ts';
import { writeFailure } from './write-failure.ts';

/** A file of Holdfast's own that is made once and then belongs to people. */
export interface NewFile {
  readonly path: string;
  readonly content: string | Uint8Array;
  readonly mode: number;
  /** Undefined: whoever this process runs as. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
}

export interface CreateFilesOptions {
  /** Completes failures: a verb phrase. */
  readonly operation: string;
  /** What is in the way is renamed to `NAME.1`, `NAME.2`, … instead of being a failure. Nothing is overwritten. */
  readonly moveAside?: boolean | undefined;
  /** True where `--force` would do that; the failure says so. */
  readonly offersForce?: boolean | undefined;
}

/**
 * Makes files that are not there yet, each whole or not at all: it is written beside its place, flushed, and linked,
 * which fails where a file appeared meanwhile.
 *
 * @returns the paths that were written, and where files that were in the way are now
 * @throws Failure edited-by-hand before anything is written when a file is there; not-permitted, disk-full,
 *   file-unusable
 */
export async function createFiles(
  files: readonly NewFile[],
  options: CreateFilesOptions,
): Promise<{ readonly written: readonly string[]; readonly saved: readonly string[] }> {
  const present: string[] = [];
  for (const { path } of files) if (await isThere(path, options.operation)) present.push(path);
  if (present.length > 0 && options.moveAside !== true) throw inTheWay(present, options);
  const saved: string[] = [];
  for (const file of files) {
    try {
      if (present.includes(file.path)) saved.push(await moveAside(file.path));
      await createFile(file);
    } catch (error) {
      throw asFailure(error, file.path, options.operation);
    }
  }
  return { written: files.map(({ path }) => path), saved };
}

async function createFile(file: NewFile): Promise<void> {
  const directory = dirname(file.path);
  await mkdir(directory, { recursive: true, mode: 0o755 });
  const temporary = join(directory, `.${basename(file.path)}.holdfast-new`);
  // What a killed run left behind is of no use to anybody.
  await rm(temporary, { force: true });
  {
    await using handle = await open(temporary, 'wx', 0o600);
    await handle.writeFile(file.content);
    await handle.chmod(file.mode);
    await handle.sync();
  }
  if (file.owner !== undefined) await chown(temporary, file.owner.uid, file.owner.gid);
  await link(temporary, file.path);
  await rm(temporary);
  await using parent = await open(directory, 'r');
  await parent.sync();
}

/** Gives a file the first free number. A link, then a removal: nothing can be lost between the two. */
async function moveAside(path: string): Promise<string> {
  for (let number = 1; ; number += 1) {
    const copy = `${path}.${number}`;
    try {
      await link(path, copy);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw error;
    }
    await rm(path);
    return copy;
  }
}

async function isThere(path: string, operation: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return false;
    throw asFailure(error, path, operation);
  }
}

function inTheWay(paths: readonly string[], { operation, offersForce }: CreateFilesOptions): Failure {
  return new Failure('edited-by-hand', {
    operation,
    place: paths.join(', '),
    problem: `${paths.length === 1 ? 'the file is' : 'the files are'} there already, and nothing is overwritten`,
    hint: `Choose another place with --output, or ${offersForce === true ? 'keep what is there under another name with --force' : 'move away what is there'}.`,
    details: { files: paths },
  });
}

function asFailure(error: unknown, place: string, operation: string): unknown {
  const permissionHint = 'Run it as a user who may write there, or choose another place with --output.';
  return writeFailure(error, { operation, place, permissionHint });
}
