import { readdir, readFile, readlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { findPostmaster, isPostgres } from './postmaster-processes.ts';
import { isPackagedDirectory } from './program-directories.ts';

/**
 * Data directories of the servers that run on this host: the working directories of PostgreSQL processes, and for
 * processes of other users what `-D` says on their command line, which everybody may read.
 */
export async function findRunningDataDirectories(): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const directory = await dataDirectoryOf(entry);
    if (directory !== undefined) found.add(directory);
  }
  return [...found].toSorted();
}

/**
 * The directory with the programs of the server that runs in this data directory, where it is none that is looked at
 * without being told. Undefined for other servers, and where the process may not be seen.
 */
export async function findUnusualPrograms(dataDirectory: string): Promise<string | undefined> {
  const postmaster = await findPostmaster(dataDirectory).catch(undefinedWhenHidden);
  if (postmaster === undefined) return undefined;
  const program = await readlink(`/proc/${postmaster.pid}/exe`).catch(() => undefined);
  if (program === undefined || program.endsWith(' (deleted)')) return undefined;
  const directory = dirname(program);
  return isPackagedDirectory(directory) ? undefined : directory;
}

/** A data directory is closed to everybody but its owner. @throws the error when it is another one */
function undefinedWhenHidden(error: unknown): undefined {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EACCES' || code === 'EPERM') return undefined;
  throw error;
}

async function dataDirectoryOf(pid: string): Promise<string | undefined> {
  const words = (await readOrNothing(`/proc/${pid}/cmdline`)).split('\0');
  const program = await readlink(`/proc/${pid}/exe`).catch(() => words[0] ?? '');
  if (!isPostgres(program)) return undefined;
  const directory = await readlink(`/proc/${pid}/cwd`).catch(() => words[words.indexOf('-D') + 1]);
  // The children of a server have titles instead of command lines.
  return directory?.startsWith('/') === true && !directory.endsWith(' (deleted)') ? directory : undefined;
}

async function readOrNothing(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    // The process ended meanwhile.
    return '';
  }
}
