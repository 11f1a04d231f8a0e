import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judgeRole } from '../../src/jobs/run/judge-role.ts';
import type { Failure } from '../../src/model/failure.ts';
import type { PostgresNode } from '../../src/model/stanza.ts';
import { findPrimary, type ClusterNodes, type Primary } from '../../src/postgres/find-primary.ts';
import { acquireLease, type Lease, type LeaseServer } from '../../src/postgres/lease.ts';
import { createCluster, type TestCluster } from '../support/cluster.ts';
import { leaseSessions, realClock, startLeaseDriver } from '../support/lease-bed.ts';
import { createNetworkHost, type NetworkHost } from '../support/network-hosts.ts';
import { nodeOf } from '../support/postgres-node.ts';
import { isRunning } from '../support/processes.ts';
import { createStandby as createPlainStandby } from '../support/standby.ts';
import { waitUntil } from '../support/wait-until.ts';

/*
 * A primary, a standby on "another host", and the way between them: the primary lets the role `backup` in over TCP with
 * a password, which lies in the .pgpass of the user of the engine.
 */
let primary: TestCluster;
let standby: TestCluster;
let network: NetworkHost;
let home: string;

const password = 'for-tests-only';
const resource = { stanza: 'main', repository: 'files' };

beforeAll(async () => {
  primary = await createCluster({ name: 'net', settings: { listen_addresses: '*' } });
  const { sandbox } = primary;
  network = await createNetworkHost(sandbox);
  await primary.sql(`CREATE ROLE backup LOGIN PASSWORD '${password}'`);
  home = sandbox.directory('home');
  sandbox.write('home/.pgpass', `*:*:*:backup:${password}\n`, 0o600);
  standby = await createStandby();
});
afterAll(() => primary[Symbol.asyncDispose]());

async function createStandby(): Promise<TestCluster> {
  const { sandbox } = primary;
  sandbox.write(
    'net/data/pg_hba.conf',
    `local replication all trust\nlocal all all trust\nhost all backup all scram-sha-256\n`,
  );
  await primary.sql('SELECT pg_reload_conf()');
  return createPlainStandby(primary);
}

const deps = () => ({
  path: '/usr/bin:/bin',
  currentUid: process.getuid?.() ?? -1,
  engineUser: { ...primary.sandbox.owner, home },
});

function remote(host: string, changes: Partial<PostgresNode> = {}): PostgresNode {
  return { ...nodeOf(primary), host, databaseUser: 'backup', ...changes };
}

/** The stanza as the host of the standby has it. */
const onStandby = (host = '127.0.0.1', changes: Partial<PostgresNode> = {}): ClusterNodes => ({
  name: 'main',
  nodes: [nodeOf(standby), remote(host, changes)],
  patroni: undefined,
});

function take(server: LeaseServer): Promise<Lease> {
  const claimant = { host: 'here', runId: 'backup-1' };
  return acquireLease(server, resource, { claimant, waitMs: 0, clock: realClock });
}

async function failureOf(action: Promise<unknown>): Promise<Failure> {
  return action.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => error as Failure,
  );
}

describe('the primary', () => {
  it('is found through the socket of this host', async () => {
    const found = await findPrimary({ name: 'main', nodes: [nodeOf(primary)], patroni: undefined }, deps());
    expect(found.isLocal).toBe(true);
    await using lease = await take(found);
    expect(lease.lost.aborted).toBe(false);
  });

  it('is found on another host from the host of a standby, and the lease is taken there', async () => {
    const found = await findPrimary(onStandby(), deps());
    expect(found).toMatchObject({ isLocal: false, place: `127.0.0.1:${primary.port}`, user: 'backup' });
    await using lease = await take(found);
    expect(lease.lost.aborted).toBe(false);
    expect(await leaseSessions(primary)).toHaveLength(1);
    expect(await leaseSessions(standby)).toHaveLength(0);
    // One and the same, whichever way it is taken.
    const local = await findPrimary({ name: 'main', nodes: [nodeOf(primary)], patroni: undefined }, deps());
    const refused = await failureOf(take(local));
    expect(refused.problem).toMatch(/^run backup-1 on here holds it from 127\.0\.0\.1 since /);
  });

  it('is not found where nothing but a standby answers, and all that was tried is named', async () => {
    const alone = { name: 'main', nodes: [nodeOf(standby)], patroni: undefined };
    expect((await failureOf(findPrimary(alone, deps()))).problem).toMatch(/it is a standby$/);
    const strangers = onStandby('127.0.0.1', { databaseUser: 'nobody-here' });
    const failure = await failureOf(findPrimary(strangers, deps()));
    expect(failure.kind).toBe('server-unreachable');
    expect(failure.problem).toMatch(/it is a standby; 127\.0\.0\.1:\d+: .*nobody-here/);
    expect(failure.hint).toContain('.pgpass');
    expect(JSON.stringify(failure)).not.toContain(password);
  });

  it('does not give a lease when it has become a standby meanwhile', async () => {
    const { server } = await findPrimary(
      { name: 'main', nodes: [nodeOf(primary)], patroni: undefined },
      deps(),
    );
    const stale: LeaseServer = {
      server: {
        ...server,
        socketDirectory: standby.socketDirectory,
        node: { ...server.node, port: standby.port },
      },
    };
    expect((await failureOf(take(stale))).problem).toContain('this server is a standby');
  });
});

