import { readFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { startProgram } from '../patroni/start-program.ts';
import { postgresBinaries } from '../support/postgres-versions.ts';
import type { Sandbox } from '../support/sandbox.ts';
import { waitUntil } from '../support/wait-until.ts';
import { createMachineNetwork, type Machine, type MachineNetwork } from './machine.ts';

/** What Patroni calls the cluster. */
export const scope = 'demo';
export const dataDirectory = '/var/lib/postgresql/15/main';

/** Three machines with a cluster under Patroni, as somebody has it who does not know Holdfast yet: nothing is archived. */
export interface PatroniMachines {
  readonly network: MachineNetwork;
  readonly machines: readonly Machine[];
  /** `GET PATH` of the REST API of a machine, by the machine itself. */
  ask(machine: Machine, path: string): Promise<{ readonly status: number; readonly body: unknown }>;
  /** @throws Error when there is none within a minute */
  leader(): Promise<Machine>;
  /** Runs SQL on a machine's server, as postgres. */
  sql(machine: Machine, statement: string): Promise<string>;
}

/** Comments, an indent of four and a flow mapping: what people have. */
function memberFile(machine: Machine, etcd: string): string {
  const { address, name } = machine;
  const file = {
    scope,
    name,
    etcd3: { hosts: etcd },
    restapi: { listen: '0.0.0.0:8008', connect_address: `${address}:8008` },
    bootstrap: {
      dcs: {
        ttl: 20,
        loop_wait: 2,
        retry_timeout: 5,
        postgresql: { use_pg_rewind: true, use_slots: true, parameters: { max_connections: 30 } },
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
      listen: '0.0.0.0:5432',
      connect_address: `${address}:5432`,
      data_dir: dataDirectory,
      bin_dir: postgresBinaries().directory,
      pgpass: '/var/lib/postgresql/pgpass',
      use_unix_socket: true,
      authentication: {
        superuser: { username: 'postgres', password: 'for-tests-only' },
        replication: { username: 'replicator', password: 'for-tests-only' },
      },
      pg_hba: ['local all all trust', 'host all all all trust', 'host replication replicator all trust'],
      parameters: {
        unix_socket_directories: '/var/run/postgresql',
        shared_buffers: '16MB',
        min_wal_size: '4MB',
        max_wal_size: '64MB',
        fsync: 'off',
        timezone: 'UTC',
        log_timezone: 'UTC',
      },
    },
  };
  return `# Patroni of ${name}: this comment stays\n${stringify(file, { indent: 4 })}\ntags: { nofailover: false }   # and this one\n`;
}

/** Makes the machines and starts the cluster on them. The sandbox ends all. */
export async function createPatroniMachines(
  sandbox: Sandbox,
  names: readonly string[],
): Promise<PatroniMachines> {
  const shared = sandbox.directory('shared', 0o755);
  const network = await createMachineNetwork(sandbox, shared);
  const etcd = await startEtcd(sandbox, network.gateway);
  const machines = await network.start(names);
  const ask: PatroniMachines['ask'] = async (machine, path) => {
    const { stdout } = await machine.run('curl', [
      '-sS',
      '-w',
      String.raw`\n%{http_code}`,
      `http://127.0.0.1:8008${path}`,
    ]);
    const end = stdout.lastIndexOf('\n');
    return {
      status: Number(stdout.slice(end + 1)),
      body: JSON.parse(stdout.slice(0, end) || 'null') as unknown,
    };
  };
  for (const machine of machines) {
    const path = '/etc/patroni/config.yml';
    await machine.mustRun('sh', [
      '-c',
      `mkdir -p /etc/patroni && cat >${path} <<'EOF'\n${memberFile(machine, etcd)}EOF\nchown root:postgres ${path} && chmod 640 ${path}`,
    ]);
    await machine.mustRun('sh', [
      '-c',
      `rm -rf ${dataDirectory} && install -d -o postgres -g postgres /var/lib/postgresql/15 && chown postgres:postgres /var/lib/postgresql`,
    ]);
    await machine.mustRun('service', ['patroni', 'start']);
    await waitUntil(
      `${machine.name} runs`,
      async () => (await machine.run('curl', ['-fsS', 'http://127.0.0.1:8008/readiness'])).code === 0,
      { timeoutMs: 60_000, everyMs: 300 },
    );
  }
  return {
    network,
    machines,
    ask,
    leader: () =>
      waitUntil(
        'there is a leader',
        async () => {
          for (const machine of machines) if ((await ask(machine, '/primary')).status === 200) return machine;
          return undefined;
        },
        { timeoutMs: 60_000, everyMs: 300 },
      ) as Promise<Machine>,
    sql: async (machine, statement) =>
      (
        await machine.mustRun('setpriv', [
          '--reuid=postgres',
          '--regid=postgres',
          '--clear-groups',
          'psql',
          '-X',
          '-A',
          '-t',
          '-v',
          'ON_ERROR_STOP=1',
          '-h',
          '/var/run/postgresql',
          '-d',
          'postgres',
          '-c',
          statement,
        ])
      ).trim(),
  };
}

/** @returns HOST:PORT for clients */
async function startEtcd(sandbox: Sandbox, gateway: string): Promise<string> {
  const client = `${gateway}:${await sandbox.port()}`;
  const peer = `127.0.0.1:${await sandbox.port()}`;
  const options = {
    name: 'e1',
    'data-dir': sandbox.directory('etcd'),
    'listen-client-urls': `http://${client}`,
    'advertise-client-urls': `http://${client}`,
    'listen-peer-urls': `http://${peer}`,
    'initial-advertise-peer-urls': `http://${peer}`,
    'initial-cluster': `e1=http://${peer}`,
    'unsafe-no-fsync': '',
  };
  const args = Object.entries(options).map(([option, value]) =>
    value === '' ? `--${option}` : `--${option}=${value}`,
  );
  const program = startProgram(sandbox, 'etcd', '/usr/bin/etcd', args);
  await waitUntil('etcd is healthy', async () => {
    if (!program.isRunning()) throw new Error(readFileSync(program.logFile, 'utf8'));
    return (await sandbox.run('curl', ['-fsS', `http://${client}/health`])).code === 0;
  });
  return client;
}
