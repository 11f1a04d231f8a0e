import { spawn, type ChildProcess } from 'node:child_process';
import { chownSync, readdirSync } from 'node:fs';
import { once } from 'node:events';
import { runCommand, type CommandResult } from '../../src/process/run-command.ts';
import { makeCertificates } from './certificates.ts';
import type { TestCluster } from './cluster.ts';
import type { RepositoryRequest } from './configuration.ts';
import { engineUnderTest } from './engines.ts';
import { createNetworkHost, type NetworkHost } from './network-hosts.ts';
import type { Sandbox } from './sandbox.ts';
import { testEnvironment } from './test-user.ts';
import { waitUntil } from './wait-until.ts';

/**
 * A host of its own (a network namespace) that holds the repository of a stanza and serves it over pgBackRest's TLS
 * protocol. What pgBackRest wants to be run where the repository lies runs there; it reaches the cluster by its socket.
 */
export interface RepositoryHost extends NetworkHost {
  /** Keys of the repository in holdfast.yaml, on the host of the cluster. */
  readonly request: RepositoryRequest;
  /** Runs pgBackRest there, as postgres. @throws Error when it fails */
  mustRun(...args: readonly string[]): Promise<void>;
  /** Starts `pgbackrest server` and waits until it listens. */
  serve(): Promise<void>;
  /** Ends it and everybody whom it serves: who connects is refused at once. */
  stop(): Promise<void>;
}

/**
 * The server is not started, and the stanza is not made. The repository is the second of its stanza: pgBackRest wants the
 * same number on both hosts.
 */
export async function createRepositoryHost(sandbox: Sandbox, cluster: TestCluster): Promise<RepositoryHost> {
  const network = await createNetworkHost(sandbox);
  const port = await sandbox.port();
  const folder = sandbox.directory('far');
  for (const name of ['lock', 'log', 'spool', 'repository']) sandbox.directory(`far/${name}`);
  const tls = writeCertificates(sandbox, network.address);
  const configFile = writeEngineFile(sandbox, cluster, { ...tls, address: network.address, port });
  const engine = engineUnderTest();
  const environment = { ...testEnvironment(sandbox.owner), PATH: '/usr/sbin:/sbin:/usr/bin:/bin' };
  const words = (args: readonly string[]): readonly string[] => {
    const { uid, gid } = sandbox.owner;
    const stepDown = ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--'];
    return ['netns', 'exec', network.namespace, ...stepDown, engine, `--config=${configFile}`, ...args];
  };
  const run = (args: readonly string[]): Promise<CommandResult> =>
    runCommand({ command: 'ip', args: words(args), env: environment, cwd: folder, timeoutMs: 120_000 });
  const server = new ServerProcess(() =>
    spawn('ip', [...words(['server'])], { cwd: folder, env: environment, stdio: 'ignore', detached: true }),
  );
  sandbox.defer(() => server.stop());
  return {
    ...network,
    request: {
      host: network.address,
      path: sandbox.file('far', 'repository'),
      tls: { ...tls, port, configFile, command: engine },
    },
    async mustRun(...args) {
      const { code, stdout, stderr } = await run(['--stanza=main', ...args]);
      if (code !== 0) throw new Error(`pgbackrest ${args.join(' ')}: ${String(code)}\n${stdout}\n${stderr}`);
    },
    async serve() {
      server.start();
      await waitUntil('the repository host serves', async () => (await run(['server-ping'])).code === 0);
    },
    stop: () => server.stop(),
  };
}

/** In a process group of its own: it forks one process for each client. */
class ServerProcess {
  readonly #spawn: () => ChildProcess;
  #child: ChildProcess | undefined;

  constructor(start: () => ChildProcess) {
    this.#spawn = start;
  }

  start(): void {
    this.#child = this.#spawn();
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    process.kill(-child.pid, 'SIGKILL');
    await ended;
  }
}

interface TlsFiles {
  readonly caFile: string;
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** Both sides show the same certificate: what is tried here is the network. */
function writeCertificates(sandbox: Sandbox, address: string): TlsFiles {
  const folder = sandbox.directory('far/certificates');
  const { caFile } = makeCertificates(folder, address);
  for (const name of readdirSync(folder))
    chownSync(`${folder}/${name}`, sandbox.owner.uid, sandbox.owner.gid);
  return { caFile, certificateFile: `${folder}/server.crt`, keyFile: `${folder}/server.key` };
}

function writeEngineFile(
  sandbox: Sandbox,
  cluster: TestCluster,
  { address, port, ...tls }: TlsFiles & { readonly address: string; readonly port: number },
): string {
  const global = {
    'repo2-path': sandbox.file('far', 'repository'),
    'repo2-retention-full': 2,
    'lock-path': sandbox.file('far', 'lock'),
    'log-path': sandbox.file('far', 'log'),
    'spool-path': sandbox.file('far', 'spool'),
    'start-fast': 'y',
    'tls-server-address': address,
    'tls-server-port': port,
    'tls-server-ca-file': tls.caFile,
    'tls-server-cert-file': tls.certificateFile,
    'tls-server-key-file': tls.keyFile,
    'tls-server-auth': `${address}=main`,
  };
  const main = {
    'pg1-path': cluster.dataDirectory,
    'pg1-port': cluster.port,
    'pg1-socket-path': cluster.socketDirectory,
  };
  const lines = (options: object): string[] =>
    Object.entries(options).map(([name, value]) => `${name}=${String(value)}`);
  return sandbox.write(
    'far/pgbackrest.conf',
    ['[global]', ...lines(global), '[main]', ...lines(main), ''].join('\n'),
  );
}
