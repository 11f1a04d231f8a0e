import { access, constants, readdir, readlink, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isFailure } from '../../model/failure.ts';
import { inspectProduction } from '../../postgres/look-elsewhere.ts';
import type { KeptSessions } from '../../postgres/kept-sessions.ts';
import { readConfiguredSetting } from '../../postgres/read-configured-setting.ts';
import { readControlData, recoveryParameters } from '../../postgres/read-control-data.ts';
import { serverEnvironment } from '../../postgres/server-environment.ts';
import type { ControlData, Server } from '../../postgres/server.ts';
import { runCommand } from '../../process/run-command.ts';
import { exists } from '../apply/durable-files.ts';
import { readLocalWal } from '../wal/local-wal.ts';
import type { ClusterObservation } from './observations.ts';

/** Looks at production's cluster on this host, whatever is left of it. Changes nothing. */
export async function observeCluster(server: Server, sessions?: KeptSessions): Promise<ClusterObservation> {
  const directory = server.node.path;
  const [state, control, configured, installed, localWal, tablespaces, links, mount] = await Promise.all([
    inspectProduction(server, sessions),
    readControlDataIfAny(server),
    readConfigured(server),
    readInstalledVersion(server),
    readLocalWal(join(directory, 'pg_wal')),
    listTablespaces(directory),
    listLinks(directory),
    isMountPoint(directory),
  ]);
  const present = await exists(directory);
  return {
    server,
    state,
    control,
    directory: control ? 'cluster' : present ? 'present' : 'missing',
    stalePidFile: !state.running && (await exists(join(directory, 'postmaster.pid'))),
    standbySignal: await exists(join(directory, 'standby.signal')),
    isMountPoint: mount,
    parentWritable: await isWritable(dirname(directory)),
    localWal,
    tablespaces,
    links,
    configured,
    installed,
  };
}

/** True when the path's own file system begins there, so that it cannot be renamed. */
export async function isMountPoint(path: string): Promise<boolean> {
  try {
    // What a link leads to is what would be renamed.
    const real = await realpath(path);
    const [own, parent] = await Promise.all([stat(real), stat(dirname(real))]);
    return own.dev !== parent.dev;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

/** True when this process may create and rename entries there, or where its first existing ancestor is. */
export async function isWritable(directory: string): Promise<boolean> {
  try {
    await access(directory, constants.W_OK | constants.X_OK);
    return true;
  } catch (error) {
    if (isAbsent(error) && directory !== '/') return isWritable(dirname(directory));
    return false;
  }
}

function isAbsent(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

async function readControlDataIfAny(server: Server): Promise<ControlData | undefined> {
  if (!(await exists(join(server.node.path, 'global', 'pg_control')))) return undefined;
  try {
    return await readControlData(server);
  } catch (error) {
    // A damaged control file is one of the reasons to restore; the plan says that it could not be read.
    if (isFailure(error, 'server-failed')) return undefined;
    throw error;
  }
}

/**
 * The restored server reads the postgresql.conf that comes out of the backup set, which nobody knows yet; only one that
 * lies outside the data directory (Debian) stays as it is. Each setting costs a start of `postgres -C`.
 */
async function readConfigured(server: Server): Promise<Record<string, number>> {
  if (server.configFile === undefined) return {};
  const values = await Promise.all(recoveryParameters.map((name) => readConfiguredSetting(server, name)));
  return Object.fromEntries(
    recoveryParameters.flatMap((name, index) => {
      const value = Number(values[index] ?? Number.NaN);
      return Number.isFinite(value) ? [[name, value]] : [];
    }),
  );
}

async function readInstalledVersion(server: Server): Promise<string | undefined> {
  const result = await runCommand({
    // A quarter of the time that `postgres --version` takes, and always from the same package.
    command: join(server.binDirectory, 'pg_ctl'),
    args: ['--version'],
    env: serverEnvironment(server.owner, server.binDirectory),
    runAs: server.runAs,
    timeoutMs: 10_000,
  });
  return /(\d+(?:\.\d+)*\S*)/.exec(result.stdout)?.[1];
}

async function listTablespaces(directory: string): Promise<{ oid: string; path: string }[]> {
  const links = await listLinks(join(directory, 'pg_tblspc'));
  return links
    .filter((link) => /^\d+$/.test(link.path))
    .map((link) => ({ oid: link.path, path: link.destination }));
}

/** Symbolic links directly in a directory, with where they lead. Empty when it cannot be listed. */
async function listLinks(directory: string): Promise<{ path: string; destination: string }[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return await Promise.all(
      entries
        .filter((entry) => entry.isSymbolicLink())
        .map(async (entry) => ({
          path: entry.name,
          destination: await readlink(join(directory, entry.name)),
        })),
    );
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}
