import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../model/failure.ts';
import type { PostgresNode } from '../model/stanza.ts';
import { lookupUser, runAsFor } from '../process/os-user.ts';
import type { RunAs } from '../process/run-command.ts';
import type { DebianCluster } from './debian-clusters.ts';
import { findDebianCluster } from './debian-clusters.ts';
import { findPostmaster } from './postmaster-processes.ts';
import { findBinDirectory, findPsql, parseMajor } from './program-directories.ts';
import { readConfiguredSetting } from './read-configured-setting.ts';
import { findServerControl } from './server-control.ts';
import type { Server } from './server.ts';

export interface LocateDependencies {
  /** PATH. */
  readonly path: string;
  readonly currentUid: number;
  /** Major version to assume when the data directory is lost and nothing else on this host tells it. */
  readonly major?: number | undefined;
}

/**
 * Finds everything that is needed to work with a local node, running or not, also when its data directory is gone.
 *
 * @throws Failure not-permitted (unknown or unreachable owner), nothing-found (version or programs not found)
 */
export async function locateServer(node: PostgresNode, deps: LocateDependencies): Promise<Server> {
  const owner = await lookupUser(node.osUser);
  if (owner === undefined) {
    throw new Failure('not-permitted', {
      operation: 'find the PostgreSQL server',
      place: node.path,
      problem: `there is no operating system user ${node.osUser}`,
      hint: 'Set osUser of the node to the owner of the data directory, or install PostgreSQL.',
    });
  }
  if (deps.currentUid !== 0 && deps.currentUid !== owner.uid) {
    throw new Failure('not-permitted', {
      operation: 'find the PostgreSQL server',
      place: node.path,
      problem: `Holdfast runs as neither root nor ${owner.name}`,
      hint: `Run it with sudo, or as the operating system user ${owner.name}.`,
    });
  }
  const runAs = runAsFor(owner, deps.currentUid);
  const debianCluster = await findDebianCluster(node.path);
  const major = (await readVersionFile(node)) ?? parseMajor(debianCluster?.version ?? '') ?? deps.major;
  if (major === undefined) throw versionUnknown(node);
  const binDirectory = await findBinDirectory(major, node.binDirectory, deps.path, owner, runAs);
  if (binDirectory === undefined) throw programsMissing(node, major);
  const psql = await findPsql(binDirectory, deps.path);
  const postmaster = await findPostmaster(node.path);
  const located = { node, major, binDirectory, owner, runAs, configFile: configFileOf(node, debianCluster) };
  return {
    ...located,
    psql: psql ?? join(binDirectory, 'psql'),
    control: await findServerControl({
      major,
      dataDirectory: node.path,
      debianCluster,
      postmasterPid: postmaster?.pid,
      currentUid: deps.currentUid,
    }),
    socketDirectory:
      node.socketPath ?? postmaster?.socketDirectory ?? (await configuredSocketDirectory(located)),
  };
}

function configFileOf(node: PostgresNode, cluster: DebianCluster | undefined): string | undefined {
  return cluster === undefined || cluster.configFile.startsWith(`${node.path}/`)
    ? undefined
    : cluster.configFile;
}

/** @throws Failure not-permitted when the directory exists and may not be read */
async function readVersionFile(node: PostgresNode): Promise<number | undefined> {
  try {
    return parseMajor(await readFile(join(node.path, 'PG_VERSION'), 'utf8'));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new Failure('not-permitted', {
      operation: 'find the PostgreSQL server',
      place: node.path,
      problem: `the data directory cannot be read (${code})`,
      hint: `Run Holdfast as root or as ${node.osUser}.`,
      cause: error,
    });
  }
}

async function configuredSocketDirectory(
  server: Pick<Server, 'node' | 'binDirectory' | 'owner' | 'runAs' | 'configFile'> & {
    readonly runAs: RunAs | undefined;
  },
): Promise<string> {
  const configured = await readConfiguredSetting(server, 'unix_socket_directories');
  const first = configured?.split(',')[0]?.trim().replaceAll('"', '');
  // What Debian compiles in; upstream's own default is /tmp, and then `postgres -C` has said so.
  return first || '/var/run/postgresql';
}

function versionUnknown(node: PostgresNode): Failure {
  return new Failure('nothing-found', {
    operation: 'find the PostgreSQL server',
    place: node.path,
    problem: 'its version is not known: there is no PG_VERSION in the data directory',
    hint: 'Is the path of the node right? Create the cluster with initdb, or restore it from a repository.',
  });
}

function programsMissing(node: PostgresNode, major: number): Failure {
  return new Failure('nothing-found', {
    operation: 'find the programs of PostgreSQL',
    place: node.binDirectory ?? node.path,
    problem: `no postgres of version ${major} was found`,
    hint: `Install PostgreSQL ${major} (Debian: apt-get install postgresql-${major}), or set \`bin\` of the node.`,
  });
}
