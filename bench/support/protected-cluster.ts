import { fileURLToPath } from 'node:url';
import { createCluster, type TestCluster } from '../../test/support/cluster.ts';
import type { Sandbox } from '../../test/support/sandbox.ts';
import { testEnvironment } from '../../test/support/test-user.ts';
import { timeCommand } from './time-command.ts';

const program = fileURLToPath(new URL('../../bin/holdfast', import.meta.url));
const stanza = 'bench';

/** A server that Holdfast has set up, all of it in one directory: data, configuration, repository, journal. */
export interface ProtectedCluster {
  readonly cluster: TestCluster;
  readonly directory: string;
  readonly repository: string;
  /** Runs `holdfast` as a person would. Milliseconds. */
  holdfast(args: readonly string[]): Promise<number>;
  /**
   * Runs pgBackRest itself, as the server's owner, with the files that Holdfast has written. Milliseconds.
   *
   * @param prefix a program and its arguments that run it: nice
   */
  pgbackrest(args: readonly string[], outputFile?: string, prefix?: readonly string[]): Promise<number>;
  /** Path of its holdfast.yaml. */
  readonly configuration: string;
}

/** Makes the server, durable as in production, and runs `holdfast setup`. No backup yet. */
export async function protectCluster(
  sandbox: Sandbox,
  engine: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<ProtectedCluster> {
  const name = 'play';
  const directory = sandbox.directory(name);
  const cluster = await createCluster({
    name,
    sandbox,
    durable: true,
    settings: { shared_buffers: '128MB', max_wal_size: '2GB', ...settings },
  });
  const configuration = sandbox.write(`${name}/holdfast.yaml`, describe(cluster, directory, engine));
  const environment = testEnvironment(sandbox.owner);
  const isRoot = process.getuid?.() === 0;
  const protectedCluster: ProtectedCluster = {
    cluster,
    directory,
    repository: `${directory}/repository`,
    holdfast: (args) =>
      timeCommand({
        command: program,
        args: ['--config', configuration, ...args],
        env: isRoot ? { PATH: environment.PATH ?? '', HOME: '/root', LC_ALL: 'C.UTF-8' } : environment,
        runAs: undefined,
        logFile: sandbox.file('holdfast.log'),
      }),
    configuration,
    pgbackrest: (args, outputFile = sandbox.file('pgbackrest.log'), [first, ...words] = [engine]) =>
      timeCommand({
        command: first ?? engine,
        args: [
          ...(first === engine ? [] : [...words, engine]),
          `--config=${directory}/etc/pgbackrest.conf`,
          `--config-include-path=${directory}/etc/conf.d`,
          `--stanza=${stanza}`,
          ...args,
        ],
        env: environment,
        runAs: sandbox.runAs,
        logFile: outputFile,
      }),
  };
  await protectedCluster.holdfast(['setup', '--yes', '--restart', '--no-backup']);
  return protectedCluster;
}

function describe(cluster: TestCluster, directory: string, engine: string): string {
  return `# Written by a benchmark.
engine:
  binary: ${engine}
  configFile: ${directory}/etc/pgbackrest.conf
  includeDirectory: ${directory}/etc/conf.d
  logDirectory: ${directory}/log
  lockDirectory: ${directory}/lock
  spoolDirectory: ${directory}/spool
state:
  directory: ${directory}/state
stanzas:
  ${stanza}:
    postgres:
      - path: ${cluster.dataDirectory}
        port: ${cluster.port}
        socket: ${cluster.socketDirectory}
    repositories:
      local:
        type: posix
        path: ${directory}/repository
        retention: { full: 2 }
`;
}
