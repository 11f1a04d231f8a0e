import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Failure } from '../../src/model/failure.ts';
import { acquireLease, type Lease, type LeaseRequest, type LeaseServer } from '../../src/postgres/lease.ts';
import { createCluster, type TestCluster } from '../support/cluster.ts';
import { leaseServerOf, leaseSessions, realClock, startLeaseDriver } from '../support/lease-bed.ts';
import { isRunning } from '../support/processes.ts';
import { waitUntil } from '../support/wait-until.ts';

let cluster: TestCluster;
let primary: LeaseServer;

beforeAll(async () => {
  cluster = await createCluster({ name: 'lease' });
  primary = await leaseServerOf(cluster);
});
afterAll(() => cluster[Symbol.asyncDispose]());

const resource = { stanza: 'main', repository: 'posix:/backups' };

function take(changes: Partial<LeaseRequest> = {}, what = resource): Promise<Lease> {
  const claimant = { host: 'here', runId: 'backup-20261120T103000Z-3f2a' };
  return acquireLease(primary, what, { claimant, waitMs: 0, clock: realClock, ...changes });
}

async function failureOf(action: Promise<unknown>): Promise<Failure> {
  return action.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => error as Failure,
  );
}

/** A session that was ended is there until the server has seen that. */
const holders = (count: number): Promise<unknown> =>
  waitUntil(`sessions that hold it: ${count}`, async () => (await leaseSessions(cluster)).length === count);
afterEach(() => holders(0));

const sleepingChild = (name: string) => ({
  command: '/bin/sleep',
  args: ['60'],
  logFile: cluster.sandbox.file(`${name}.log`),
});

describe('a lease', () => {
  it('is had by one only, whose run the other is told, and is free again at once', async () => {
    {
      await using held = await take();
      expect(held.lost.aborted).toBe(false);
      const refused = await failureOf(take());
      expect(refused.kind).toBe('lease-held');
      expect(refused.problem).toMatch(/^run backup-20261120T103000Z-3f2a on here holds it since 20\d\d-/);
      expect(await leaseSessions(cluster)).toHaveLength(1);
    }
    await holders(0);
    await using again = await take();
    expect(again.lost.aborted).toBe(false);
  });

  it('is of one repository: another, or another stanza, has its own', async () => {
    await using one = await take();
    await using other = await take({}, { ...resource, repository: 's3:elsewhere/backups' });
    await using third = await take({}, { ...resource, stanza: 'other' });
    expect(await leaseSessions(cluster)).toHaveLength(3);
    expect([one, other, third].some((lease) => lease.lost.aborted)).toBe(false);
  });

  it('is waited for as long as is wished, and then had', async () => {
    const waited: (string | undefined)[] = [];
    const first = await take();
    const second = take({ waitMs: 20_000, onWait: (holder) => void waited.push(holder.runId) });
    await waitUntil('somebody waits', () => waited.length > 0);
    await first[Symbol.asyncDispose]();
    await using held = await second;
    expect(held.lost.aborted).toBe(false);
    expect(waited).toEqual(['backup-20261120T103000Z-3f2a']);
  });

  it('is no longer waited for when the run is stopped', async () => {
    await using _ = await take();
    const stop = new AbortController();
    const second = take({ waitMs: 60_000, signal: stop.signal, onWait: () => stop.abort() });
    expect((await failureOf(second)).kind).toBe('interrupted');
    expect((await failureOf(take({ signal: AbortSignal.abort() }))).kind).toBe('interrupted');
  });

  it('is not had while the same one is held in another database of the cluster', async () => {
    await using _ = await take();
    const elsewhere = {
      ...primary,
      server: { ...primary.server, node: { ...primary.server.node, database: 'template1' } },
    };
    const refused = await failureOf(
      acquireLease(elsewhere, resource, {
        claimant: { host: 'there', runId: 'r' },
        waitMs: 0,
        clock: realClock,
      }),
    );
    expect(refused.kind).toBe('lease-held');
    await holders(1);
  });

  it('is not had while a pgbackrest that nobody holds a lease for takes a backup', async () => {
    const { binaries, sandbox, socketDirectory, port } = cluster;
    // What the engine calls its session: test/faults/two-hosts.test.ts has the real one beside a Holdfast.
    const env = { PGAPPNAME: 'pgBackRest [backup]' };
    const session = ['-X', '-h', socketDirectory, '-p', String(port), '-U', 'postgres', '-d', 'postgres'];
    const backup = sandbox.run(binaries.psql, [...session, '-c', 'SELECT pg_sleep(60)'], { env });
    const sessions = `SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pgBackRest [backup]'`;
    await waitUntil('it runs', async () => (await cluster.value(sessions)) === '1');
    const refused = await failureOf(take());
    expect(refused.kind).toBe('lease-held');
    expect(refused.problem).toMatch(
      /^a pgbackrest that no Holdfast holds a lease for takes a backup of this/,
    );
    expect(refused.hint).toContain('crontab');
    await cluster.sql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pgBackRest [backup]'`,
    );
    await backup;
    await using held = await take();
    expect(held.lost.aborted).toBe(false);
  });

  it('names a server that does not answer, and a role that is not let in', async () => {
    const { server } = primary;
    const nowhere = { server: { ...server, node: { ...server.node, port: 1 } } };
    const request = { claimant: { host: 'h', runId: 'r' }, waitMs: 0, clock: realClock };
    const refused = await failureOf(acquireLease(nowhere, resource, request));
    expect(refused.kind).toBe('server-unreachable');
    const stranger = await failureOf(acquireLease({ ...primary, user: 'nobody-here' }, resource, request));
    expect(stranger.kind).toBe('server-unreachable');
    expect(stranger.problem).toContain('nobody-here');
  });
});

