import { readFileSync, renameSync, rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Failure } from '../../src/model/failure.ts';
import { formatLsn, parseLsn } from '../../src/model/wal.ts';
import type { PostgresNode } from '../../src/model/stanza.ts';
import { readWalPosition, switchWal } from '../../src/postgres/archiver.ts';
import { inspectServer } from '../../src/postgres/inspect-server.ts';
import { locateServer } from '../../src/postgres/locate-server.ts';
import { promoteServer } from '../../src/postgres/promote.ts';
import { queryRows, quoteLiteral, runStatements } from '../../src/postgres/query.ts';
import { readControlData } from '../../src/postgres/read-control-data.ts';
import { readConfiguredSetting } from '../../src/postgres/read-configured-setting.ts';
import { readRecovery } from '../../src/postgres/recovery-progress.ts';
import type { Server } from '../../src/postgres/server.ts';
import { alterSystem, readFileSettings, readSettings } from '../../src/postgres/settings.ts';
import { startServer } from '../../src/postgres/start-server.ts';
import { stopServer } from '../../src/postgres/stop-server.ts';
import { createCluster, type TestCluster } from '../support/cluster.ts';
import { nodeOf } from '../support/postgres-node.ts';
import { waitUntil } from '../support/wait-until.ts';

const deps = { path: '/usr/bin:/bin', currentUid: process.getuid?.() ?? -1 };

function locate(cluster: TestCluster, changes: Partial<PostgresNode> = {}): Promise<Server> {
  return locateServer(nodeOf(cluster, changes), deps);
}

async function failureOf(action: Promise<unknown>): Promise<Failure> {
  try {
    await action;
  } catch (error) {
    return error as Failure;
  }
  throw new Error('it did not fail');
}

describe('a PostgreSQL server', () => {
  it('is found, asked and inspected, running and not', async () => {
    await using cluster = await createCluster({ name: 'ask' });
    const server = await locate(cluster);
    expect(server).toMatchObject({ major: cluster.binaries.major, control: { kind: 'pg_ctl' } });
    expect(server.socketDirectory).toBe(cluster.socketDirectory);
    expect(await inspectServer(server)).toMatchObject({
      running: true,
      accepting: true,
      inRecovery: false,
      pid: cluster.pid(),
      port: cluster.port,
    });

    const odd = `it's a \\ "line"\nand ü`;
    expect(
      await queryRows(server, `SELECT ${quoteLiteral(odd)} AS text, 1 AS n UNION ALL SELECT NULL, 2`),
    ).toEqual([
      { text: odd, n: 1 },
      { text: null, n: 2 },
    ]);
    const control = await readControlData(server);
    expect(control.state).toBe('in production');
    expect(control.dataChecksums).toBe(true);
    expect(control.walSegmentSize).toBe(16 * 1024 * 1024);
    expect(control.parameters).toEqual({
      max_connections: 20,
      max_worker_processes: 8,
      max_wal_senders: 10,
      max_prepared_transactions: 0,
      max_locks_per_transaction: 64,
    });

    await cluster.kill();
    // The pid file of a killed server is still there and names nobody.
    expect(await inspectServer(server)).toEqual({ running: false, accepting: false });
    expect((await locate(cluster)).socketDirectory).toBe(cluster.socketDirectory);
  });

  it('names what is wrong with a question or a connection, and never what was asked', async () => {
    await using cluster = await createCluster({ name: 'err' });
    const server = await locate(cluster);
    const wrong = await failureOf(queryRows(server, `SELECT 'geheim' AS secret, 1/0 AS q`));
    expect(wrong).toMatchObject({ kind: 'server-failed', problem: 'division by zero (SQLSTATE 22012)' });
    const syntax = await failureOf(runStatements(server, [`ALTER ROLE postgres PASSWRD 'geheim'`]));
    expect(JSON.stringify(syntax)).not.toContain('geheim');
    expect(syntax.kind).toBe('server-failed');
    expect(await failureOf(queryRows(server, 'SELECT pg_sleep(5)', { timeoutMs: 200 }))).toMatchObject({
      kind: 'timed-out',
    });
    expect(await failureOf(queryRows(server, 'SELECT 1', { user: 'nobody_at_all' }))).toMatchObject({
      kind: 'server-unreachable',
      problem: expect.stringContaining('role "nobody_at_all" does not exist'),
    });
    cluster.sandbox.write(`${cluster.dataDirectory}/pg_hba.conf`, 'local all all reject\n');
    await cluster.sql('SELECT pg_reload_conf()');
    await waitUntil('nobody gets in', async () => (await inspectServer(server)).inRecovery === undefined);
    expect(await inspectServer(server)).toMatchObject({
      accepting: true,
      problem: expect.stringContaining('pg_hba.conf'),
    });
    await cluster.stop();
    expect(await failureOf(queryRows(server, 'SELECT 1'))).toMatchObject({ kind: 'server-unreachable' });
  });

  it('finds and stops a server whose pid file was taken away', async () => {
    await using cluster = await createCluster({ name: 'moved' });
    const server = await locate(cluster);
    const pid = cluster.pid();
    rmSync(`${cluster.dataDirectory}/postmaster.pid`);
    const found = await inspectServer(server);
    expect(found).toMatchObject({ running: true, accepting: false });
    expect(found.pid).toBe(pid);
    expect(await stopServer(server, { timeoutMs: 30_000 })).toMatchObject({ mode: 'fast' });
    expect(await inspectServer(server)).toEqual({ running: false, accepting: false });
  });

  it.each(['contents', 'directory'])('stops a server whose whole %s was removed under it', async (what) => {
    await using cluster = await createCluster({ name: 'rmrf' });
    const server = await locate(cluster);
    await cluster.sandbox.mustRun('sh', [
      '-c',
      `rm -rf '${cluster.dataDirectory}'${what === 'contents' ? '/*' : ''}`,
    ]);
    expect(await inspectServer(server)).toMatchObject({ running: true, accepting: false });
    expect(await stopServer(server, { timeoutMs: 5000 })).toMatchObject({ clean: false });
    expect(await inspectServer(server)).toEqual({ running: false, accepting: false });
  });

  it('says how a lost data directory can be handled', async () => {
    await using cluster = await createCluster({ name: 'lost', started: false });
    renameSync(cluster.dataDirectory, `${cluster.dataDirectory}.away`);
    expect(await failureOf(locate(cluster))).toMatchObject({ kind: 'nothing-found' });
    const server = await locateServer(nodeOf(cluster), { ...deps, major: cluster.binaries.major });
    expect(server.major).toBe(cluster.binaries.major);
    expect(await inspectServer(server)).toEqual({ running: false, accepting: false });
  });
});

