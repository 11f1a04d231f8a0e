import { constants, createReadStream } from 'node:fs';
import { chmod, chown, copyFile, lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { Failure } from '../../model/failure.ts';

export interface FileOwner {
  readonly uid: number;
  readonly gid: number;
}

/** Whether something has this name; a dangling link counts. */
export async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    throw error;
  }
}

/** Names in a directory; none when there is no such directory. */
export async function listNames(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).toSorted();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}

/** Makes the content of a file, or the entries of a directory, survive a power cut. */
export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Renames and makes it last. Never replaces: what is at `to` would be lost. */
export async function renameDurably(from: string, to: string): Promise<void> {
  if (await exists(to)) {
    throw new Failure('file-unusable', {
      operation: `rename ${from}`,
      place: to,
      problem: 'there is something of that name already',
      hint: `Look at what ${to} is and move it away, then try again. Nothing was overwritten.`,
    });
  }
  await rename(from, to);
  await syncPath(dirname(to));
  if (dirname(from) !== dirname(to)) await syncPath(dirname(from));
}

/** Makes a directory for its owner; one that is there keeps what it is. */
export async function makeOwnedDirectory(path: string, mode: number, owner: FileOwner): Promise<void> {
  if (await exists(path)) return;
  await makeOwnedDirectory(dirname(path), mode, owner);
  await mkdir(path, { mode });
  // mkdir's mode is cut by the umask.
  await chmod(path, mode);
  await give(path, owner);
  await syncPath(dirname(path));
}

/**
 * Copies a file (sharing its blocks where the file system can), makes the copy last and reads both again.
 *
 * @throws Failure file-unusable when the copy is not the same
 */
export async function copyVerified(from: string, to: string, owner: FileOwner): Promise<void> {
  const temporary = `${to}.holdfast-new`;
  await rm(temporary, { force: true });
  await copyFile(from, temporary, constants.COPYFILE_FICLONE);
  await chmod(temporary, 0o600);
  await give(temporary, owner);
  await syncPath(temporary);
  const [original, copy] = await Promise.all([checksumOf(from), checksumOf(temporary)]);
  if (original !== copy) {
    throw new Failure('file-unusable', {
      operation: `copy ${from}`,
      place: to,
      problem: 'the copy differs from the original',
      hint: 'The disk or memory of this host is not to be trusted; look into the system log before anything else.',
    });
  }
  await rename(temporary, to);
  await syncPath(dirname(to));
}

async function give(path: string, owner: FileOwner): Promise<void> {
  if (process.getuid?.() === 0) await chown(path, owner.uid, owner.gid);
}

async function checksumOf(path: string): Promise<number> {
  let checksum = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    checksum = crc32(chunk as Buffer, checksum);
  }
  return checksum;
}
