import type { PostgresNode } from '../../src/model/stanza.ts';
import type { TestCluster } from './cluster.ts';

/** A test cluster as the configuration would describe it. */
export function nodeOf(cluster: TestCluster, changes: Partial<PostgresNode> = {}): PostgresNode {
  const node = nodeAt(cluster.dataDirectory, cluster.port, cluster.sandbox.owner.name);
  // Versions that the distribution lacks lie where nobody would look for them.
  return { ...node, binDirectory: cluster.binaries.directory, ...changes };
}

/** A local node with nothing else said of it. */
export function nodeAt(path: string, port: number, osUser: string): PostgresNode {
  return {
    host: undefined,
    path,
    port,
    socketPath: undefined,
    databaseUser: undefined,
    database: 'postgres',
    osUser,
    binDirectory: undefined,
    transport: {
      kind: 'ssh',
      port: undefined,
      user: undefined,
      command: undefined,
      configFile: undefined,
      caFile: undefined,
      certificateFile: undefined,
      keyFile: undefined,
    },
  };
}
