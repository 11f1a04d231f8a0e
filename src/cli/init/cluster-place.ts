import { resolve } from 'node:path';
import type { ClusterPlace } from '../../adopt/environment/integration.ts';
import { inspectCluster, type DetectedCluster } from '../../adopt/interactive/detect-clusters.ts';
import { Failure } from '../../model/failure.ts';
import { findUnusualPrograms } from '../../postgres/running-servers.ts';
import { lookupUserById } from '../../process/os-user.ts';
import type { CommandInput } from '../command-definition.ts';

/** Where libpq of the distributions looks for a socket by itself. */
const usualSockets = ['/var/run/postgresql', '/run/postgresql'];

/** What holdfast.yaml has to say of a cluster besides its path. */
export async function clusterPlace(cluster: DetectedCluster): Promise<ClusterPlace> {
  const { path, port, socket, uid } = cluster;
  return {
    path,
    port,
    socket: socket === undefined || usualSockets.includes(socket) ? undefined : socket,
    user: uid === undefined ? undefined : await unusualOwner(uid),
    bin: await findUnusualPrograms(path),
  };
}

/**
 * The cluster of `--path`: what is seen of it, and `--port` before that. Undefined without `--path`.
 *
 * @throws Failure usage when the port is none
 */
export async function namedCluster(input: CommandInput): Promise<ClusterPlace | undefined> {
  const given = input.value('path');
  const port = readPort(input.value('port'));
  if (given === undefined) return undefined;
  const path = resolve(given);
  const found = await inspectCluster(path);
  const place = found === undefined ? undefined : await clusterPlace(found);
  return { socket: undefined, user: undefined, ...place, path, port: port ?? place?.port };
}

function readPort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw new Failure('usage', {
    operation: 'read --port',
    problem: `${JSON.stringify(text)} is no port`,
    hint: 'Write a number from 1 to 65535.',
  });
}

/** The name of the owner where it is not postgres, which is the default. */
async function unusualOwner(uid: number): Promise<string | undefined> {
  const owner = await lookupUserById(uid);
  return owner === undefined || owner.name === 'postgres' ? undefined : owner.name;
}
