import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** `postmaster.pid`, line by line: PostgreSQL `src/include/utils/pidfile.h`. */
export interface PostmasterFile {
  readonly pid: number;
  readonly dataDirectory: string | undefined;
  /** Epoch seconds. */
  readonly startTime: number | undefined;
  readonly port: number | undefined;
  /** First Unix socket directory; undefined when the server listens on none. */
  readonly socketDirectory: string | undefined;
  /** Id of the System V shared memory block that guards the directory. */
  readonly sharedMemoryId: number | undefined;
  /** `starting`, `ready`, `standby`, `stopping`. */
  readonly status: string | undefined;
}

/** Reads the text of `postmaster.pid`; undefined when its first line is not a pid (empty file after a crash). */
export function parsePostmasterFile(text: string): PostmasterFile | undefined {
  const lines = text.split('\n').map((line) => line.trim());
  // A standalone backend (`postgres --single`) writes its pid negated.
  const pid = Math.abs(wholeNumber(lines[0]) ?? 0);
  if (pid === 0) return undefined;
  return {
    pid,
    dataDirectory: lines[1] || undefined,
    startTime: wholeNumber(lines[2]),
    port: wholeNumber(lines[3]),
    socketDirectory: lines[4] || undefined,
    sharedMemoryId: wholeNumber(lines[6]?.split(/\s+/)[1]),
    status: lines[7] || undefined,
  };
}

/** Reads `postmaster.pid` of a data directory; undefined when there is none. */
export async function readPostmasterFile(dataDirectory: string): Promise<PostmasterFile | undefined> {
  try {
    return parsePostmasterFile(await readFile(join(dataDirectory, 'postmaster.pid'), 'utf8'));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined;
}
