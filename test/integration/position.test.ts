import { chmodSync, readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { segmentName, segmentNumberOf, wholeSegmentOf } from '../../src/model/wal.ts';
import { appendKnownRows, archiveWal, createKnownRows } from '../support/data.ts';
import { createLookBed, type LookBed } from '../support/look-bed.ts';
import { createProtectedBed, type ProtectedBed } from '../support/protected-bed.ts';
import { forArchiving, waitUntil } from '../support/wait-until.ts';

let bed: ProtectedBed;
let looks: LookBed;

beforeAll(async () => {
  bed = await createProtectedBed({ name: 'place', keys: { objectives: { rpo: '10m' } } });
  looks = await createLookBed(bed);
  // The smallest that there is, so that an idle cluster is one soon.
  await bed.cluster.sql(`ALTER SYSTEM SET archive_timeout = '1s'`);
  await bed.cluster.sql('SELECT pg_reload_conf()');
  await createKnownRows(bed.cluster, 10);
  await bed.backup('full');
});
afterAll(async () => {
  await looks?.[Symbol.asyncDispose]();
  await bed?.[Symbol.asyncDispose]();
});

async function writeSegments(count: number): Promise<void> {
  for (let segment = 0; segment < count; segment += 1) {
    await appendKnownRows(bed.cluster, 10);
    await bed.cluster.sql('SELECT pg_switch_wal()');
  }
}

function setWritable(writable: boolean): void {
  const archive = `${bed.configuration.repository('local')}/archive/main/${bed.cluster.binaries.major}-1`;
  for (const name of readdirSync(archive).filter((one) => /^[0-9A-F]{16}$/.test(one)))
    chmodSync(`${archive}/${name}`, writable ? 0o750 : 0o500);
}

const problems = (): readonly string[] => looks.rules().filter((rule) => !rule.includes('clock-differs'));
/** PostgreSQL tries again after a minute where three attempts failed, and at once when it is told to read its settings. */
const archiveAgain = async (): Promise<void> => {
  await bed.cluster.sql('SELECT pg_reload_conf()');
  await archiveWal(bed.cluster);
};

describe('an idle cluster', () => {
  it('is not behind, and its heartbeat tells up to when can be restored', async () => {
    await archiveWal(bed.cluster);
    // Not before nothing was written for longer than archive_timeout; what the server itself still writes comes first.
    await waitUntil(
      'it is seen to be idle',
      async () => {
        await looks.look();
        return ['idle', 'complete'].includes(looks.position().state);
      },
      { timeoutMs: 120_000, everyMs: 5000 },
    );
    expect(looks.position().behindSegments).toBe(0);
    expect(looks.position().loss).toMatchObject({ atMostMs: 0 });
    expect(problems()).toEqual([]);

    await looks.lookAtPrimary(true);
    const heartbeat = looks.host.deps.journal.samples.lastHeartbeat('main');
    if (heartbeat === undefined) throw new Error('there was no heartbeat');
    const archived = (): string[] =>
      readdirSync(
        `${bed.configuration.repository('local')}/archive/main/${bed.cluster.binaries.major}-1/0000000100000000`,
      );
    // archive_timeout ends the segment that holds it, because a heartbeat is a commit. The one before may still be on its way.
    const segmentSize = 1024 * 1024;
    const { timeline, lsn } = heartbeat;
    const segment = segmentName({ timeline, number: segmentNumberOf(lsn, segmentSize) }, segmentSize);
    await waitUntil(
      'the heartbeat is archived',
      () => archived().some((name) => wholeSegmentOf(name) === segment),
      forArchiving,
    );
    const { archives } = await looks.look();
    expect(archives?.[0]?.archive.value?.windows?.contiguous.at(-1)?.to).toMatchObject({
      time: heartbeat.at,
      timeFrom: 'heartbeat',
    });
    expect(problems()).toEqual([]);
  });
});

describe('a cluster that writes', () => {
  it('is not behind right after its segments were switched', async () => {
    await writeSegments(3);
    await looks.look();
    expect(looks.position().state).not.toBe('behind');
    await archiveWal(bed.cluster);
    await looks.look();
    expect(looks.position().behindSegments).toBe(0);
    expect(problems()).toEqual([]);
  });

  it('is behind by what a repository does not take, for as long as it does not', async () => {
    setWritable(false);
    try {
      await writeSegments(4);
      await looks.lookAtPrimary();
      looks.travel(700_000);
      await looks.look();
      const { state, behindSegments, behindMs, loss } = looks.position();
      expect(state).toBe('behind');
      expect(behindSegments).toBeGreaterThanOrEqual(4);
      expect(behindMs).toBeGreaterThanOrEqual(699_000);
      expect(loss?.atLeastMs).toBeGreaterThan(0);
      expect(problems()).toContain('critical archive-behind');
      await waitUntil('PostgreSQL notices', async () => {
        await looks.lookAtPrimary();
        return problems().includes('critical archiver-failing');
      });
      expect(problems()).not.toContain('critical archived-but-missing');
    } finally {
      setWritable(true);
    }
    await archiveAgain();
    await looks.look();
    expect(looks.position().behindSegments).toBe(0);
    expect(problems()).toEqual([]);
  });
});

describe('an archive_command that ends well whatever happens', () => {
  it('is found out by what is not in the repository', async () => {
    const { cluster } = bed;
    const command = await cluster.value('SHOW archive_command');
    const set = async (value: string): Promise<void> => {
      await cluster.sql(`ALTER SYSTEM SET archive_command = '${value.replaceAll("'", "''")}'`);
      await cluster.sql('SELECT pg_reload_conf()');
    };
    setWritable(false);
    try {
      await set(`${command} || true`);
      const archived = async (): Promise<number> =>
        Number(await cluster.value('SELECT archived_count FROM pg_stat_archiver'));
      const before = await archived();
      await writeSegments(3);
      await waitUntil('the archiver lies', async () => (await archived()) >= before + 3);
      await looks.lookAtPrimary();
      expect(problems()).not.toContain('critical archiver-failing');
      await delay(2500);
      await looks.look();
      expect(problems()).toContain('critical archived-but-missing');
    } finally {
      setWritable(true);
      await set(command);
    }
    await archiveWal(cluster);
    await bed.backup('full');
    await archiveWal(cluster);
    await looks.look();
    expect(problems().filter((rule) => rule.startsWith('critical'))).toEqual([]);
  });
});

describe('a standby that was promoted', () => {
  it('is followed to its timeline, and is not behind', async () => {
    const { cluster } = bed;
    await cluster.stop();
    cluster.sandbox.write(`${cluster.dataDirectory}/standby.signal`, '');
    await cluster.start();
    await looks.look();
    expect(problems()).toContain('critical primary-unknown');
    expect(looks.findings().find(({ rule }) => rule === 'primary-unknown')?.evidence).toMatch(
      /it is a standby/,
    );

    await cluster.sql('SELECT pg_promote()');
    await appendKnownRows(cluster, 10);
    await archiveWal(cluster);
    const { primaries } = await looks.look(true);
    const primary = primaries?.[0]?.primary.value;
    expect(primary).toMatchObject({ timeline: 2, heartbeat: { timeline: 2 } });
    expect(primary?.history).toMatchObject([{ timeline: 1 }]);
    expect(looks.position()).toMatchObject({ behindSegments: 0 });
    expect(problems().filter((rule) => rule.startsWith('critical'))).toEqual([]);
  });
});
