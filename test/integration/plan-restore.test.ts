import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatTarget } from '../../src/recovery/format-instant.ts';
import { renderPlan } from '../../src/recovery/plan/render-plan.ts';
import type { RestorePlan } from '../../src/recovery/restore-plan.ts';
import { createPlanBed, type PlanBed } from '../support/plan-bed.ts';

/*
 * One story: full backup into both repositories, commits, an incremental into the first one, more commits. The first
 * tests only look; what removes WAL or changes the timeline comes last.
 */
let bed: PlanBed;
let labels: { full: string; offsite: string; incr: string };
let before: { xid: bigint; after: bigint };
let between: { xid: bigint; after: bigint };
let last: { xid: bigint; after: bigint };
let position: string;
let holeSegment: string;

beforeAll(async () => {
  bed = await createPlanBed();
  await bed.cluster.sql('CREATE TABLE known (id integer PRIMARY KEY)');
  const full = await bed.backup(1, 'full');
  const offsite = await bed.backup(2, 'full');
  await delay(1100);
  before = await bed.commit('INSERT INTO known VALUES (1)');
  await delay(50);
  await bed.commit('INSERT INTO known VALUES (2)');
  await bed.cluster.sql("SELECT pg_create_restore_point('before the change')");
  position = await bed.cluster.value('SELECT pg_current_wal_lsn()');
  await bed.commit('INSERT INTO known SELECT generate_series(100, 20000)');
  holeSegment = await bed.cluster.value('SELECT pg_walfile_name(pg_current_wal_lsn())');
  await bed.flush();
  await bed.commit('INSERT INTO known VALUES (3)');
  await bed.flush();
  between = await bed.commit('INSERT INTO known VALUES (4)');
  await delay(1100);
  const incr = await bed.backup(1, 'incr');
  await delay(1100);
  await bed.commit('INSERT INTO known VALUES (5)');
  await delay(20);
  last = await bed.commit('INSERT INTO known VALUES (6)');
  await bed.flush();
  labels = { full, offsite, incr };
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

const rules = (plan: RestorePlan): string[] => plan.refusals.map((finding) => finding.rule);
const timeOf = (microseconds: bigint): string => formatTarget(microseconds);

describe('a plan that leads to its target', () => {
  it('begins with the full before and with the incremental after it', async () => {
    const early = await bed.plan(timeOf(before.after));
    expect(rules(early)).toEqual([]);
    expect(early.set.label).toBe(labels.full);
    expect(early.target.lastTransaction?.xid).toBe(Number(before.xid));
    expect(early.target.stop?.xid).toBe(Number(before.xid) + 1);
    expect(early.wal).toMatchObject({ missing: [], localOnly: [] });
    const late = await bed.plan(timeOf(last.after - 15_000n));
    expect(rules(late)).toEqual([]);
    expect(late.set.label).toBe(labels.incr);
    expect(renderPlan(late)).toContain(`--set=${labels.incr}`);
  });

  it('finds a transaction, a restore point and a position', async () => {
    const xid = await bed.plan(`xid:${before.xid}`);
    expect(rules(xid)).toEqual([]);
    expect(xid.set.label).toBe(labels.full);
    expect(xid.target.stop).toMatchObject({ xid: Number(before.xid) });
    const name = await bed.plan('name:before the change');
    expect(rules(name)).toEqual([]);
    expect(name.set.label).toBe(labels.full);
    const lsn = await bed.plan(`lsn:${position}`);
    expect(rules(lsn)).toEqual([]);
    expect(lsn.set.label).toBe(labels.full);
  });

  it('takes the newest set for latest, and reads the encrypted repository too', async () => {
    const latest = await bed.plan('latest');
    expect(rules(latest)).toEqual([]);
    expect(latest.set.label).toBe(labels.incr);
    expect(latest.target.lastTransaction?.xid).toBe(Number(last.xid));
    const offsite = await bed.plan(timeOf(between.after), { repositoryName: 'offsite' });
    expect(rules(offsite)).toEqual([]);
    expect(offsite.set.label).toBe(labels.offsite);
    expect(offsite.target.lastTransaction?.xid).toBe(Number(between.xid));
  });

  it('counts on the running server for a time after its last commit, in place only', async () => {
    await delay(20);
    const now = timeOf(BigInt(Date.now()) * 1000n);
    const inPlace = await bed.plan(now);
    expect(rules(inPlace)).toEqual([]);
    expect(inPlace.steps[0]?.name).toBe('flush-wal');
    const into = await bed.plan(now, { into: bed.sandbox.file('copy') });
    expect(rules(into)).toEqual(['target-after-last-commit']);
    expect(into.refusals[0]?.remedy).toContain('pg_switch_wal');
    expect(into.nearest?.map((one) => one.options)).toContain('--to latest');
  });

  it('offers times that work themselves', async () => {
    const into = bed.sandbox.file('copy');
    const refused = await bed.plan(timeOf(BigInt(Date.now()) * 1000n), { into });
    const option = refused.nearest?.find((one) => /^--to '\d/.test(one.options))?.options ?? '';
    const again = await bed.plan(option.slice(6, -1), { into });
    expect(rules(again)).toEqual([]);
    const early = await bed.plan(timeOf(before.after - 3_600_000_000n));
    expect(rules(early)).toEqual(['target-before-first-backup']);
    const second = early.nearest?.find((one) => /^--to '\d/.test(one.options))?.options ?? '';
    expect(rules(await bed.plan(second.slice(6, -1)))).toEqual([]);
  });
});

describe('a refused plan', () => {
  it('says so for the future, unknown records and what is before the set', async () => {
    expect(rules(await bed.plan(timeOf(BigInt(Date.now() + 3_600_000) * 1000n)))).toEqual([
      'target-in-future',
    ]);
    expect(rules(await bed.plan('xid:900000'))).toEqual(['target-not-found']);
    expect(rules(await bed.plan('name:never made'))).toEqual(['target-not-found']);
    expect(rules(await bed.plan('lsn:7F/0'))).toEqual(['target-after-last-commit']);
    expect(rules(await bed.plan(`xid:${before.xid}`, { setLabel: labels.incr }))).toEqual([
      'target-before-first-backup',
    ]);
    await expect(bed.plan('latest', { setLabel: '20200101-000000F' })).rejects.toMatchObject({
      kind: 'target-unreachable',
    });
  });

  it('says so for directories', async () => {
    const { dataDirectory } = bed.cluster;
    expect(rules(await bed.plan('latest', { into: dataDirectory }))).toEqual([
      'destination-not-empty',
      'destination-overlaps-production',
    ]);
    expect(rules(await bed.plan('latest', { into: `${dataDirectory}/inside` }))).toEqual([
      'destination-overlaps-production',
    ]);
    const taken = await bed.plan('latest', { into: bed.sandbox.file('copy'), port: bed.cluster.port });
    expect(rules(taken)).toEqual(['port-taken']);
    expect(rules(await bed.plan('latest', { unfinishedRestore: 'restore-x' }))).toEqual([
      'restore-unfinished',
    ]);
  });
});

describe('missing WAL', () => {
  it('falls back to the repository that has it, and refuses without one', async () => {
    bed.removeSegment(1, holeSegment);
    const target = timeOf(between.after);
    const into = bed.sandbox.file('copy');
    const other = await bed.plan(target, { into });
    expect(rules(other)).toEqual([]);
    expect(other.repository.name).toBe('offsite');
    const only = await bed.plan(target, { into, repositoryName: 'local' });
    expect(rules(only)).toEqual(['target-behind-hole']);
    expect(only.wal.missing.length + Number(only.wal.last !== undefined)).toBeGreaterThan(0);
    expect(only.refusals[0]?.problem).toContain(holeSegment);
    for (const { options } of only.nearest ?? []) {
      const to = /--to (?:'([^']+)'|(\S+))/.exec(options);
      const setLabel = /--set (\S+)/.exec(options)?.[1];
      const again = await bed.plan(to?.[1] ?? to?.[2] ?? '', {
        into,
        repositoryName: 'local',
        ...(setLabel === undefined ? {} : { setLabel }),
      });
      expect([options, rules(again)]).toEqual([options, []]);
    }
  });

  it('is filled from pg_wal, which a restore in place salvages', async () => {
    const plan = await bed.plan(timeOf(between.after), { repositoryName: 'local' });
    expect(rules(plan)).toEqual([]);
    expect(plan.wal.localOnly).toContain(holeSegment);
  });
});

describe('a stopped server', () => {
  it('ends with the last commit of its own WAL', async () => {
    const lost = await bed.commit('INSERT INTO known VALUES (7)');
    await bed.cluster.kill();
    const latest = await bed.plan('latest', { repositoryName: 'local' });
    expect(latest.target.lastTransaction?.xid).toBe(Number(lost.xid));
    expect(latest.wal.localOnly.length).toBeGreaterThan(0);
    const after = await bed.plan(timeOf(lost.after), { repositoryName: 'local' });
    expect(rules(after)).toEqual(['target-after-last-commit']);
    const reachable = await bed.plan(timeOf(last.after), { repositoryName: 'local' });
    expect(rules(reachable)).toEqual([]);
    expect(reachable.target.stop?.xid).toBe(Number(lost.xid));
    expect(reachable.warnings.map((finding) => finding.rule)).toContain('stale-pid-file');
  });
});
