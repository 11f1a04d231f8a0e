import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Stanza } from '../../src/config/configuration.ts';
import { Heart } from '../../src/jobs/heartbeat/heart.ts';
import { observePrimary } from '../../src/jobs/observe/observe-primary.ts';
import { formatLsn } from '../../src/model/wal.ts';
import { heartbeatTableStatements, readHeartbeatTable } from '../../src/postgres/heartbeat-table.ts';
import { locateServer } from '../../src/postgres/locate-server.ts';
import { writeHeartbeat } from '../../src/postgres/write-heartbeat.ts';
import type { PrimaryObservation } from '../../src/status/primary-observation.ts';
import { createPrimaryBed, type PrimaryBed } from '../support/primary-bed.ts';
import { waitUntil } from '../support/wait-until.ts';

let bed: PrimaryBed;

beforeAll(async () => {
  bed = await createPrimaryBed('beat');
});
afterAll(() => bed?.[Symbol.asyncDispose]());

/** A look of a daemon that has just started: a heartbeat is due. */
async function lookAndBeat(form: 'message' | 'table' | 'off'): Promise<PrimaryObservation> {
  const stanza: Stanza = { ...bed.stanza, heartbeat: { form, every: 60 } };
  const heart = new Heart({ ...bed.deps, random: Math.random });
  return observePrimary(stanza, { ...bed.deps, heart }, new AbortController().signal);
}

/** Descriptions of WAL records between two positions. */
async function recordsBetween(from: bigint, to: bigint): Promise<string> {
  const { cluster } = bed;
  return cluster.sandbox
    .mustRun(`${cluster.binaries.directory}/pg_waldump`, [
      '--path',
      `${cluster.dataDirectory}/pg_wal`,
      `--start=${formatLsn(from)}`,
      `--end=${formatLsn(to)}`,
    ])
    .then(({ stdout }) => stdout);
}

