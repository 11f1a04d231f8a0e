import type { PostgresNode } from '../../src/model/stanza.ts';
import type { TestCluster } from './cluster.ts';

/** A test cluster as the configuration would describe it. */
export function nodeOf(cluster: TestCluster, changes: Partial<PostgresNode> = {}): PostgresNode {
  return {
    host: undefined,
    path: cluster.dataDirectory,
    port: cluster.port,
    socketPath: undefined,
    databaseUser: undefined,
    database: 'postgres',
    osUser: cluster.sandbox.owner.name,
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
    ...changes,
  };
}
