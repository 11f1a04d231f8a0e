import { readdir, readFile, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { historyFileName } from '../model/wal.ts';

/** What lies in pg_wal of a server of this host. Sizes are bytes. */
export interface LocalWalDirectory {
  readonly segments: number;
  readonly bytes: number;
  /** Segments that wait to be archived. */
  readonly ready: number;
  readonly availableBytes: number;
  readonly totalBytes: number;
}

/**
 * Looks into pg_wal. Its names are counted and no file is opened: a segment always has its full size, also where it is
 * new or recycled.
 *
 * @param segmentSize bytes
 * @returns text: why it could not be read
 */
export async function lookIntoWalDirectory(
  dataDirectory: string,
  segmentSize: number,
): Promise<LocalWalDirectory | string> {
  const directory = join(dataDirectory, 'pg_wal');
  try {
    const [names, states, space] = await Promise.all([
      readdir(directory),
      readdir(join(directory, 'archive_status')),
      statfs(directory),
    ]);
    const segments = names.filter((name) => /^[0-9A-F]{24}$/.test(name)).length;
    return {
      segments,
      bytes: segments * segmentSize,
      ready: states.filter((name) => /^[0-9A-F]{24}\.ready$/.test(name)).length,
      // What root keeps for itself is of no use to the server.
      availableBytes: space.bavail * space.bsize,
      totalBytes: space.blocks * space.bsize,
    };
  } catch (error) {
    if (isUnreadable(error)) return (error as NodeJS.ErrnoException).message;
    throw error;
  }
}

/** The text of the history file of a timeline. @returns undefined when it is not there or may not be read */
export async function readLocalHistory(dataDirectory: string, timeline: number): Promise<string | undefined> {
  try {
    return await readFile(join(dataDirectory, 'pg_wal', historyFileName(timeline)), 'utf8');
  } catch (error) {
    if (isUnreadable(error)) return undefined;
    throw error;
  }
}

function isUnreadable(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'EACCES' || code === 'EPERM' || code === 'ENOTDIR';
}