describe('a heartbeat', () => {
  it('is a commit in WAL behind a message that says whose it is', async () => {
    const before = await observePrimary(bed.stanza, bed.deps, new AbortController().signal);
    const { heartbeat, heartbeatFailure } = await lookAndBeat('message');
    expect(heartbeatFailure).toBeUndefined();
    if (heartbeat === undefined) throw new Error('no heartbeat');
    const records = await recordsBetween(before.insertLsn, heartbeat.lsn);
    expect(records).toMatch(/LogicalMessage .*transactional, .*prefix "holdfast"/);
    expect(records).toMatch(/Transaction .*COMMIT/);
    expect(Math.abs(heartbeat.at - Date.now())).toBeLessThan(10_000);
    // A restore target is compared with the time of the commit, which must not be before what we say.
    const commit = /COMMIT (\d{4}-\S+ \S+ \S+)/.exec(records)?.[1] ?? '';
    expect(new Date(commit.replace(' UTC', 'Z').replace(' ', 'T')).getTime()).toBeGreaterThanOrEqual(
      heartbeat.at,
    );
    // Small: a few hundred bytes and, now and then, nothing more.
    expect(Number(heartbeat.lsn - before.insertLsn)).toBeLessThan(1000);
  });

  it('carries time, stanza, database, timeline, a name of this Holdfast and its number', async () => {
    const { cluster } = bed;
    await cluster.sql(`ALTER SYSTEM SET wal_level = 'logical'`);
    await cluster.stop();
    await cluster.start();
    await cluster.sql(`SELECT pg_create_logical_replication_slot('probe', 'test_decoding')`);
    const { heartbeat, systemIdentifier } = await lookAndBeat('message');
    const told = await cluster.value(
      `SELECT string_agg(data, E'\\n') FROM pg_logical_slot_get_changes('probe', NULL, NULL) WHERE data LIKE 'message%'`,
    );
    const content: unknown = JSON.parse(/content:(\{.*\})/.exec(told)?.[1] ?? '{}');
    expect(content).toEqual({
      stanza: 'main',
      systemIdentifier: String(systemIdentifier),
      timeline: 1,
      installation: expect.stringMatching(/^[0-9a-f]{12}$/) as unknown,
      sequence: 2,
      at: heartbeat?.at,
    });
    await cluster.sql(`SELECT pg_drop_replication_slot('probe')`);
  });

  it('comes when it is due and not sooner, and is numbered on after a restart of the daemon', async () => {
    const stanza: Stanza = { ...bed.stanza, heartbeat: { form: 'message', every: 60 } };
    let clock = 0;
    const heart = new Heart({
      journal: bed.journal,
      random: Math.random,
      clock: { now: () => Date.now(), monotonic: () => clock },
    });
    const look = async () =>
      (await observePrimary(stanza, { ...bed.deps, heart }, new AbortController().signal)).heartbeat?.lsn;
    const first = await look();
    clock = 50_000;
    expect(await look()).toBe(first);
    clock = 59_000;
    expect(await look()).not.toBe(first);
    const sequence = bed.journal.samples.lastHeartbeat('main')?.sequence ?? 0;
    await lookAndBeat('message');
    expect(bed.journal.samples.lastHeartbeat('main')?.sequence).toBe(sequence + 1);
  });

  it('is not written where it is off, nor by a look without a heart', async () => {
    const last = bed.journal.samples.lastHeartbeat('main');
    await lookAndBeat('off');
    await observePrimary(bed.stanza, bed.deps, new AbortController().signal);
    expect(bed.journal.samples.lastHeartbeat('main')).toEqual(last);
  });

  it('of the form table is one row, which setup makes for a role that may do nothing else', async () => {
    const failed = await lookAndBeat('table');
    expect(failed.heartbeatFailure?.problem).toMatch(/holdfast\.heartbeat" does not exist/);
    const server = await locateServer(bed.stanza.nodes[0] as never, bed.deps);
    await bed.cluster.sql('CREATE ROLE backups LOGIN');
    const make = async () => heartbeatTableStatements('backups', await readHeartbeatTable(server, 'backups'));
    await bed.cluster.sql((await make()).join(';'));
    expect(await make()).toEqual([]);
    await lookAndBeat('table');
    const { heartbeat } = await lookAndBeat('table');
    const rows = await bed.cluster.sql(
      `SELECT stanza, timeline, floor(extract(epoch FROM at) * 1000)::bigint AS at FROM holdfast.heartbeat`,
    );
    expect(rows).toEqual([{ stanza: 'main', timeline: '1', at: String(heartbeat?.at) }]);
    await expect(
      writeHeartbeat(
        server,
        'table',
        {
          stanza: 'main',
          systemIdentifier: failed.systemIdentifier,
          timeline: 1,
          installation: 'x',
          sequence: 9,
        },
        { user: 'backups' },
      ),
    ).resolves.toMatchObject({ at: expect.any(Number) as unknown });
  });

  it.each(['message', 'table'] as const)(
    'of the form %s is never written to another database, nor on another timeline',
    async (form) => {
      const server = await locateServer(bed.stanza.nodes[0] as never, bed.deps);
      const nextXid = () => bed.cluster.value('SELECT pg_snapshot_xmax(pg_current_snapshot())::text');
      const xid = await nextXid();
      const { systemIdentifier } = await observePrimary(bed.stanza, bed.deps, new AbortController().signal);
      const right = { stanza: 'main', systemIdentifier, timeline: 1, installation: 'x', sequence: 1 };
      for (const wrong of [{ systemIdentifier: 1n }, { timeline: 2 }])
        await expect(writeHeartbeat(server, form, { ...right, ...wrong })).rejects.toMatchObject({
          kind: 'server-failed',
          problem: expect.stringContaining('no longer the primary') as unknown,
        });
      expect(await nextXid()).toBe(xid);
    },
  );

  it('waits for no standby', async () => {
    await bed.cluster.sql(
      `ALTER SYSTEM SET synchronous_standby_names = 'nobody'; SELECT pg_reload_conf(); SELECT pg_sleep(0.2)`,
    );
    const began = Date.now();
    expect((await lookAndBeat('message')).heartbeatFailure).toBeUndefined();
    expect((await lookAndBeat('table')).heartbeatFailure).toBeUndefined();
    expect(Date.now() - began).toBeLessThan(30_000);
    await bed.cluster.sql(`SET synchronous_commit = local; ALTER SYSTEM RESET synchronous_standby_names`);
    await bed.cluster.sql('SELECT pg_reload_conf()');
  });

  it('that waits for a lock fails in time, and the look goes on', async () => {
    const { cluster } = bed;
    const held = cluster.sql('BEGIN; LOCK TABLE holdfast.heartbeat; SELECT pg_sleep(20); COMMIT');
    const locks = `SELECT count(*) FROM pg_locks
      WHERE relation = 'holdfast.heartbeat'::regclass AND mode = 'AccessExclusiveLock' AND granted`;
    await waitUntil('the table is locked', async () => (await cluster.value(locks)) === '1');
    const seen = await lookAndBeat('table');
    expect(seen.heartbeatFailure?.problem).toMatch(/no answer within 5000 ms/);
    expect(seen.insertLsn).toBeGreaterThan(0n);
    await held;
  });
});