describe('stopping and starting', () => {
  it('stops cleanly and starts again with settings for one start', async () => {
    await using cluster = await createCluster({ name: 'cycle' });
    const server = await locate(cluster);
    expect(await stopServer(server, { timeoutMs: 30_000 })).toEqual({ mode: 'fast', clean: true });
    expect(await stopServer(server, { timeoutMs: 30_000 })).toEqual({ mode: 'fast', clean: true });
    const started = await startServer(server, {
      timeoutMs: 30_000,
      options: { application_name: `it's me; $HOME`, max_connections: '33' },
    });
    expect(started.by).toBe('pg_ctl');
    const settings = await readSettings(server, ['max_connections', 'archive_mode', 'no_such_setting']);
    expect(settings.get('max_connections')).toMatchObject({ value: '33', source: 'command line' });
    expect([...settings.keys()].toSorted()).toEqual(['archive_mode', 'max_connections']);
  });

  it.each([false, true])('stops a server whose data file vanished, unclean (fsync %s)', async (durable) => {
    await using cluster = await createCluster({ name: 'gone', durable });
    const server = await locate(cluster);
    await cluster.sql('CREATE TABLE t AS SELECT generate_series(1, 50000) AS n; CHECKPOINT;');
    const file = await cluster.value(`SELECT pg_relation_filepath('t')`);
    await cluster.sql('UPDATE t SET n = n + 1');
    rmSync(`${cluster.dataDirectory}/${file}`);
    const stopped = await stopServer(server, { timeoutMs: 8000 });
    expect(stopped.clean).toBe(false);
    expect(cluster.isRunning()).toBe(false);
  });

  it('falls back to immediate when archiving holds the fast shutdown up', async () => {
    await using cluster = await createCluster({
      name: 'hang',
      settings: { archive_mode: 'on', archive_command: 'sleep 600' },
    });
    const server = await locate(cluster);
    await cluster.sql('SELECT pg_switch_wal()');
    await waitUntil(
      'the archiver sleeps',
      async () =>
        (await cluster.sql(`SELECT 1 FROM pg_stat_activity WHERE backend_type = 'archiver'`)).length > 0,
    );
    const seen: string[] = [];
    const stopped = await stopServer(server, {
      timeoutMs: 10_000,
      onProgress: ({ mode }) => seen.push(mode),
    });
    expect(stopped).toEqual({ mode: 'immediate', clean: true });
    expect(new Set(seen)).toContain('fast');
  });

  it.each([
    ['port-in-use', { port: 'taken' }],
    ['configuration', { work_mem: 'plenty' }],
    ['library-missing', { shared_preload_libraries: 'no_such_library' }],
    ['socket-path-too-long', { unix_socket_directories: `/tmp/${'x'.repeat(110)}` }],
  ])('tells why it did not start: %s', async (cause, options) => {
    await using taken = await createCluster({ name: 'taken' });
    await using cluster = await createCluster({ name: 'fail', started: false });
    const server = await locate(cluster);
    const given = Object.fromEntries(
      Object.entries(options).map(([name, value]) => [name, value === 'taken' ? String(taken.port) : value]),
    );
    const failure = await failureOf(startServer(server, { timeoutMs: 20_000, options: given }));
    expect(failure.details).toMatchObject({ cause });
    expect(failure).toMatchObject({ kind: 'server-failed', hint: expect.stringMatching(/\.$/) });
  });

  it('tells of wrong permissions', async () => {
    await using cluster = await createCluster({ name: 'mode', started: false });
    await cluster.sandbox.mustRun('chmod', ['0777', cluster.dataDirectory]);
    const failure = await failureOf(startServer(await locate(cluster), { timeoutMs: 20_000 }));
    expect(failure.details).toMatchObject({ cause: 'permissions' });
  });
});

