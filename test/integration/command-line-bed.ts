import { archiveCommand } from '../../src/engine/conf/archive-command.ts';
import type { EngineSettings } from '../../src/config/configuration.ts';
import { createCluster, type TestCluster } from '../support/cluster.ts';
import { engineUnderTest } from '../support/engines.ts';
import {
  mustRunHoldfast,
  runHoldfast,
  type HoldfastOptions,
  type HoldfastResult,
} from '../support/holdfast.ts';

/** A server, a holdfast.yaml for it with two repositories, and a command line that uses them. */
export interface CommandLineBed extends AsyncDisposable {
  readonly cluster: TestCluster;
  /** Path of holdfast.yaml. */
  readonly file: string;
  readonly repositories: { readonly local: string; readonly offsite: string };
  /** Runs holdfast with this configuration; any exit code is a result. */
  run(args: readonly string[], options?: HoldfastOptions): Promise<HoldfastResult>;
  /** @throws Error when the exit code is not 0 */
  mustRun(args: readonly string[], options?: HoldfastOptions): Promise<HoldfastResult>;
  /** Runs the engine itself as postgres. @throws Error when the exit code is not 0 */
  engine(...args: string[]): Promise<string>;
}

/** holdfast.yaml for a cluster; everything lies in its sandbox. */
export function configurationText(cluster: TestCluster): string {
  const path = (name: string): string => cluster.sandbox.file(name);
  return `
stanzas:
  main:
    postgres:
      - path: ${cluster.dataDirectory}
        port: ${cluster.port}
        socket: ${cluster.socketDirectory}
        bin: ${cluster.binaries.directory}
    repositories:
      local: { type: posix, path: ${path('repo1')}, retention: { full: 1 } }
      offsite:
        type: posix
        path: ${path('repo2')}
        retention: { full: 2 }
        encryption: { passphrase: "file:${path('passphrase')}" }
engine:
  binary: ${engineUnderTest()}
  configFile: ${path('etc/pgbackrest.conf')}
  includeDirectory: ${path('etc/conf.d')}
  logDirectory: ${path('log')}
  lockDirectory: ${path('lock')}
  spoolDirectory: ${path('spool')}
state: { directory: ${path('state')} }
`;
}

/** Makes the bed: the server archives, both repositories have the stanza, there is no backup yet. */
export async function createCommandLineBed(name: string): Promise<CommandLineBed> {
  const cluster = await createCluster({ name });
  const { sandbox } = cluster;
  const path = (folder: string): string => sandbox.file(folder);
  for (const folder of ['repo1', 'repo2', 'etc', 'log', 'lock', 'spool']) sandbox.directory(folder);
  sandbox.write('passphrase', 'correct horse battery staple\n');
  const file = sandbox.write('holdfast.yaml', configurationText(cluster));
  const withFile = (args: readonly string[]): readonly string[] => ['--config', file, ...args];
  const settings: EngineSettings = {
    binary: engineUnderTest(),
    configFile: path('etc/pgbackrest.conf'),
    includeDirectory: path('etc/conf.d'),
    logDirectory: path('log'),
    lockDirectory: path('lock'),
    spoolDirectory: path('spool'),
    user: sandbox.owner.name,
  };
  const files = [`--config=${settings.configFile}`, `--config-include-path=${settings.includeDirectory}`];
  const bed: CommandLineBed = {
    cluster,
    file,
    repositories: { local: path('repo1'), offsite: path('repo2') },
    run: (args, options) => runHoldfast(withFile(args), options),
    mustRun: (args, options) => mustRunHoldfast(withFile(args), options),
    engine: async (...args) =>
      (await sandbox.mustRun(engineUnderTest(), [...files, '--stanza=main', ...args])).stdout,
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  };
  try {
    await bed.mustRun(['render', 'pgbackrest', '--out', '/']);
    await bed.engine('stanza-create');
    const command = archiveCommand(settings, 'main');
    await cluster.sql(
      `ALTER SYSTEM SET archive_mode = on; ALTER SYSTEM SET archive_command = '${command.replaceAll("'", "''")}'`,
    );
    await cluster.stop();
    await cluster.start();
    return bed;
  } catch (error) {
    await bed[Symbol.asyncDispose]();
    throw error;
  }
}
