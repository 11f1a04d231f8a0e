import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { listDebianClusters } from '../../postgres/debian-clusters.ts';
import { readPostmasterFile } from '../../postgres/postmaster-file.ts';
import { findPostmaster } from '../../postgres/postmaster-processes.ts';
import { parseMajor } from '../../postgres/program-directories.ts';
import { findRunningDataDirectories } from '../../postgres/running-servers.ts';

/** A PostgreSQL cluster on this host, as far as it can be seen without logging in. */
export interface DetectedCluster {
  readonly path: string;
  /** Major version; undefined when the directory may not be read. */
  readonly major: number | undefined;
  readonly port: number | undefined;
  /** Directory of its Unix socket; undefined when it is not running. */
  readonly socket: string | undefined;
  readonly running: boolean;
  readonly standby: boolean;
  /** Owner of the data directory. */
  readonly uid: number | undefined;
  /** Its name where Debian's postgresql-common knows it: `main`. */
  readonly name: string | undefined;
}

/** Where packages, images and Pigsty put data directories; `*` is one folder of any name. */
const usualPlaces = [
  '/var/lib/postgresql/*/*',
  '/var/lib/pgsql/*/data',
  '/var/lib/pgsql/data',
  '/var/lib/postgresql/data',
  '/pg/data',
] as const;

/**
 * Finds the clusters of this host: those that Debian registered, those that run, and those in the usual places. Sorted
 * with the running ones first, then by path.
 *
 * @param places where data directories are looked for; `*` is one folder of any name
 */
export async function detectClusters(
  places: readonly string[] = usualPlaces,
): Promise<readonly DetectedCluster[]> {
  const debian = await listDebianClusters();
  const names = new Map(debian.map((cluster) => [cluster.dataDirectory, cluster]));
  const paths = new Set([...names.keys(), ...(await findRunningDataDirectories())]);
  for (const place of places) for (const path of await expandPlace(place)) paths.add(path);
  const found: DetectedCluster[] = [];
  for (const path of paths) {
    const cluster = await inspectCluster(path);
    const registered = names.get(path);
    if (cluster === undefined && registered === undefined) continue;
    found.push({
      ...(cluster ?? { ...nothingSeen, path }),
      major: cluster?.major ?? parseMajor(registered?.version ?? ''),
      port: cluster?.port ?? (registered && (await configuredPort(dirname(registered.configFile)))),
      name: registered?.name,
    });
  }
  return found.toSorted(
    (left, right) => Number(right.running) - Number(left.running) || (left.path < right.path ? -1 : 1),
  );
}

const nothingSeen = {
  major: undefined,
  port: undefined,
  socket: undefined,
  running: false,
  standby: false,
  uid: undefined,
  name: undefined,
} as const;

/** Looks at one data directory; undefined when it is none (or is hidden from this user and does not run). */
export async function inspectCluster(path: string): Promise<DetectedCluster | undefined> {
  const version = await readFile(join(path, 'PG_VERSION'), 'utf8').catch(() => undefined);
  const postmaster = await findPostmaster(path).catch(() => undefined);
  const directory = await stat(path).catch(() => undefined);
  if (directory?.isDirectory() !== true || (version === undefined && postmaster === undefined))
    return undefined;
  const file = postmaster ?? (await readPostmasterFile(path).catch(() => undefined));
  return {
    path,
    major: version === undefined ? undefined : parseMajor(version),
    port: file?.port ?? (await configuredPort(path)),
    socket: postmaster?.socketDirectory,
    running: postmaster !== undefined,
    standby: await stat(join(path, 'standby.signal')).then(
      () => true,
      () => false,
    ),
    uid: directory.uid,
    name: undefined,
  };
}

/** The last port in the files of the directory, as the server would read them (postgresql.auto.conf comes last). */
async function configuredPort(path: string): Promise<number | undefined> {
  let port: number | undefined;
  for (const name of ['postgresql.conf', 'postgresql.auto.conf']) {
    const text = await readFile(join(path, name), 'utf8').catch(() => '');
    for (const match of text.matchAll(/^\s*port\s*=?\s*'?(\d+)/gm)) port = Number(match[1]);
  }
  return port;
}

async function expandPlace(pattern: string): Promise<readonly string[]> {
  const [first = '', ...rest] = pattern.split('/*');
  let paths = [first];
  for (const end of rest) {
    const next: string[] = [];
    for (const path of paths) {
      const names = await readdir(path).catch(() => []);
      // What a restore has set aside is no cluster to protect (recovery/plan/plan-restore.ts names it).
      const own = names.filter((name) => !name.includes('.holdfast-'));
      next.push(...own.map((name) => `${path}/${name}${end}`));
    }
    paths = next;
  }
  return paths;
}
