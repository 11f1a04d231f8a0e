import { createHash } from 'node:crypto';
import { chmod, chown, copyFile, constants, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { writeFailure } from '../../config/write-failure.ts';
import { Failure } from '../../model/failure.ts';
import { lookupUser } from '../../process/os-user.ts';
import type { RunAs } from '../../process/run-command.ts';
import type { FileChange } from './plan-file-writes.ts';
import type { RenderedFile } from './render-conf.ts';

export interface ApplyFileWritesOptions {
  /** The uid this process runs as: only root gives files away. */
  readonly currentUid: number;
  /** Also replaces files that were edited by hand, after a copy of each was saved beside it. */
  readonly force?: boolean | undefined;
}

/**
 * Writes what planFileWrites found to differ. Each file is there in its old or its new form at every moment: it is
 * written beside its place, flushed, and renamed.
 *
 * @returns the paths that were written, and where edited files were saved
 * @throws Failure edited-by-hand (before anything is written), not-permitted, disk-full, file-unusable
 */
export async function applyFileWrites(
  changes: readonly FileChange[],
  options: ApplyFileWritesOptions,
): Promise<{ written: string[]; saved: string[] }> {
  const edited = changes.filter((change) => change.state === 'edited-by-hand');
  if (edited.length > 0 && options.force !== true) throw editedByHand(edited);
  const saved: string[] = [];
  const written: string[] = [];
  for (const change of changes) {
    if (change.state === 'same') continue;
    try {
      if (change.state === 'edited-by-hand') saved.push(await saveCopy(change.path));
      await writeAtomically(change.file, options.currentUid);
    } catch (error) {
      throw asFailure(error, change.path);
    }
    written.push(change.path);
  }
  return { written, saved };
}

function editedByHand(edited: readonly FileChange[]): Failure {
  return new Failure('edited-by-hand', {
    operation: 'write generated files',
    place: edited.map((change) => change.path).join(', '),
    problem: 'the file was not written by Holdfast, or was edited since',
    hint: 'Move what you need into holdfast.yaml (options: takes any pgBackRest option), then overwrite the file with --force; a copy is kept beside it.',
    details: { differences: edited.map((change) => ({ path: change.path, diff: change.diff })) },
  });
}

/** Named by its content, so that saving the same file twice makes one copy; not `.conf`, so the engine ignores it. */
export async function saveCopy(path: string): Promise<string> {
  const digest = createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
    .slice(0, 12);
  const copy = `${path}.saved-${digest}`;
  await rm(copy, { force: true });
  await copyFile(path, copy, constants.COPYFILE_EXCL);
  // It may hold secrets, and nobody but its owner and group has a use for it.
  await chmod(copy, (await stat(copy)).mode & 0o640);
  return copy;
}

/**
 * Puts one file into its place, whatever was there.
 *
 * @param currentUid as in ApplyFileWritesOptions
 * @throws Failure not-permitted, disk-full, file-unusable
 */
export async function replaceFile(file: RenderedFile, currentUid: number): Promise<void> {
  try {
    await writeAtomically(file, currentUid);
  } catch (error) {
    throw asFailure(error, file.path);
  }
}

async function writeAtomically(file: RenderedFile, currentUid: number): Promise<void> {
  const owner = await findOwner(file, currentUid);
  const directory = dirname(file.path);
  await mkdir(directory, { recursive: true, mode: 0o755 });
  const temporary = join(directory, `.${basename(file.path)}.holdfast-new`);
  // What a killed run left behind is of no use to anybody.
  await rm(temporary, { force: true });
  const handle = await open(temporary, 'wx', 0o600);
  try {
    await handle.writeFile(file.content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (owner !== undefined) await chown(temporary, owner.uid, owner.gid);
  await chmod(temporary, file.mode);
  await rename(temporary, file.path);
  await syncDirectory(directory);
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** @returns undefined when the file is already its owner's because this process is */
async function findOwner(file: RenderedFile, currentUid: number): Promise<RunAs | undefined> {
  const owner = await lookupUser(file.owner);
  if (owner === undefined) {
    throw new Failure('not-permitted', {
      operation: 'write the configuration of pgbackrest',
      place: file.path,
      problem: `there is no operating system user ${file.owner}`,
      hint: 'Set engine.user in holdfast.yaml to the user that runs pgBackRest.',
    });
  }
  return owner.uid === currentUid ? undefined : owner;
}

function asFailure(error: unknown, place: string): unknown {
  const permissionHint = 'Run Holdfast as root, or give the directory to the user that runs it.';
  return writeFailure(error, { operation: 'write the configuration of pgbackrest', place, permissionHint });
}
