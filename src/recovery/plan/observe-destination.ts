import { readdir, realpath, stat, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { runCommand, type RunAs } from '../../process/run-command.ts';
import { exists } from '../apply/durable-files.ts';
import { isWritable } from './observe-cluster.ts';
import type { DestinationObservation, FileSystemObservation } from './observations.ts';

/**
 * Looks at the directory that a restore would fill.
 *
 * @param request.port the port asked for; undefined: the first free one above production's
 * @param request.runAs whom the engine steps down to; undefined: it runs as this process does
 */
export async function observeDestination(request: {
  readonly path: string;
  readonly productionPath: string;
  readonly productionPort: number;
  readonly port: number | undefined;
  readonly runAs: RunAs | undefined;
}): Promise<DestinationObservation> {
  const { path, productionPath, port, runAs } = request;
  return {
    path,
    exists: await exists(path),
    entries: await countEntries(path),
    parentWritable: await isWritable(dirname(path)),
    ownerCanEnter: await canEnter(await nearestExisting(dirname(path)), runAs),
    realPath: await resolveExisting(path),
    productionRealPath: await resolveExisting(productionPath),
    port: port ?? (await findFreePort(request.productionPort + 1)),
    portFree: port === undefined || (await isPortFree(port)),
  };
}

/** Asked as that user: modes of every directory on the way, groups and access lists count. */
async function canEnter(directory: string, runAs: RunAs | undefined): Promise<boolean> {
  if (runAs === undefined) return true;
  const args = ['-c', 'test -x "$1"', 'sh', directory];
  const { code } = await runCommand({
    command: '/bin/sh',
    args,
    env: {},
    runAs,
    cwd: '/',
    timeoutMs: 30_000,
  });
  return code === 0;
}

/** The file systems of these paths, or of their nearest existing ancestors. */
export async function observeFileSystems(paths: readonly string[]): Promise<FileSystemObservation[]> {
  return Promise.all(
    [...new Set(paths)].map(async (path) => {
      const place = await nearestExisting(path);
      const [space, { dev }] = await Promise.all([statfs(place), stat(place)]);
      return { path, device: dev, availableBytes: space.bavail * space.bsize };
    }),
  );
}

async function nearestExisting(path: string): Promise<string> {
  for (let place = path; ; place = dirname(place)) {
    if ((await exists(place)) || place === '/') return place;
  }
}

/** Resolves links as far as the path exists, so that two names of one place compare equal. */
async function resolveExisting(path: string): Promise<string> {
  const place = await nearestExisting(path);
  const rest = path.slice(place.length);
  try {
    return join(await realpath(place), rest);
  } catch (error) {
    // A link that leads nowhere: its own name is all there is.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return join(await realpath(dirname(place)), basename(place), rest);
  }
}

async function countEntries(path: string): Promise<number> {
  try {
    return (await readdir(path)).length;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return 0;
    if (code === 'ENOTDIR') return 1;
    throw error;
  }
}

async function findFreePort(from: number): Promise<number> {
  for (let port = from; port < Math.min(from + 200, 65_536); port += 1) {
    if (await isPortFree(port)) return port;
  }
  return from;
}

function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
