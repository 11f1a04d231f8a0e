import { readFileSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { loadConfiguration } from '../../src/config/load.ts';
import type { Configuration, Stanza } from '../../src/config/configuration.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { runBackup } from '../../src/engine/backup.ts';
import { openEngine } from '../../src/engine/open-engine.ts';
import type { SetupContext } from '../../src/jobs/setup/setup-deps.ts';
import { wholeSegmentOf } from '../../src/model/wal.ts';
import { locateServer } from '../../src/postgres/locate-server.ts';
import { ensureSigningKey } from '../../src/report/key-files.ts';
import type { TestCluster } from './cluster.ts';
import { engineUnderTest } from './engines.ts';

/** A stanza with two repositories (the second encrypted) for a test cluster, described but not set up. */
export interface StanzaBed {
  readonly configuration: Configuration;
  readonly stanza: Stanza;
  readonly engine: Engine;
  readonly context: SetupContext;
  /** What `holdfast setup` would do with its consents to take the first backups. */
  backup(names: readonly string[]): Promise<void>;
  /** As `holdfast setup` makes it. */
  makeReportKey(): Promise<void>;
}

/** Writes holdfast.yaml beside the cluster and opens everything that setup and check work with. */
export async function createStanzaBed(
  cluster: TestCluster,
  changes: { readonly node?: string; readonly stanza?: string } = {},
): Promise<StanzaBed> {
  const { sandbox } = cluster;
  const file = sandbox.write('holdfast.yaml', yamlOf(cluster, changes));
  const { configuration, problems } = await loadConfiguration(file, {
    readText: (path) => Promise.resolve(readFileSync(path, 'utf8')),
  });
  const [stanza] = configuration?.stanzas ?? [];
  if (configuration === undefined || stanza === undefined) throw new Error(JSON.stringify(problems));
  const currentUid = process.getuid?.() ?? -1;
  const engine = await openEngine(configuration.engine, { path: '/usr/bin:/bin', runAs: sandbox.runAs });
  const [node] = stanza.nodes;
  if (node === undefined) throw new Error('no node');
  const server = await locateServer(node, { path: '/usr/bin:/bin', currentUid });
  return {
    configuration,
    stanza,
    engine,
    context: {
      configuration,
      stanza,
      engine,
      engineUser: sandbox.owner,
      server,
      currentUid,
      cores: 2,
      resolveSecret: () => Promise.resolve('correct horse battery staple'),
    },
    async makeReportKey() {
      const owner = sandbox.runAs;
      await ensureSigningKey({ stateDirectory: configuration.stateDirectory, owner, now: () => Date.now() });
    },
    async backup(names) {
      for (const { name, key } of stanza.repositories) {
        if (!names.includes(name)) continue;
        await runBackup(
          engine,
          { stanza: stanza.name, repositoryKey: key, type: 'full', annotations: {} },
          {},
        );
      }
    },
  };
}

function yamlOf(cluster: TestCluster, changes: { readonly node?: string; readonly stanza?: string }): string {
  const { sandbox } = cluster;
  return `stanzas:
  main:
    postgres:
      - path: ${cluster.dataDirectory}
        port: ${cluster.port}
        socket: ${cluster.socketDirectory}
        bin: ${cluster.binaries.directory}
        ${changes.node ?? ''}
    repositories:
      local: { type: posix, path: ${sandbox.file('repo1')}, retention: { full: 2 } }
      offsite:
        type: posix
        path: ${sandbox.file('repo2')}
        retention: { full: 2 }
        encryption: { passphrase: "\${HOLDFAST_PASSPHRASE}" }
    ${changes.stanza ?? ''}
engine:
  binary: ${engineUnderTest()}
  configFile: ${sandbox.file('etc/pgbackrest.conf')}
  includeDirectory: ${sandbox.file('etc/conf.d')}
  logDirectory: ${sandbox.file('log')}
  lockDirectory: ${sandbox.file('lock')}
  spoolDirectory: ${sandbox.file('spool')}
state: { directory: ${sandbox.file('state')} }
`;
}

/** Names of the WAL segments in one repository of the stanza `main`. */
export function archivedSegments(cluster: TestCluster, repository: string): string[] {
  const root = cluster.sandbox.file(repository, 'archive', 'main');
  return readdirSync(root, { recursive: true }).flatMap(
    (name) => wholeSegmentOf(basename(String(name))) ?? [],
  );
}
