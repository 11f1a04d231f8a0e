import { defaultCopySettings } from '../../src/config/schema/copies.ts';
import { defaultDeploySettings } from '../../src/config/schema/deploy/deploy.ts';
import { defaultJobSettings, defaultWatchSettings } from '../../src/config/schema/file.ts';
import type { Configuration, Stanza } from '../../src/config/configuration.ts';
import type { Repository } from '../../src/model/repository.ts';
import { renderConf } from '../../src/engine/conf/render-conf.ts';
import { resolveSecrets } from '../../src/engine/conf/secret-values.ts';
import { applyFileWrites } from '../../src/engine/conf/apply-file-writes.ts';
import { planFileWrites } from '../../src/engine/conf/plan-file-writes.ts';
import { archiveCommand } from '../../src/engine/conf/archive-command.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { openEngine } from '../../src/engine/open-engine.ts';
import { runStanzaCreate } from '../../src/engine/stanza-create.ts';
import { createCluster, type TestCluster } from '../support/cluster.ts';
import { engineUnderTest } from '../support/engines.ts';
import { nodeAt } from '../support/postgres-node.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';

/** A server that archives into two repositories (the second encrypted) by the configuration that Holdfast renders. */
export interface EngineBed extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly cluster: TestCluster;
  readonly configuration: Configuration;
  readonly engine: Engine;
}

export const passphrase = 'open sesame = and # more';

/** A repository in a directory, with everything left to Holdfast. */
export function localRepository(key: number, path: string, change: Partial<Repository> = {}): Repository {
  return {
    name: `r${key}`,
    key,
    path,
    access: { type: 'posix' },
    host: undefined,
    encryption: undefined,
    retention: { full: { by: 'count', count: 2 }, diff: undefined, archive: 'follow', history: undefined },
    bundle: undefined,
    block: undefined,
    ...change,
  };
}

/** A configuration whose files all lie in the sandbox. */
export function configurationIn(sandbox: Sandbox, stanzas: readonly Stanza[]): Configuration {
  return {
    file: sandbox.file('holdfast.yaml'),
    stanzas,
    engine: {
      binary: engineUnderTest(),
      configFile: sandbox.file('etc', 'pgbackrest.conf'),
      includeDirectory: sandbox.file('etc', 'conf.d'),
      logDirectory: sandbox.directory('log'),
      lockDirectory: sandbox.directory('lock'),
      spoolDirectory: sandbox.directory('spool'),
      user: sandbox.owner.name,
    },
    stateDirectory: sandbox.file('state'),
    options: [],
    tlsServer: undefined,
    notify: [],
    server: { listen: { host: '127.0.0.1', port: 7432 }, token: undefined },
    jobs: defaultJobSettings(),
    copies: { ...defaultCopySettings(), directory: '/var/lib/holdfast/copies' },
    deploy: defaultDeploySettings(),
    watch: defaultWatchSettings(),
  };
}

/** A stanza with one local node. */
export function stanzaWith(
  name: string,
  node: { path: string; port: number; socketPath?: string },
  repositories: readonly Repository[],
): Stanza {
  return {
    name,
    nodes: [
      { ...nodeAt(node.path, node.port, 'postgres'), socketPath: node.socketPath, databaseUser: 'postgres' },
    ],
    patroni: undefined,
    repositories,
    schedule: [],
    blackouts: [],
    objectives: { rpo: undefined, rto: undefined, backupAge: undefined, drillAge: undefined },
    options: [],
  };
}

/** Renders the configuration for the engine under test and writes the files. */
export async function writeConf(configuration: Configuration, engine: Engine, cores = 2): Promise<void> {
  const secrets = await resolveSecrets(configuration, undefined, async (reference) =>
    reference.kind === 'literal' ? reference.value : '',
  );
  const files = renderConf(configuration, { version: engine.version, machine: { cores }, secrets });
  const changes = await planFileWrites(files);
  await applyFileWrites(changes, { currentUid: process.getuid?.() ?? -1, force: true });
}

/** Makes the server, the stanza in both repositories and turns archiving on. */
export async function createEngineBed(): Promise<EngineBed> {
  const sandbox = await createSandbox('engine');
  try {
    return await buildBed(sandbox);
  } catch (error) {
    await sandbox[Symbol.asyncDispose]();
    throw error;
  }
}

async function buildBed(sandbox: Sandbox): Promise<EngineBed> {
  const cluster = await createCluster({
    sandbox,
    settings: { archive_mode: 'on', archive_command: '' },
  });
  const { dataDirectory, port, socketDirectory } = cluster;
  const repositories = [
    localRepository(1, sandbox.directory('repo1')),
    localRepository(2, sandbox.directory('repo2'), {
      encryption: { cipher: 'aes-256-cbc', passphrase: { kind: 'literal', value: passphrase } },
    }),
  ];
  const stanza = stanzaWith('main', { path: dataDirectory, port, socketPath: socketDirectory }, repositories);
  // The folder belongs to postgres, so that files can be written by root and by postgres alike.
  sandbox.directory('etc/conf.d', 0o755);
  const configuration = configurationIn(sandbox, [stanza]);
  const engine = await openEngine(configuration.engine, { path: '/usr/bin', runAs: sandbox.runAs });
  await writeConf(configuration, engine);
  await runStanzaCreate(engine, 'main');
  const command = archiveCommand(configuration.engine, 'main').replaceAll("'", "''");
  await cluster.sql(`ALTER SYSTEM SET archive_command = '${command}'; SELECT pg_reload_conf();`);
  return {
    sandbox,
    cluster,
    configuration,
    engine,
    [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose](),
  };
}
