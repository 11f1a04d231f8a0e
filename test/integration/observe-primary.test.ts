import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Stanza } from '../../src/config/configuration.ts';
import { observePrimary } from '../../src/jobs/observe/observe-primary.ts';
import { nodeOf } from '../support/postgres-node.ts';
import { createPrimaryBed, type PrimaryBed } from '../support/primary-bed.ts';

let bed: PrimaryBed;

beforeAll(async () => {
  bed = await createPrimaryBed('look');
});
afterAll(() => bed?.[Symbol.asyncDispose]());

const look = () => observePrimary(bed.stanza, bed.deps, new AbortController().signal);

describe('a look at the primary', () => {
  it('tells where it is, who it is and how its archiving goes', async () => {
    const { cluster } = bed;
    const seen = await look();
    const system = await cluster.value('SELECT system_identifier::text FROM pg_control_system()');
    expect(seen).toMatchObject({
      host: undefined,
      systemIdentifier: BigInt(system),
      major: cluster.binaries.major,
      timeline: 1,
      history: [],
      segmentSize: 1024 * 1024,
      archiveMode: 'on',
      heartbeat: undefined,
    });
    expect(Math.abs(seen.clockAheadMs)).toBeLessThan(5000);
    expect(seen.walDirectory?.segments).toBeGreaterThan(0);
    expect(seen.walDirectory?.availableBytes).toBeGreaterThan(0);
    const behind = await cluster.value(`SELECT pg_current_wal_insert_lsn() - '0/0'`);
    expect(Number(seen.insertLsn)).toBeLessThanOrEqual(Number(behind));
    expect(Number(seen.insertLsn)).toBeGreaterThan(Number(behind) - 1024 * 1024);
  });

  it('of another host asks the server for what lies in pg_wal, where the role may', async () => {
    const { cluster } = bed;
    await cluster.sql('CREATE ROLE watcher LOGIN');
    const remote = (databaseUser: string): Stanza => ({
      ...bed.stanza,
      nodes: [nodeOf(cluster, { host: '127.0.0.1', databaseUser })],
    });
    const lookAs = (user: string) => observePrimary(remote(user), bed.deps, new AbortController().signal);
    const local = await look();
    // Nothing is granted: what everybody may see is seen, and the rest is unknown.
    expect(await lookAs('watcher')).toMatchObject({
      host: '127.0.0.1',
      systemIdentifier: local.systemIdentifier,
      timeline: 1,
      segmentSize: 1024 * 1024,
      walDirectory: undefined,
    });
    await cluster.sql('GRANT EXECUTE ON FUNCTION pg_ls_waldir(), pg_ls_archive_statusdir() TO watcher');
    expect((await lookAs('watcher')).walDirectory).toEqual({
      segments: local.walDirectory?.segments,
      bytes: local.walDirectory?.bytes,
      ready: 0,
      availableBytes: undefined,
      totalBytes: undefined,
    });
  });

  it('reads the history of a timeline from files or through the server, and remembers the looks before', async () => {
    const { cluster } = bed;
    const before = (await look()).track.length;
    await cluster.stop();
    cluster.sandbox.write(`${cluster.dataDirectory}/standby.signal`, '');
    await cluster.start();
    await expect(look()).rejects.toMatchObject({
      kind: 'server-unreachable',
      problem: expect.stringContaining('it is a standby') as unknown,
    });
    await cluster.sql('SELECT pg_promote()');
    const local = await look();
    expect(local).toMatchObject({ timeline: 2, history: [{ timeline: 1 }] });
    expect(local.track).toHaveLength(before + 1);
    const nodes = [nodeOf(cluster, { host: '127.0.0.1', databaseUser: 'postgres' })];
    const remote = await observePrimary({ ...bed.stanza, nodes }, bed.deps, new AbortController().signal);
    expect(remote.history).toEqual(local.history);
    const unread = [nodeOf(cluster, { host: '127.0.0.1', databaseUser: 'watcher' })];
    const blind = await observePrimary(
      { ...bed.stanza, nodes: unread },
      bed.deps,
      new AbortController().signal,
    );
    expect(blind).toMatchObject({ timeline: 2, history: undefined });
  });
});
