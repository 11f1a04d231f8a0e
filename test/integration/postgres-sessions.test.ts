import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Failure } from '../../src/model/failure.ts';
import { KeptSessions } from '../../src/postgres/kept-sessions.ts';
import { locateServer } from '../../src/postgres/locate-server.ts';
import { queryRow, queryRows, runStatements, type Connectable } from '../../src/postgres/query.ts';
import type { Server } from '../../src/postgres/server.ts';
import { createCluster, type TestCluster } from '../support/cluster.ts';
import { nodeOf } from '../support/postgres-node.ts';
import { waitUntil } from '../support/wait-until.ts';

let cluster: TestCluster;
let server: Server;

beforeAll(async () => {
  cluster = await createCluster({ name: 'kept' });
  server = await locateServer(nodeOf(cluster), {
    path: '/usr/bin:/bin',
    currentUid: process.getuid?.() ?? -1,
  });
});
afterAll(() => cluster[Symbol.asyncDispose]());

async function backendOf(connection: Connectable): Promise<number> {
  return (await queryRow<{ pid: number }>(connection, 'SELECT pg_backend_pid() AS pid')).pid;
}

const connections = async (): Promise<number> =>
  Number(await cluster.value(`SELECT count(*) FROM pg_stat_activity WHERE application_name = 'holdfast'`));

async function failureOf(action: Promise<unknown>): Promise<Failure> {
  return action.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => error as Failure,
  );
}

describe('connections that are kept', () => {
  it('answer one query after the other, and end with their owner', async () => {
    {
      await using sessions = new KeptSessions();
      const kept = { ...server, sessions };
      const first = await backendOf(kept);
      expect(await backendOf(kept)).toBe(first);
      expect(await queryRows(kept, 'SELECT 1 AS one WHERE false')).toEqual([]);
      const looksLike = `SELECT E'holdfast: end of answer\\nholdfast: end of answer' AS text`;
      expect(await queryRow(kept, looksLike)).toEqual({
        text: 'holdfast: end of answer\nholdfast: end of answer',
      });
      expect(await backendOf(kept)).toBe(first);
      expect(await backendOf(server)).not.toBe(first);
      await waitUntil('only the one that is kept is left', async () => (await connections()) === 1);
      expect(await backendOf(kept)).toBe(first);
    }
    await waitUntil('all connections are closed', async () => (await connections()) === 0);
  });

  it('are one for each database, and more where two ask at once', async () => {
    await using sessions = new KeptSessions();
    const kept = { ...server, sessions };
    const name = 'SELECT current_database() AS name, pg_backend_pid() AS pid';
    const [one, other] = await Promise.all([
      queryRow<{ name: string; pid: number }>(kept, name, { database: 'postgres' }),
      queryRow<{ name: string; pid: number }>(kept, name, { database: 'template1' }),
    ]);
    expect([one.name, other.name]).toEqual(['postgres', 'template1']);
    const asked = await Promise.all(
      [1, 2, 3].map((n) => queryRow(kept, `SELECT ${n} AS n, pg_sleep(0.1)::text`)),
    );
    expect(asked).toMatchObject([{ n: 1 }, { n: 2 }, { n: 3 }]);
  });

  it('leave statements a connection of their own', async () => {
    await using sessions = new KeptSessions();
    const kept = { ...server, sessions };
    await backendOf(kept);
    await runStatements(kept, ['SET synchronous_commit = local', 'CREATE TABLE public.kept (n int)']);
    expect(await queryRow(kept, `SELECT current_setting('synchronous_commit') AS value`)).toEqual({
      value: 'on',
    });
  });

  it('fail as a single query does, and are made anew', async () => {
    await using sessions = new KeptSessions();
    const kept = { ...server, sessions };
    const first = await backendOf(kept);
    const error = await failureOf(queryRows(kept, 'SELECT 1/0 AS n'));
    expect(error).toMatchObject({ kind: 'server-failed', details: { sqlState: '22012' } });
    const second = await backendOf(kept);
    expect(second).not.toBe(first);
    const late = await failureOf(queryRows(kept, 'SELECT pg_sleep(20)::text', { timeoutMs: 50 }));
    expect(late.kind).toBe('timed-out');
    expect(
      await queryRow(kept, `SELECT current_setting('statement_timeout') AS value`, { timeoutMs: 7000 }),
    ).toEqual({
      value: '7s',
    });
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 100);
    const stopped = await failureOf(queryRows(kept, 'SELECT pg_sleep(20)::text', { signal: abort.signal }));
    expect(stopped.kind).toBe('interrupted');
    expect(await backendOf(kept)).toBeGreaterThan(0);
    expect(
      (
        await failureOf(
          queryRows({ ...kept, psql: '/nowhere/psql', node: { ...kept.node, port: 1 } }, 'SELECT 1'),
        )
      ).kind,
    ).toBe('server-unreachable');
  });

  it('survive that the server ends them, stops and comes back', async () => {
    await using sessions = new KeptSessions();
    const kept = { ...server, sessions };
    const first = await backendOf(kept);
    await cluster.sql(`SELECT pg_terminate_backend(${first})`);
    expect(await backendOf(kept)).not.toBe(first);
    await cluster.stop();
    expect((await failureOf(backendOf(kept))).kind).toBe('server-unreachable');
    await cluster.start();
    expect(await backendOf(kept)).toBeGreaterThan(0);
  });

  it('leave none behind for what asks while they are closed, or later', async () => {
    const sessions = new KeptSessions();
    const kept = { ...server, sessions };
    const pending = queryRow(kept, 'SELECT 1 AS n, pg_sleep(0.3)::text');
    const second = queryRow(kept, 'SELECT 2 AS n, pg_sleep(0.3)::text');
    const closing = sessions[Symbol.asyncDispose]();
    expect(await backendOf(kept)).toBeGreaterThan(0);
    await closing;
    expect(await Promise.all([pending, second])).toMatchObject([{ n: 1 }, { n: 2 }]);
    expect(await backendOf(kept)).toBeGreaterThan(0);
    await waitUntil('all connections are closed', async () => (await connections()) === 0);
  });
});