describe('the loss of a lease', () => {
  it('is noticed when somebody ends its session', async () => {
    await using held = await take();
    const [session] = await leaseSessions(cluster);
    await cluster.sql(`SELECT pg_terminate_backend(${session})`);
    await waitUntil('the loss is noticed', () => held.lost.aborted, { timeoutMs: 15_000 });
    const failure = held.lost.reason as Failure;
    expect(failure.kind).toBe('lease-lost');
    expect(failure.problem).toContain('terminating connection');
  });

  it.each(['fast', 'immediate'] as const)('is noticed when the server stops (%s)', async (mode) => {
    await using held = await take();
    await cluster.stop(mode);
    await waitUntil('the loss is noticed', () => held.lost.aborted, { timeoutMs: 15_000 });
    expect((held.lost.reason as Failure).kind).toBe('lease-lost');
    await cluster.start();
  });

  it('is noticed when the keeper is killed, and the lock does not stay', async () => {
    await using held = await take();
    const [session] = await leaseSessions(cluster);
    const ours = `holdfast-lease.*${cluster.socketDirectory}`;
    const { stdout } = await cluster.sandbox.mustRun('pgrep', ['--oldest', '--full', ours]);
    process.kill(Number(stdout), 'SIGKILL');
    await waitUntil('the loss is noticed', () => held.lost.aborted, { timeoutMs: 15_000 });
    await held[Symbol.asyncDispose]();
    await holders(0);
    expect(session).toBeGreaterThan(0);
  });

  it('is not taken for one when the lease is given back', async () => {
    const held = await take();
    await held[Symbol.asyncDispose]();
    expect(held.lost.aborted).toBe(false);
  });
});

describe('a Holdfast that was killed', () => {
  it('leaves the lease to the child that inherited it, and it is free when that has ended', async () => {
    const driver = await startLeaseDriver(cluster, { primary, resource, child: sleepingChild('orphan') });
    await driver.kill();
    // Three beats: nothing of the lease depends on the process that is gone.
    await realClock.sleep(3500);
    expect(await leaseSessions(cluster)).toHaveLength(1);
    expect((await failureOf(take())).kind).toBe('lease-held');
    process.kill(driver.child as number, 'SIGKILL');
    await holders(0);
    await using again = await take();
    expect(again.lost.aborted).toBe(false);
  });

  it('with no child leaves nothing', async () => {
    const driver = await startLeaseDriver(cluster, { primary, resource, child: undefined });
    await driver.kill();
    await holders(0);
  });

  it('holds on itself when the child ends first', async () => {
    const driver = await startLeaseDriver(cluster, { primary, resource, child: sleepingChild('first') });
    process.kill(driver.child as number, 'SIGKILL');
    await waitUntil('the child is gone', () => !isRunning(driver.child as number));
    await realClock.sleep(1500);
    expect(await leaseSessions(cluster)).toHaveLength(1);
    await driver.kill();
    await holders(0);
  });

  it('has its child ended when the session is lost as well', async () => {
    const driver = await startLeaseDriver(cluster, { primary, resource, child: sleepingChild('double') });
    await driver.kill();
    const [session] = await leaseSessions(cluster);
    expect(isRunning(driver.child as number)).toBe(true);
    await cluster.sql(`SELECT pg_terminate_backend(${session})`);
    await waitUntil('the child is ended', () => !isRunning(driver.child as number), { timeoutMs: 15_000 });
  });
});
