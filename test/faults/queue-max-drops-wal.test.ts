import { chmodSync, readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { appendKnownRows, archiveWal, createKnownRows } from '../support/data.ts';
import { runPlainEngine } from '../support/engine-copy.ts';
import { createLookBed, type LookBed } from '../support/look-bed.ts';
import { createProtectedBed, type ProtectedBed } from '../support/protected-bed.ts';
import { waitUntil } from '../support/wait-until.ts';

/*
 * Silent failure 3: with archive-push-queue-max pgBackRest throws WAL away when too much of it waits, and reports
 * success. archived_count grows; afterwards check, verify and info are green.
 */
let bed: ProtectedBed;
let looks: LookBed;

beforeAll(async () => {
  // Tries again at once: PostgreSQL waits a minute after three failures, which no setting changes.
  bed = await createProtectedBed({
    name: 'drops',
    keys: { options: { 'archive-push-queue-max': '3MiB' }, objectives: { rpo: '1h' } },
    cluster: { settings: { archive_timeout: '1h' } },
  });
  looks = await createLookBed(bed);
  await createKnownRows(bed.cluster, 10);
  await bed.backup('full');
  await archiveWal(bed.cluster);
});
afterAll(async () => {
  await looks?.[Symbol.asyncDispose]();
  await bed?.[Symbol.asyncDispose]();
});

const count = async (): Promise<number> =>
  Number(await bed.cluster.value('SELECT archived_count FROM pg_stat_archiver'));

/** Writes rows and ends their segment. */
async function writeSegment(): Promise<void> {
  await appendKnownRows(bed.cluster, 10);
  await bed.cluster.sql('SELECT pg_switch_wal()');
}

/** The directory of the newest segments, which cannot be written to meanwhile. */
async function whileUnwritable(work: () => Promise<void>): Promise<void> {
  const archive = `${bed.configuration.repository('local')}/archive/main/${bed.cluster.binaries.major}-1`;
  const [directory] = readdirSync(archive).filter((name) => /^[0-9A-F]{16}$/.test(name));
  chmodSync(`${archive}/${directory}`, 0o500);
  try {
    await work();
  } finally {
    chmodSync(`${archive}/${directory}`, 0o750);
  }
}

it('is seen while it happens, when pgBackRest is green again, and until a new backup', async () => {
  await looks.look();
  expect(looks.rules().filter((rule) => rule.startsWith('critical'))).toEqual([]);

  await whileUnwritable(async () => {
    const before = await count();
    for (let segment = 0; segment < 6; segment += 1) await writeSegment();
    await waitUntil('pgBackRest drops WAL', async () => (await count()) > before + 3, { timeoutMs: 120_000 });
    // pg_stat_archiver grows as if all was well.
    await looks.lookAtPrimary();
    await delay(2500);
    await looks.look();
    const found = looks.findings().find(({ rule }) => rule === 'archived-but-missing');
    expect(found).toMatchObject({ severity: 'critical', repository: 'local' });
    expect(found?.evidence).toMatch(
      /was archived; in the repository at .*: [0-9A-F]{24}, \d segments before it/,
    );
  });

  // The repository is back, WAL is archived again, and pgBackRest finds nothing.
  await archiveWal(bed.cluster);
  for (const command of ['check', 'verify', 'info']) {
    const { code, stdout } = await runPlainEngine(bed, bed.configuration.engineFile, command);
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/error|missing from/i);
  }
  await looks.look();
  expect(looks.rules()).toContain('critical wal-hole');
  expect(looks.rules()).not.toContain('critical archived-but-missing');
  const { loss } = looks.position();
  expect(loss?.atLeastMs).toBeGreaterThan(0);

  // A new backup begins a new window; what is lost stays named.
  await bed.backup('full');
  await archiveWal(bed.cluster);
  // Also within the second in which it ended, and for a clock that is behind.
  looks.travel(-1500);
  await looks.look(true);
  looks.travel(1500);
  const holes = looks
    .findings()
    .filter(({ rule, severity }) => rule === 'wal-hole' && severity === 'critical');
  expect(holes).toEqual([]);
  expect(looks.rules().filter((rule) => rule.startsWith('critical'))).toEqual([]);
  expect(looks.position().behindSegments).toBe(0);
});