describe('the role of a host without Patroni', () => {
  const judge = (nodes: readonly PostgresNode[], on: Parameters<typeof judgeRole>[1]) =>
    judgeRole({ ...stanzaOf(nodes) }, on, deps());
  const stanzaOf = (nodes: readonly PostgresNode[]) => ({
    name: 'main',
    nodes,
    patroni: undefined,
    repositories: [],
    schedule: [],
    blackouts: [],
    objectives: { rpo: undefined, rto: undefined, backupAge: undefined, drillAge: undefined },
    options: [],
  });

  it('is what its own server says', async () => {
    expect(await judge([nodeOf(primary)], 'leader')).toMatchObject({ runs: true, observed: 'leader' });
    expect(await judge([nodeOf(primary)], 'replica')).toMatchObject({ runs: false, observed: 'leader' });
    expect(await judge([nodeOf(standby)], 'replica')).toMatchObject({ runs: true, observed: 'replica' });
    const skipped = await judge([nodeOf(standby)], 'leader');
    expect(skipped.runs).toBe(false);
    expect(skipped.reason).toMatch(/^it runs on the leader, and the server in .* is a standby$/);
  });

  it('is not asked for where any host will do, and the leader is usual where there are several nodes', async () => {
    expect(await judge([nodeOf(standby)], undefined)).toMatchObject({ runs: true, observed: undefined });
    const two = [nodeOf(standby), remote('127.0.0.1')];
    expect(await judge(two, undefined)).toMatchObject({ runs: false, observed: 'replica' });
    expect(await judge([remote('127.0.0.1')], 'leader')).toMatchObject({ runs: true, observed: 'none' });
  });

  it('is unknown while its server is down, and that is no reason to run', async () => {
    await standby.stop();
    for (const on of ['leader', 'replica'] as const) {
      const judged = await judge([nodeOf(standby)], on);
      expect(judged).toMatchObject({ runs: false, observed: 'unknown' });
      expect(judged.failure?.kind).toBe('server-unreachable');
    }
    await standby.start();
  });
});

describe('a cable that is cut', () => {
  /** A Holdfast on a host of its own, and a child of it. */
  async function startAway() {
    const found: Primary = await findPrimary(onStandby(network.gateway), deps());
    const child = {
      command: '/bin/sleep',
      args: ['120'],
      logFile: primary.sandbox.file(`away-${Date.now()}.log`),
    };
    return startLeaseDriver(primary, { primary: found, resource, child }, network.namespace);
  }

  it('is noticed in seconds by the holder, and by the server only after that', async () => {
    const driver = await startAway();
    expect(await leaseSessions(primary)).toHaveLength(1);
    const began = performance.now();
    await network.cut();
    await driver.waitForLoss();
    const noticed = performance.now() - began;
    // The engine was ended while the server still kept the lease for it.
    await waitUntil('the child is ended', () => !isRunning(driver.child as number), { timeoutMs: 15_000 });
    expect(await leaseSessions(primary)).toHaveLength(1);
    await waitUntil('the server frees the lease', async () => (await leaseSessions(primary)).length === 0, {
      timeoutMs: 60_000,
    });
    const freed = performance.now() - began;
    await network.mend();
    expect(noticed).toBeLessThan(20_000);
    expect(freed).toBeLessThan(50_000);
  });

  it('ends the engine also when Holdfast is gone', async () => {
    const driver = await startAway();
    await driver.kill();
    expect(isRunning(driver.child as number)).toBe(true);
    await network.cut();
    await waitUntil('the child is ended', () => !isRunning(driver.child as number), { timeoutMs: 20_000 });
    expect(await leaseSessions(primary)).toHaveLength(1);
    await network.mend();
    await waitUntil('the lease is free', async () => (await leaseSessions(primary)).length === 0, {
      timeoutMs: 60_000,
    });
  });
});
