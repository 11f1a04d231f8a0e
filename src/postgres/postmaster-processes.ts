import { readdirSync, readlinkSync, statSync } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { PostmasterFile } from './postmaster-file.ts';
import { readPostmasterFile } from './postmaster-file.ts';

/**
 * Pids of PostgreSQL processes whose working directory is this data directory. A postmaster and its children stay in
 * it (PostgreSQL `src/backend/utils/init/miscinit.c`, ChangeToDataDir), so this finds a server without
 * `postmaster.pid` too, and one whose directory was removed under it.
 *
 * Processes of other users are seen only by root; their links are not readable to others.
 *
 * Read synchronously: /proc is memory, and a trip through the thread pool for each link takes ten times as long.
 */
export async function findServerProcesses(dataDirectory: string): Promise<number[]> {
  const directory = await realpathOrSelf(dataDirectory);
  const pids: number[] = [];
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const program = readLinkOf(entry, 'exe');
    if (program === undefined || !isPostgres(program)) continue;
    const cwd = readLinkOf(entry, 'cwd');
    if (cwd === directory || cwd === `${directory} (deleted)`) pids.push(Number(entry));
  }
  return pids;
}

/**
 * A process of a server in a container, seen from the machine below it: its working directory is the same, by another path
 * in its own mounts. Undefined where there is none, or it may not be looked at.
 */
export function findProcessElsewhere(dataDirectory: string): number | undefined {
  const directory = identityOf(dataDirectory);
  if (directory === undefined) return undefined;
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && isPostgres(readLinkOf(entry, 'exe') ?? ''))
    .map(Number)
    .find((pid) => identityOf(`/proc/${pid}/cwd`) === directory);
}

function identityOf(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    // Gone meanwhile, or somebody else's.
    return undefined;
  }
}

/**
 * True while a process of a server that findServerProcesses found still works. One that ended and that its parent, the
 * init of a container for instance, has not collected yet keeps its number but has no program any more.
 */
export function isAtWork(pid: number): boolean {
  return readLinkOf(String(pid), 'exe') !== undefined;
}

/** The one of a server's processes that is the parent of the others; undefined when there are none. */
export async function findParent(pids: readonly number[]): Promise<number | undefined> {
  for (const pid of pids) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    const parent = /^PPid:\s+(\d+)$/m.exec(status)?.[1];
    if (parent !== undefined && !pids.includes(Number(parent))) return pid;
  }
  return undefined;
}

/**
 * The postmaster that `postmaster.pid` names, if it really lives and really works in this directory. A pid file left
 * by a crash whose number another program took over is not a server.
 */
export async function findPostmaster(dataDirectory: string): Promise<PostmasterFile | undefined> {
  const file = await readPostmasterFile(dataDirectory);
  if (file === undefined) return undefined;
  const [cwd, program] = [readLinkOf(String(file.pid), 'cwd'), readLinkOf(String(file.pid), 'exe')];
  if (cwd !== undefined && program !== undefined) {
    return isPostgres(program) && cwd === (await realpathOrSelf(dataDirectory)) ? file : undefined;
  }
  // Another user's process: only its name can be read.
  return (await commandName(file.pid)) === 'postgres' ? file : undefined;
}

/**
 * True when processes are attached to the shared memory block of the last postmaster. PostgreSQL itself refuses to
 * start then (`pre-existing shared memory block … is still in use`), even where the processes are in a container
 * whose pids are not seen from here.
 */
export async function isSharedMemoryInUse(file: PostmasterFile | undefined): Promise<boolean> {
  if (file?.sharedMemoryId === undefined) return false;
  let table: string;
  try {
    table = await readFile('/proc/sysvipc/shm', 'utf8');
  } catch {
    // A kernel without System V memory has none in use.
    return false;
  }
  const [header, ...rows] = table
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  const idColumn = header?.indexOf('shmid') ?? -1;
  const attachedColumn = header?.indexOf('nattch') ?? -1;
  return rows.some((row) => Number(row[idColumn]) === file.sharedMemoryId && Number(row[attachedColumn]) > 0);
}

/** Whether this is what a server's processes run. `(deleted)` is behind the path of one that was upgraded under them. */
export function isPostgres(program: string): boolean {
  return ['postgres', 'postmaster'].includes(basename(program.replace(/ \(deleted\)$/, '')));
}

/** The path without links; of one that is gone, as far as it is there. */
async function realpathOrSelf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    return path === '/' ? path : join(await realpathOrSelf(dirname(path)), basename(path));
  }
}

function readLinkOf(pid: string, link: 'cwd' | 'exe'): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/${link}`);
  } catch {
    // The process ended meanwhile, is a kernel thread, or belongs to somebody else.
    return undefined;
  }
}

async function commandName(pid: number): Promise<string | undefined> {
  try {
    return (await readFile(`/proc/${pid}/comm`, 'utf8')).trim();
  } catch {
    return undefined;
  }
}