describe('settings and WAL', () => {
  it('changes settings for good and sees which wait for a restart', async () => {
    await using cluster = await createCluster({ name: 'set' });
    const server = await locate(cluster);
    await alterSystem(server, {
      archive_command: `echo 'it''s' %p`,
      archive_mode: 'on',
      archive_timeout: '61',
    });
    const settings = await readSettings(server, ['archive_command', 'archive_mode', 'archive_timeout']);
    await waitUntil('reloaded', async () => (await cluster.value('SHOW archive_timeout')) === '61s');
    expect(settings.get('archive_mode')).toMatchObject({ value: 'off', context: 'postmaster' });
    expect((await readSettings(server, ['archive_mode'])).get('archive_mode')?.pendingRestart).toBe(true);
    expect((await readFileSettings(server, ['archive_mode'])).get('archive_mode')).toBe('on');
    expect(await readConfiguredSetting(server, 'archive_mode')).toBe('on');
    expect(await readConfiguredSetting(server, 'archive_command')).toBe(`echo 'it''s' %p`);
  });

  it('ends a segment and knows its name', async () => {
    await using cluster = await createCluster({ name: 'wal', walSegmentMegabytes: 1 });
    const server = await locate(cluster);
    const before = await readWalPosition(server);
    const switched = await switchWal(server, 'holdfast-test');
    expect(switched.segment).toBe(before.segment);
    expect(parseLsn(formatLsn(switched.lsn))).toBe(switched.lsn);
    expect((await readWalPosition(server)).segment > switched.segment).toBe(true);
  });
});

describe('recovery', () => {
  it('is followed to a paused target and ended', async () => {
    await using cluster = await createCluster({ name: 'rec' });
    const server = await locate(cluster);
    await cluster.sql('CREATE TABLE t (n int); CHECKPOINT; INSERT INTO t VALUES (1)');
    expect(await readRecovery(server)).toMatchObject({ inRecovery: false, paused: false, timeline: 1 });
    await stopServer(server, { timeoutMs: 30_000 });
    // Recovery from its own pg_wal: enough to be a standby.
    cluster.sandbox.write(`${cluster.dataDirectory}/standby.signal`, '');
    await startServer(server, { timeoutMs: 30_000, options: { restore_command: 'false' } });
    await cluster.sql('SELECT pg_wal_replay_pause()');
    const progress = await waitUntil('paused', async () => {
      const now = await readRecovery(server);
      return now.paused ? now : undefined;
    });
    expect(progress).toMatchObject({ inRecovery: true, timeline: 1 });
    expect(progress?.replayLsn).toBeGreaterThan(0n);
    await promoteServer(server, { timeoutMs: 30_000 });
    await promoteServer(server, { timeoutMs: 30_000 });
    expect(await readRecovery(server)).toMatchObject({ inRecovery: false, timeline: 2 });
  });

  it('that needs higher parameters names them', async () => {
    await using cluster = await createCluster({ name: 'low', settings: { max_connections: '50' } });
    const server = await locate(cluster);
    await stopServer(server, { timeoutMs: 30_000 });
    cluster.sandbox.write(`${cluster.dataDirectory}/standby.signal`, '');
    const failure = await failureOf(
      startServer(server, {
        timeoutMs: 20_000,
        options: { max_connections: '10', restore_command: 'false' },
      }),
    );
    expect(failure.details).toMatchObject({
      cause: 'parameter-too-low',
      parameters: { max_connections: 50 },
    });
    expect(readFileSync(`${cluster.dataDirectory}/log/holdfast-start.log`, 'utf8')).toContain(
      'max_connections',
    );
  });
});
