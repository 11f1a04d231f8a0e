import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Failure } from '../model/failure.ts';
import type { RunAs } from '../process/run-command.ts';

/**
 * Writes a file whole or not at all (temporary name, fsync, rename) and gives it to its owner.
 *
 * The temporary file is created exclusively, so that a link planted in the owner's directory is not followed by root.
 */
export async function writeOwnedFile(
  path: string,
  content: string,
  owner: Pick<RunAs, 'uid' | 'gid'>,
  mode: number,
): Promise<void> {
  const temporary = `${path}.holdfast-new`;
  await rm(temporary, { force: true });
  {
    await using handle = await open(temporary, 'wx', mode);
    await handle.writeFile(content);
    await handle.chmod(mode);
    await handle.chown(owner.uid, owner.gid);
    await handle.sync();
  }
  await rename(temporary, path);
  await using directory = await open(dirname(path), 'r');
  await directory.sync();
}

/**
 * Makes a directory that only its owner can enter.
 *
 * @throws Failure file-unusable when something else is there, or somebody else's directory
 */
export async function makePrivateDirectory(path: string, owner: RunAs): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  // Opened without following a link: what is checked is then what is changed.
  await using handle = await openDirectory(path);
  const found = await handle?.stat();
  if (handle === undefined || found === undefined || ![owner.uid, 0].includes(found.uid)) {
    throw new Failure('file-unusable', {
      operation: 'make a private directory',
      place: path,
      problem: 'something that is not a directory of this user is already there',
      hint: 'Look at it and take it away.',
    });
  }
  await handle.chmod(0o700);
  await handle.chown(owner.uid, owner.gid);
}

async function openDirectory(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (['ENOTDIR', 'ELOOP', 'EACCES'].includes(code)) return undefined;
    throw error;
  }
}
