import { readdir, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';

/** A cluster that Debian's postgresql-common knows: `/etc/postgresql/VERSION/NAME`. */
export interface DebianCluster {
  readonly version: string;
  readonly name: string;
  /** Its postgresql.conf, outside the data directory. */
  readonly configFile: string;
  readonly dataDirectory: string;
}

/**
 * Finds the registered cluster with this data directory. The path need not exist any more.
 *
 * @param root `/etc/postgresql`; pg_lsclusters(1) and PgCommon.pm say what lies there
 */
export async function findDebianCluster(
  dataDirectory: string,
  root = '/etc/postgresql',
): Promise<DebianCluster | undefined> {
  const wanted = await realpathOrSelf(dataDirectory);
  for (const cluster of await listDebianClusters(root)) {
    if ((await realpathOrSelf(cluster.dataDirectory)) === wanted) return cluster;
  }
  return undefined;
}

/** Every registered cluster whose data directory its postgresql.conf names. @param root `/etc/postgresql` */
export async function listDebianClusters(root = '/etc/postgresql'): Promise<DebianCluster[]> {
  const clusters: DebianCluster[] = [];
  for (const version of await listOrNothing(root)) {
    for (const name of await listOrNothing(join(root, version))) {
      const configFile = join(root, version, name, 'postgresql.conf');
      const text = await readFile(configFile, 'utf8').catch(() => undefined);
      const dataDirectory = text === undefined ? undefined : readConfiguredValue(text, 'data_directory');
      if (dataDirectory !== undefined) clusters.push({ version, name, configFile, dataDirectory });
    }
  }
  return clusters;
}

/**
 * The last value of a setting in the text of a postgresql.conf; includes are not followed.
 *
 * @see https://www.postgresql.org/docs/current/config-setting.html#CONFIG-SETTING-CONFIGURATION-FILE
 */
export function readConfiguredValue(text: string, name: string): string | undefined {
  let value: string | undefined;
  for (const line of text.split('\n')) {
    const match = /^\s*([A-Za-z_][\w.]*)\s*(?:=\s*|\s)\s*(?:'((?:[^']|'')*)'|([^\s#']+))/.exec(line);
    if (match?.[1]?.toLowerCase() === name) value = match[2]?.replaceAll("''", "'") ?? match[3];
  }
  return value;
}

async function listOrNothing(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch {
    // Not a Debian system, or a file among the directories.
    return [];
  }
}

async function realpathOrSelf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    return path.replace(/\/+$/, '') || '/';
  }
}
