import { readFileSync } from 'node:fs';
import { stringify } from 'yaml';
import type { CommandResult } from '../../src/process/run-command.ts';
import { clusterAt, type TestCluster } from '../support/cluster.ts';
import { postgresBinaries } from '../support/postgres-versions.ts';
import type { Sandbox } from '../support/sandbox.ts';
import { waitUntil } from '../support/wait-until.ts';
import { startProgram, type RunningProgram } from './start-program.ts';

/** What Patroni calls the cluster. */
export const scope = 'demo';

/** A cluster under Patroni, with an etcd of its own, all on loopback and in one sandbox. */
export interface PatroniCluster {
  readonly sandbox: Sandbox;
  /** Adds a member and waits until Patroni says that it runs. The first becomes the leader. */
  addMember(name: string, options?: MemberOptions): Promise<PatroniMember>;
  /** Runs patronictl with the file of a member. @throws Error when it fails */
  control(member: PatroniMember, ...args: readonly string[]): Promise<CommandResult>;
}

export interface MemberOptions {
  readonly tls?: boolean;
  /** Called with its patroni.yml before it is written, and with the server it will have. */
  readonly adapt?: (described: MemberFile, cluster: TestCluster) => Promise<object> | object;
}

export interface PatroniMember {
  readonly name: string;
  /** Of the REST API. */
  readonly url: string;
  /** Certificate (its own authority) of the REST API, with `tls`. */
  readonly caFile: string | undefined;
  readonly configFile: string;
  readonly cluster: TestCluster;
  /** Patroni itself. PostgreSQL outlives it when it is killed, and ends with it when it is stopped. */
  readonly program: RunningProgram;
  /** What curl gets from a path of the REST API: status and body. */
  ask(path: string): Promise<{ readonly status: number; readonly body: unknown }>;
}

/** Starts etcd. The sandbox ends everything. */
export async function createPatroniCluster(sandbox: Sandbox): Promise<PatroniCluster> {
  const etcd = await startEtcd(sandbox);
  return {
    sandbox,
    addMember: (name, options = {}) => addMember(sandbox, etcd, name, options),
    control: (member, ...args) => sandbox.mustRun('patronictl', ['-c', member.configFile, ...args]),
  };
}

/** @returns HOST:PORT for clients */
async function startEtcd(sandbox: Sandbox): Promise<string> {
  const client = `127.0.0.1:${await sandbox.port()}`;
  const peer = `127.0.0.1:${await sandbox.port()}`;
  const options = {
    name: 'e1',
    'data-dir': sandbox.directory('etcd'),
    'listen-client-urls': `http://${client}`,
    'advertise-client-urls': `http://${client}`,
    'listen-peer-urls': `http://${peer}`,
    'initial-advertise-peer-urls': `http://${peer}`,
    'initial-cluster': `e1=http://${peer}`,
  };
  const args = Object.entries(options).flatMap(([option, value]) => [`--${option}`, value]);
  const program = startProgram(sandbox, 'etcd', '/usr/bin/etcd', args);
  await waitUntil('etcd is healthy', async () => {
    if (!program.isRunning()) throw new Error(readFileSync(program.logFile, 'utf8'));
    return (await sandbox.run('curl', ['-fsS', `http://${client}/health`])).code === 0;
  });
  return client;
}

