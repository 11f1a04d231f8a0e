import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  appendKnownRows,
  archiveWal,
  createKnownRows,
  noteMoment,
  passSecond,
  readKnownRows,
} from '../support/data.ts';
import { hashTree, listFiles } from '../support/hash-tree.ts';
import { runHoldfast } from '../support/holdfast.ts';
import { processesOf } from '../support/processes.ts';
import { createProtectedBed, type ProtectedBed, type RefusedDocument } from '../support/protected-bed.ts';
import { waitUntil } from '../support/wait-until.ts';

/*
 * One history with everything in it that a target can be refused for. A segment is taken out of the archive, so that
 * there is a hole between the two sets:
 *   first set | BEFORE HOLE | (hole) | IN HOLE | second set | AFTER | end of the archive
 */
let bed: ProtectedBed;
let early: string;
let beforeHole: string;
let inHole: string;
let after: string;
let secondSet: string;

beforeAll(async () => {
  bed = await createProtectedBed({ name: 'refuse' });
  const { cluster } = bed;
  await createKnownRows(cluster, 10);
  early = (await noteMoment(cluster)).time;
  await passSecond(cluster);
  await bed.backup('full');
  await passSecond(cluster);
  const step = async (): Promise<string> => {
    await appendKnownRows(cluster, 10);
    const { time } = await noteMoment(cluster);
    await appendKnownRows(cluster, 10);
    return time;
  };
  beforeHole = await step();
  await archiveWal(cluster);
  await appendKnownRows(cluster, 10);
  const lost = await archiveWal(cluster);
  inHole = await step();
  await archiveWal(cluster);
  secondSet = await bed.backup('full');
  await passSecond(cluster);
  after = await step();
  await archiveWal(cluster);
  removeSegment(lost);
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

function removeSegment(name: string): void {
  const root = `${bed.configuration.repository('local')}/archive/main`;
  const file = listFiles(root).find((path) => path.includes(`/${name}-`));
  if (file === undefined) throw new Error(`${name} is not in ${root}`);
  rmSync(file);
}

/** The stored file of a segment of the archive, counted from its end. */
function storedAt(place: number): string {
  const root = `${bed.configuration.repository('local')}/archive/main`;
  const stored = listFiles(root).filter((path) => /\/[0-9A-F]{24}-[0-9a-f]{40}/.test(`/${path}`));
  return stored.toSorted().at(place) ?? '';
}

/** Into a directory that does not exist: what the running server has not archived yet does not count. */
const beside = (...words: readonly string[]): readonly string[] => [
  ...words,
  '--into',
  bed.sandbox.file('nowhere'),
];

/** Every target that a refusal offers must work. */
async function expectOffersWork(refused: RefusedDocument): Promise<void> {
  expect(refused.nearest.length).toBeGreaterThan(0);
  for (const words of refused.nearest) await bed.plan(...beside(...words));
  expect(refused.hint).toMatch(/holdfast restore --to /);
}

describe('a refused target', () => {
  it('after the last archived commit', async () => {
    const { time } = await noteMoment(bed.cluster);
    const refused = await bed.refuse(...beside('--to', time));
    expect(refused).toMatchObject({ kind: 'target-unreachable', rules: ['target-after-last-commit'] });
    await expectOffersWork(refused);
    const far = await bed.refuse(...beside('--to', 'lsn:FFFF/0'));
    expect(far.rules).toEqual(['target-after-last-commit']);
    await expectOffersWork(far);
  });

  it('in the future', async () => {
    const refused = await bed.refuse(...beside('--to', '2090-01-01 00:00:00+00'));
    expect(refused.rules).toEqual(['target-in-future']);
    await expectOffersWork(refused);
  });

  it('before the first backup', async () => {
    for (const to of [early, '40 days ago']) {
      const refused = await bed.refuse(...beside('--to', to));
      expect(refused).toMatchObject({ kind: 'target-unreachable', rules: ['target-before-first-backup'] });
      await expectOffersWork(refused);
    }
  });

  it('in a hole, with what works on each side of it', async () => {
    const refused = await bed.refuse(...beside('--to', inHole));
    expect(refused).toMatchObject({ kind: 'target-unreachable', rules: ['target-behind-hole'] });
    expect(refused.problem).toMatch(/WAL is missing before the target: 0000000100000000[0-9A-F]{8}/);
    expect(refused.nearest.length).toBeGreaterThanOrEqual(2);
    await expectOffersWork(refused);
    expect((await bed.plan(...beside('--to', beforeHole))).wal.missing).toEqual([]);
    expect((await bed.plan(...beside('--to', after))).set.label).toBe(secondSet);
  });

  it('that nobody ever wrote', async () => {
    for (const to of ['xid:999999', 'name:nobody made this']) {
      const refused = await bed.refuse(...beside('--to', to));
      expect(refused.rules).toEqual(['target-not-found']);
      await expectOffersWork(refused);
    }
  });
});

describe('WAL that is in the archive and cannot be read', () => {
  it('is refused instead of taken for the end, with a target that works', async () => {
    const file = storedAt(-1);
    const sound = readFileSync(file);
    const damaged = Buffer.from(sound);
    damaged.fill(0x5a, Math.floor(sound.length / 2), Math.floor(sound.length / 2) + 400);
    writeFileSync(file, damaged);
    try {
      const refused = await bed.refuse(...beside('--to', 'latest'));
      expect(refused.rules).toEqual(['repository-unreadable']);
      expect(refused.problem).toMatch(/cannot be read/);
      expect(refused.hint).toMatch(/pgbackrest verify.*--to immediate/);
      await bed.plan(...beside('--to', 'immediate'));
    } finally {
      writeFileSync(file, sound);
    }
    await bed.plan(...beside('--to', 'latest'));
  });
});

describe('a time', () => {
  it('needs its zone', async () => {
    for (const to of [after.replace(/\+00$/, ''), 'yesterday', '2026-13-01 00:00:00+00', '']) {
      expect((await bed.refuse('--to', to)).kind).toBe('target-invalid');
    }
    const mars = await bed.refuse('--to', after.replace(/\+00$/, ''), '--timezone', 'Mars/Olympus');
    expect(mars.kind).toBe('target-invalid');
  });

  it('in a local zone is shown in both, and is the same moment', async () => {
    const instant = new Date(after.replace(' ', 'T').replace(/\+00$/, 'Z'));
    const local = new Date(instant.getTime() + 19_800_000).toISOString().replace('T', ' ').replace('Z', '');
    const plan = await bed.plan(...beside('--to', local, '--timezone', 'Asia/Kolkata'));
    expect(plan.set.label).toBe(secondSet);
    expect(plan.target.description).toContain(local.slice(0, 19));
    expect(plan.target.description).toContain(after.slice(0, 19));
    expect(plan.target.description).toMatch(/Asia\/Kolkata/);
  });

  it('may be relative to now', async () => {
    const plan = await bed.plan(...beside('--to', '1 second ago')).catch((error: unknown) => String(error));
    // Nothing was committed since, so that there is nothing that recovery could stop at.
    expect(plan).toMatch(/target-after-last-commit/);
    const long = await bed.refuse(...beside('--to', '3000 hours ago'));
    expect(long.rules).toEqual(['target-before-first-backup']);
  });
});

describe('--plan', () => {
  it('changes nothing, in words and as JSON, with the server down and running', async () => {
    const ids = 'SELECT pg_snapshot_xmax(pg_current_snapshot())::text';
    const pid = bed.cluster.pid();
    const written = await bed.cluster.value(ids);
    await bed.plan('--to', after);
    expect(await bed.cluster.value(ids)).toBe(written);
    expect(bed.cluster.pid()).toBe(pid);
    await bed.cluster.stop();
    // Asynchronous archiving outlives its server a little; its log and its lock lie in the tree.
    await waitUntil('archiving has ended', () => processesOf(bed.sandbox.path).length === 0);
    const before = hashTree(bed.sandbox.path);
    const text = await bed.mustRun(['restore', '--to', after, '--plan']);
    const json = await bed.plan('--to', after);
    const copy = await bed.mustRun(['restore', ...beside('--to', 'latest'), '--plan']);
    const delta = await bed.mustRun(['restore', '--delta', '--to', after, '--plan']);
    expect(hashTree(bed.sandbox.path)).toEqual(before);
    await bed.cluster.start();
    expect(text.stdout).toContain(secondSet);
    expect(text.stdout).toMatch(/pgbackrest .*restore/);
    expect(text.stdout).toMatch(/^Undo$/m);
    expect(json).toMatchObject({ mode: 'in-place', set: { label: secondSet } });
    expect(copy.stdout).toContain(bed.sandbox.file('nowhere'));
    expect(delta.stdout).toMatch(/--delta/);
  });
});

describe('an engine whose configuration is not there', () => {
  it('ends restore and clone with its error while production runs', async () => {
    const text = readFileSync(bed.configuration.file, 'utf8');
    const file = bed.sandbox.write(
      'no-engine-file.yaml',
      text.replaceAll(bed.configuration.engineFile, bed.sandbox.file('nowhere.conf')),
    );
    for (const words of [
      ['restore', '--to', 'latest', '--plan'],
      ['clone', '--to', 'latest'],
    ]) {
      const ended = await runHoldfast(['--config', file, ...words], { timeoutMs: 60_000 });
      expect(ended.code, ended.stderr).toBeGreaterThan(2);
      expect(ended.stderr).toContain('nowhere.conf');
    }
  });
});

describe('a standby that is stopped', () => {
  it('is not restored in place, where it would be promoted beside its primary', async () => {
    await bed.cluster.stop();
    const signal = `${bed.cluster.dataDirectory}/standby.signal`;
    writeFileSync(signal, '');
    const refused = await bed.refuse('--to', 'immediate');
    expect(refused.rules).toEqual(['server-is-standby']);
    expect(refused.hint).toMatch(/remove standby.signal/);
    await bed.plan(...beside('--to', 'immediate'));
    rmSync(signal);
    await bed.plan('--to', 'immediate');
    await bed.cluster.start();
  });
});

describe('a target on a timeline that was left', () => {
  it('is refused with the option that reaches it', async () => {
    // Ids of transactions are used again on the new timeline: one is needed that it does not get to.
    for (let count = 0; count < 30; count += 1) await appendKnownRows(bed.cluster, 1);
    const left = await appendKnownRows(bed.cluster, 10);
    const xid = await bed.cluster.value(
      'SELECT (pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1)::text',
    );
    const { time } = await noteMoment(bed.cluster);
    await appendKnownRows(bed.cluster, 10);
    await archiveWal(bed.cluster);
    await bed.restore('--to', after);
    await appendKnownRows(bed.cluster, 1);
    await archiveWal(bed.cluster);
    for (const to of [time, `xid:${xid}`]) {
      const refused = await bed.refuse(...beside('--to', to));
      expect(refused).toMatchObject({ kind: 'target-unreachable', rules: ['target-on-other-timeline'] });
      expect(refused.nearest[0]).toEqual(expect.arrayContaining(['--timeline', '1']));
      await expectOffersWork(refused);
    }
    await using copy = await bed.restoreCopy('--to', time, '--timeline', '1');
    expect(await readKnownRows(copy)).toEqual(left);
  });
});
