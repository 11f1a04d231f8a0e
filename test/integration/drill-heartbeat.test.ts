import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DrillCheckResult } from '../../src/model/drill.ts';
import type { HeartbeatSettings } from '../../src/model/heartbeat.ts';
import { locateServer } from '../../src/postgres/locate-server.ts';
import type { Server } from '../../src/postgres/server.ts';
import { writeHeartbeat } from '../../src/postgres/write-heartbeat.ts';
import { archiveWal, createKnownRows, noteMoment } from '../support/data.ts';
import { type DrillBed, type DrillCopy, openDrillBed } from '../support/drill-bed.ts';
import { nodeOf } from '../support/postgres-node.ts';
import { createProtectedBed, type ProtectedBed } from '../support/protected-bed.ts';

/* What a drill says of heartbeats is compared with those that were written, when, and what came back. */
let bed: ProtectedBed;
let drills: DrillBed;
let production: Server;
let systemIdentifier: bigint;
let sequence = 0;

beforeAll(async () => {
  bed = await createProtectedBed({ name: 'beats', keys: { heartbeat: { form: 'table', every: '1m' } } });
  await createKnownRows(bed.cluster, 10);
  drills = await openDrillBed(bed);
  const { cluster } = bed;
  production = await locateServer(
    nodeOf(cluster, { socketPath: cluster.socketDirectory, osUser: 'postgres' }),
    {
      path: '/usr/bin:/bin',
      currentUid: process.getuid?.() ?? 0,
    },
  );
  systemIdentifier = BigInt(await cluster.value('SELECT system_identifier FROM pg_control_system()'));
  await bed.backup('full');
});
afterAll(async () => {
  drills?.[Symbol.dispose]();
  await bed?.[Symbol.asyncDispose]();
});

/** Writes one, and the journal knows of it. @returns when, epoch milliseconds */
async function beat(form: 'message' | 'table', timeline = 1): Promise<number> {
  sequence += 1;
  const identity = { stanza: 'main', systemIdentifier, timeline, installation: 'test', sequence };
  const written = await writeHeartbeat(production, form, identity);
  drills.deps.journal.samples.noteHeartbeat('main', { ...identity, ...written });
  return written.at;
}

async function check(
  copy: DrillCopy,
  form: HeartbeatSettings['form'],
  change: Parameters<DrillCopy['check']>[1] = {},
): Promise<DrillCheckResult> {
  const results = await copy.check(['heartbeat'], {
    stanza: { name: 'main', heartbeat: { form, every: 60 } },
    ...change,
  });
  return results[1] as DrillCheckResult;
}

const iso = (at: number): string => new Date(at).toISOString();

describe('the heartbeat that came back', () => {
  it('is read from the WAL, and gives what would have been lost', async () => {
    await beat('message');
    const last = await beat('message');
    // Rolled back: its message is in the WAL, but it was never committed.
    await bed.cluster.sql(
      `BEGIN; SELECT pg_logical_emit_message(true, 'holdfast', '{"stanza":"main","at":9999999999999}'); ROLLBACK`,
    );
    await archiveWal(bed.cluster);
    await using copy = await drills.copy();
    const { result, facts } = await check(copy, 'message', { beganAt: last + 42_000 });
    expect(result).toBe('passed');
    expect(facts).toMatchObject({ evidence: 'wal', foundAt: iso(last), knownAt: iso(last) });
    // The commit itself, and what was written after it, came back too.
    const newest = Date.parse(String(facts['newestAt']));
    expect(newest).toBeGreaterThanOrEqual(last);
    expect(facts['rpoSeconds']).toBe((last + 42_000 - newest) / 1000);
  });

  it('is told by a drill host as well, whose journal never saw one', async () => {
    const last = await beat('message');
    await archiveWal(bed.cluster);
    await using copy = await drills.copy();
    const samples = { heartbeatBefore: () => undefined };
    const { result, facts } = await check(copy, 'message', { journal: { samples } as never });
    expect([result, facts['foundAt'], facts['knownAt']]).toEqual(['passed', iso(last), null]);
  });

  it('is read from its table', async () => {
    const last = await beat('table');
    await archiveWal(bed.cluster);
    await using copy = await drills.copy();
    const { result, facts } = await check(copy, 'table', { beganAt: last + 5000 });
    expect(result).toBe('passed');
    expect(facts).toMatchObject({ evidence: 'table', foundAt: iso(last) });
    // What was planted: a row that is older than what was committed before, and none at all.
    await copy.sql(`UPDATE holdfast.heartbeat SET at = at - interval '1 minute'`);
    expect(await check(copy, 'table')).toMatchObject({
      result: 'failed',
      detail: expect.stringContaining(`but that of ${iso(last)} was committed before`),
    });
    await copy.sql('DROP TABLE holdfast.heartbeat');
    expect(await check(copy, 'table')).toMatchObject({
      result: 'failed',
      detail: `the heartbeat of ${iso(last)} was committed before and is not there`,
    });
  });

  it('of a moment is the last one before it, and no loss is told', async () => {
    const before = await beat('message');
    await bed.cluster.sql('SELECT pg_sleep(0.1)');
    const { time } = await noteMoment(bed.cluster);
    await bed.cluster.sql('SELECT pg_sleep(0.1)');
    await beat('message');
    await archiveWal(bed.cluster);
    const microseconds = BigInt(Date.parse(time.replace(' ', 'T').replace('+00', 'Z'))) * 1000n;
    await using copy = await drills.copy({ kind: 'time', microseconds, given: time, zone: 'UTC' });
    const { result, facts } = await check(copy, 'message');
    expect(result).toBe('passed');
    expect(facts).toMatchObject({ foundAt: iso(before), rpoSeconds: null });
    expect(facts['distanceSeconds']).toBeGreaterThan(0.05);
    expect(facts['distanceSeconds']).toBeLessThan(60);
  });

  it('is known by its position where its WAL is in the archive no more', async () => {
    const last = await beat('message');
    const segment = await archiveWal(bed.cluster);
    await using copy = await drills.copy();
    await bed.sandbox.mustRun('sh', ['-c', `rm -f ${copy.made.record.dataDirectory}/pg_wal/00000001*`]);
    const archive = `${bed.configuration.repository('local')}/archive/main`;
    const hide = async (from: string, to: string): Promise<unknown> =>
      bed.sandbox.mustRun('sh', [
        '-c',
        `for file in ${archive}/*/*/${segment}*${from}; do mv "$file" "$\{file%${from}}${to}"; done`,
      ]);
    await hide('', '.away');
    const { result, facts } = await check(copy, 'message');
    await hide('.away', '');
    expect([result, facts['evidence'], facts['foundAt']]).toEqual(['passed', 'position', iso(last)]);
  });

  it('is not looked for where there is none', async () => {
    await using copy = await drills.copy();
    expect(await check(copy, 'off')).toMatchObject({ result: 'not-applicable' });
    const samples = { heartbeatBefore: () => undefined };
    await copy.sql('DROP TABLE IF EXISTS holdfast.heartbeat');
    const never = await check(copy, 'table', { journal: { samples } as never });
    expect(never).toMatchObject({
      result: 'not-applicable',
      detail: expect.stringContaining('no heartbeat was written'),
    });
  });
});
