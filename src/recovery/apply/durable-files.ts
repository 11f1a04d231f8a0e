import { constants } from 'node:fs';
import {
  chmod,
  chown,
  copyFile,
  lstat,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  type FileHandle,
} from 'node:fs/promises';
import { dirname } from 'node:path';
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

/** How a file is copied. */
export interface CopyOptions {
  /**
   * What is zero is left out of the copy (it reads as zero). A segment of WAL that was hardly written is then on disk at
   * once. Not for what a server will write to: room for it must be there.
   */
  readonly holes?: boolean | undefined;
}

/**
 * Copies a file (sharing its blocks where the file system can), makes the copy last and reads both again.
 *
 * @throws Failure file-unusable when the copy is not the same
 */
export async function copyVerified(
  from: string,
  to: string,
  owner: FileOwner,
  { holes = false }: CopyOptions = {},
): Promise<void> {
  const temporary = `${to}.holdfast-new`;
  await rm(temporary, { force: true });
  if (holes) await copyWithHoles(from, temporary);
  else await copyFile(from, temporary, constants.COPYFILE_FICLONE);
  await chmod(temporary, 0o600);
  await give(temporary, owner);
  const [same] = await Promise.all([areSame(from, temporary), syncPath(temporary)]);
  if (!same) {
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

async function copyWithHoles(from: string, to: string): Promise<void> {
  try {
    await copyFile(from, to, constants.COPYFILE_FICLONE_FORCE);
    return;
  } catch {
    // This file system cannot share blocks; anything else that is wrong shows below, too.
  }
  await using source = await open(from);
  await using copy = await open(to, 'w', 0o600);
  const buffer = Buffer.allocUnsafe(pieceSize);
  let position = 0;
  for (;;) {
    const piece = await readPiece(source, buffer);
    for (const [start, end] of writtenRanges(piece))
      await copy.write(piece, start, end - start, position + start);
    position += piece.length;
    if (piece.length < pieceSize) break;
  }
  await copy.truncate(position);
}

const zeros = Buffer.alloc(64 * 1024);

/** The blocks that are not zero, neighbours as one: where each begins and ends. */
function writtenRanges(piece: Buffer): [number, number][] {
  const ranges: [number, number][] = [];
  for (let start = 0; start < piece.length; start += zeros.length) {
    const end = Math.min(start + zeros.length, piece.length);
    if (piece.compare(zeros, 0, end - start, start, end) === 0) continue;
    const last = ranges.at(-1);
    if (last?.[1] === start) last[1] = end;
    else ranges.push([start, end]);
  }
  return ranges;
}

async function give(path: string, owner: FileOwner): Promise<void> {
  if (process.getuid?.() === 0) await chown(path, owner.uid, owner.gid);
}

/** Reads both files whole, piece by piece. */
async function areSame(one: string, other: string): Promise<boolean> {
  await using left = await open(one);
  await using right = await open(other);
  const [mine, theirs] = [Buffer.allocUnsafe(pieceSize), Buffer.allocUnsafe(pieceSize)];
  for (;;) {
    const [a, b] = await Promise.all([readPiece(left, mine), readPiece(right, theirs)]);
    if (!a.equals(b)) return false;
    if (a.length < pieceSize) return true;
  }
}

const pieceSize = 4 * 1024 * 1024;

/** Fills the buffer unless the file ends before: one read may give less. */
async function readPiece(handle: FileHandle, buffer: Buffer): Promise<Buffer> {
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, null);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
