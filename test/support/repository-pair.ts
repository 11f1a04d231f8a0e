import { cpSync, readFileSync, chownSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { createCluster, type TestCluster } from './cluster.ts';
import { engineUnderTest, engineVersionUnderTest } from './engines.ts';
import { mustRunHoldfast } from './holdfast.ts';
import { createHostPair, type HostPair, type PairHost, type ServingProcess } from './host-pair.ts';
import type { Sandbox } from './sandbox.ts';
import { waitUntil } from './wait-until.ts';

/** A server on `pg1`, its repository on `repo`, both as `holdfast render repository-host` makes them. */
export interface RepositoryPair {
  readonly pair: HostPair;
  readonly pg1: PairHost;
  readonly repo: PairHost;
  readonly cluster: TestCluster;
  /** holdfast.yaml that describes both. */
  readonly file: string;
  /** Writes what is rendered for a host into its place. */
  deploy(host: PairHost): Promise<void>;
  /** Runs pgBackRest as postgres, with the configuration of the host. */
  engine(host: PairHost, ...args: readonly string[]): ReturnType<PairHost['run']>;
  mustEngine(host: PairHost, ...args: readonly string[]): ReturnType<PairHost['run']>;
  /** Starts the server on pg1, with its archive_command. */
  startCluster(): Promise<void>;
}

export interface RepositoryPairRequest {
  readonly sandbox: Sandbox;
  /** How both hosts are reached: keys beside `host`. @param here folder that is another one on each host */
  readonly transport: (here: string) => Readonly<Record<string, unknown>>;
  /** Other keys at the top of holdfast.yaml. */
  readonly keys: (here: string) => Readonly<Record<string, unknown>>;
}

/** Nothing is deployed or started. */
export async function createRepositoryPair(request: RepositoryPairRequest): Promise<RepositoryPair> {
  const { sandbox } = request;
  const pair = await createHostPair(sandbox, ['pg1', 'repo']);
  const { here } = pair;
  const [pg1, repo] = pair.hosts;
  const engineWords = (args: readonly string[]): readonly string[] => [
    `--config=${here}/etc/pgbackrest.conf`,
    `--config-include-path=${here}/etc/conf.d`,
    '--stanza=main',
    ...args,
  ];
  const settings = {
    archive_mode: 'on',
    archive_command: `${engineUnderTest()} ${engineWords(['archive-push', '%p']).join(' ')}`,
    listen_addresses: '*',
    // A repository that is gone must not hold the end of a test.
    archive_timeout: '0',
  };
  const cluster = await createCluster({ sandbox, walSegmentMegabytes: 1, started: false, settings });
  const hba = join(cluster.dataDirectory, 'pg_hba.conf');
  sandbox.write(hba, `${readFileSync(hba, 'utf8')}\nhost all all 198.19.77.0/30 trust\n`);
  const transport = request.transport(here);
  const file = sandbox.write(
    'holdfast.yaml',
    stringify({
      stanzas: {
        main: {
          postgres: [
            {
              host: 'pg1',
              path: cluster.dataDirectory,
              port: cluster.port,
              socket: cluster.socketDirectory,
              bin: cluster.binaries.directory,
              ...transport,
            },
          ],
          repositories: {
            far: {
              type: 'posix',
              host: 'repo',
              path: `${here}/repository`,
              retention: { full: 2 },
              ...transport,
            },
          },
          schedule: { full: '0 2 * * 0' },
          options: {
            'io-timeout': '5s',
            'archive-async': 'n',
            'db-timeout': '20s',
            'protocol-timeout': '30s',
          },
        },
      },
      engine: {
        binary: engineUnderTest(),
        configFile: `${here}/etc/pgbackrest.conf`,
        includeDirectory: `${here}/etc/conf.d`,
        logDirectory: `${here}/log`,
        lockDirectory: `${here}/lock`,
        spoolDirectory: `${here}/spool`,
      },
      state: { directory: `${here}/state` },
      ...request.keys(here),
    }),
    0o644,
  );
  const engine: RepositoryPair['engine'] = (host, ...args) => host.run(engineUnderTest(), engineWords(args));
  return {
    pair,
    pg1,
    repo,
    cluster,
    file,
    engine,
    mustEngine: (host, ...args) => host.mustRun(engineUnderTest(), engineWords(args)),
    async deploy(host) {
      const out = sandbox.file(`out-${host.name}`);
      const render = ['render', 'repository-host', '--host', host.name, '--engine', engineVersionUnderTest()];
      await mustRunHoldfast(['--config', file, ...render, '--out', out, '--force']);
      cpSync(join(out, here), host.folder, { recursive: true });
      cpSync(join(out, 'etc/holdfast/holdfast.yaml'), join(host.folder, 'holdfast.yaml'));
      for (const leaf of ['etc/pgbackrest.conf', 'etc/conf.d', 'etc/conf.d/holdfast-secrets.conf'])
        if (existsSync(join(host.folder, leaf)))
          chownSync(join(host.folder, leaf), sandbox.owner.uid, sandbox.owner.gid);
    },
    async startCluster() {
      const words = ['start', '-D', cluster.dataDirectory, '-l', cluster.logFile, '-w'];
      await pg1.mustRun(`${cluster.binaries.directory}/pg_ctl`, words);
    },
  };
}

/** Starts `pgbackrest server` on a host and waits until it answers. */
async function serveTls({ pair }: RepositoryPair, host: PairHost): Promise<ServingProcess> {
  const { here } = pair;
  const words = [
    `--config=${here}/etc/pgbackrest.conf`,
    `--config-include-path=${here}/etc/conf.d`,
    'server',
  ];
  const server = host.start(engineUnderTest(), words);
  await waitUntil(`${host.name} serves`, async () => {
    const { code } = await host.run(engineUnderTest(), [...words.slice(0, 2), 'server-ping', host.name]);
    return code === 0;
  });
  return server;
}

/** A pair that speaks TLS with certificates of `holdfast certificates`; both servers run and the cluster too. */
interface TlsPair extends RepositoryPair {
  /** Where the certificates are kept. */
  readonly store: string;
  /** Brings the folder of a host there and installs it, as its administrator does. */
  install(host: PairHost): Promise<void>;
  /** As `systemctl reload pgbackrest-server`: ExecReload. */
  reload(host: PairHost): void;
}

/** @param oneFile certificate and key lie in one file */
export async function createTlsPair(sandbox: Sandbox, { oneFile = false } = {}): Promise<TlsPair> {
  const files = (here: string): object => ({
    caFile: `${here}/tls/ca.crt`,
    certificateFile: `${here}/tls/${oneFile ? 'host.pem' : 'host.crt'}`,
    keyFile: `${here}/tls/${oneFile ? 'host.pem' : 'host.key'}`,
  });
  const bed = await createRepositoryPair({
    sandbox,
    transport: (here) => ({ tls: files(here) }),
    keys: (here) => ({
      tlsServer: { address: '*', ...files(here), auth: { pg1: ['main'], repo: ['main'] } },
    }),
  });
  const store = sandbox.file('store');
  const servers = new Map<string, ServingProcess>();
  const install = async (host: PairHost): Promise<void> => {
    const sent = join(host.folder, 'sent');
    cpSync(join(store, 'hosts', host.name), sent, { recursive: true, dereference: true });
    const words = ['certificates', 'install', `${bed.pair.here}/sent`, '--host', host.name];
    const result = await host.holdfast(...words);
    if (result.code !== 0) throw new Error(`${host.name}: ${words.join(' ')}: ${result.stderr}`);
  };
  await mustRunHoldfast(['--config', bed.file, 'certificates', 'create', '--directory', store]);
  for (const host of bed.pair.hosts) {
    await bed.deploy(host);
    await install(host);
    servers.set(host.name, await serveTls(bed, host));
  }
  await bed.startCluster();
  return {
    ...bed,
    store,
    install,
    reload(host) {
      const server = servers.get(host.name);
      if (server === undefined) throw new Error(`nothing serves on ${host.name}`);
      process.kill(server.pid, 'SIGHUP');
    },
  };
}