async function addMember(
  sandbox: Sandbox,
  etcd: string,
  name: string,
  { tls = false, adapt = (described) => described }: MemberOptions,
): Promise<PatroniMember> {
  const restPort = await sandbox.port();
  const port = await sandbox.port();
  const certificate = tls ? await makeCertificate(sandbox, name) : undefined;
  const socketDirectory = sandbox.directory(`${name}/run`);
  const cluster = clusterAt({
    name,
    sandbox,
    binaries: postgresBinaries(),
    dataDirectory: sandbox.file(name, 'data'),
    socketDirectory,
    port,
    logFile: sandbox.file(`${name}.log`),
  });
  const place = { etcd, restPort, certificate };
  const described = await adapt(describeMember(cluster, place), cluster);
  const configFile = sandbox.write(`${name}.yml`, stringify(described));
  // A paused Patroni leaves PostgreSQL running when it ends.
  sandbox.defer(async () => cluster[Symbol.asyncDispose]());
  const program = startProgram(sandbox, name, '/usr/bin/patroni', [configFile]);
  const url = `${tls ? 'https' : 'http'}://127.0.0.1:${restPort}`;
  const trust = certificate === undefined ? [] : ['--cacert', certificate.file];
  const member: PatroniMember = {
    name,
    url,
    caFile: certificate?.file,
    configFile,
    cluster,
    program,
    async ask(path) {
      const format = ['-w', String.raw`\n%{http_code}`];
      const { stdout } = await sandbox.mustRun('curl', ['-sS', ...trust, ...format, `${url}${path}`]);
      const end = stdout.lastIndexOf('\n');
      return {
        status: Number(stdout.slice(end + 1)),
        body: JSON.parse(stdout.slice(0, end) || 'null') as unknown,
      };
    },
  };
  await waitUntil(
    `${name} runs`,
    async () => {
      if (!program.isRunning()) throw new Error(cluster.log());
      return (await sandbox.run('curl', ['-fsS', ...trust, `${url}/readiness`])).code === 0;
    },
    { timeoutMs: 60_000, everyMs: 200 },
  );
  return member;
}

/** What a patroni.yml of the tests says. */
export type MemberFile = ReturnType<typeof describeMember>;

interface Certificate {
  readonly file: string;
  readonly keyFile: string;
}

interface MemberPlace {
  readonly etcd: string;
  readonly restPort: number;
  readonly certificate: Certificate | undefined;
}

/** The member's patroni.yml: https://patroni.readthedocs.io/en/latest/yaml_configuration.html */
function describeMember(cluster: TestCluster, { etcd, restPort, certificate }: MemberPlace) {
  const { name, port, socketDirectory, dataDirectory, binaries } = cluster;
  return {
    scope,
    name,
    // etcd 3.4 has its second API off.
    etcd3: { hosts: etcd },
    restapi: {
      listen: `127.0.0.1:${restPort}`,
      connect_address: `127.0.0.1:${restPort}`,
      ...(certificate && { certfile: certificate.file, keyfile: certificate.keyFile }),
    },
    bootstrap: {
      dcs: {
        ttl: 20,
        loop_wait: 2,
        retry_timeout: 5,
        postgresql: { use_slots: true, parameters: { max_connections: 20 } },
      },
      initdb: [
        { encoding: 'UTF8' },
        { locale: 'C.UTF-8' },
        'data-checksums',
        'no-sync',
        { 'wal-segsize': '1' },
      ],
    },
    postgresql: {
      listen: `127.0.0.1:${port}`,
      connect_address: `127.0.0.1:${port}`,
      data_dir: dataDirectory,
      bin_dir: binaries.directory,
      pgpass: cluster.sandbox.file(`${name}/pgpass`),
      use_unix_socket: true,
      authentication: {
        superuser: { username: 'postgres', password: 'for-tests-only' },
        replication: { username: 'replicator', password: 'for-tests-only' },
      },
      pg_hba: [
        'local all all trust',
        'host all all 127.0.0.1/32 trust',
        'host replication replicator 127.0.0.1/32 trust',
      ],
      parameters: {
        unix_socket_directories: socketDirectory,
        shared_buffers: '16MB',
        min_wal_size: '4MB',
        max_wal_size: '64MB',
        fsync: 'off',
        timezone: 'UTC',
        log_timezone: 'UTC',
      },
    },
  };
}

async function makeCertificate(sandbox: Sandbox, name: string): Promise<Certificate> {
  const keyFile = sandbox.file(name, 'rest.key');
  const file = sandbox.file(name, 'rest.crt');
  sandbox.directory(name);
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const files = ['-keyout', keyFile, '-out', file];
  await sandbox.mustRun('openssl', [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    ...subject,
    ...files,
  ]);
  return { file, keyFile };
}
