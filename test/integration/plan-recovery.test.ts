import { appendFileSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runRestore } from '../../src/engine/restore.ts';
import { isAtLeast } from '../../src/model/engine-version.ts';
import { restoreRequestOf } from '../../src/recovery/apply/restore-request.ts';
import { formatTarget } from '../../src/recovery/format-instant.ts';
import type { RestorePlan } from '../../src/recovery/restore-plan.ts';
import { createPlanBed, type PlanBed } from '../support/plan-bed.ts';
import { waitUntil } from '../support/wait-until.ts';

/* What a plan foretells, compared with where PostgreSQL really stops. */
let bed: PlanBed;

beforeAll(async () => {
  bed = await createPlanBed({}, 'zst');
  await bed.cluster.sql('CREATE TABLE known (id integer PRIMARY KEY)');
  await bed.backup(1, 'full');
  await delay(1100);
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

const timeOf = (microseconds: bigint): string => formatTarget(microseconds);
const rules = (plan: RestorePlan): string[] => plan.refusals.map((finding) => finding.rule);

let copies = 0;

/** Restores a plan into a copy, starts it, gives what the server logs until it pauses or ends, and stops it. */
async function recover(to: string): Promise<{ plan: RestorePlan; log: string }> {
  copies += 1;
  const into = bed.sandbox.directory(`copy${copies}`);
  const port = await bed.sandbox.port();
  const plan = await bed.plan(to, { into, port });
  return { plan, log: await recoverPlan(plan) };
}

async function recoverPlan(plan: RestorePlan): Promise<string> {
  const { sandbox, cluster } = bed;
  await runRestore(bed.engine, restoreRequestOf(plan, false));
  const { data } = plan.directories;
  appendFileSync(`${data}/postgresql.auto.conf`, `port = ${plan.server.port}\n`);
  const logFile = sandbox.file(`${plan.server.port}.log`);
  const control = (args: string[]): Promise<unknown> =>
    sandbox.run(`${cluster.binaries.directory}/pg_ctl`, ['-D', data, ...args]);
  await control(['start', '-w', '-l', logFile]);
  const read = (): string => readFileSync(logFile, 'utf8');
  await waitUntil('recovery paused or ended', () => /pausing at the end of recovery|FATAL/.test(read()));
  await control(['stop', '-w', '-m', 'immediate']);
  return read();
}

describe('where a plan says that recovery stops', () => {
  it('is where PostgreSQL stops: time, transaction, restore point', async () => {
    const first = await bed.commit('INSERT INTO known VALUES (1)');
    await delay(20);
    await bed.cluster.sql("SELECT pg_create_restore_point('here')");
    await bed.commit('INSERT INTO known VALUES (2)');
    await bed.flush();

    const time = await recover(timeOf(first.after));
    expect(rules(time.plan)).toEqual([]);
    expect(time.log).toContain(
      `recovery stopping before commit of transaction ${time.plan.target.stop?.xid},`,
    );
    expect(time.plan.target.lastTransaction?.xid).toBe(Number(first.xid));

    const xid = await recover(`xid:${first.xid}`);
    expect(xid.log).toContain(`recovery stopping after commit of transaction ${first.xid},`);
    expect(xid.plan.target.stop?.xid).toBe(Number(first.xid));

    const name = await recover('name:here');
    expect(rules(name.plan)).toEqual([]);
    expect(name.log).toContain('recovery stopping at restore point "here"');
  });

  it('reads WAL only from the repository of the plan', async () => {
    const plan = await bed.plan('latest', {
      into: bed.sandbox.directory('only'),
      port: await bed.sandbox.port(),
    });
    await runRestore(bed.engine, restoreRequestOf(plan, false));
    const settings = readFileSync(`${plan.directories.data}/postgresql.auto.conf`, 'utf8');
    expect(/restore_command = .*/.exec(settings)?.[0]).toContain('--repo=1');
  });
});

describe('a time after the last commit', () => {
  it('is not reached by a restore point, and is by an empty transaction', async () => {
    await bed.commit('INSERT INTO known VALUES (3)');
    await bed.flush();
    await delay(30);
    const now = timeOf(BigInt(Date.now()) * 1000n);
    await delay(30);
    // A restore point and a switch: what flushing alone would do.
    await bed.flush();
    const refused = await recover(now);
    expect(rules(refused.plan)).toEqual(['target-after-last-commit']);
    expect(refused.log).toContain('recovery ended before configured recovery target was reached');

    await bed.cluster.sql('SELECT pg_current_xact_id()');
    await bed.flush();
    const reached = await recover(now);
    expect(rules(reached.plan)).toEqual([]);
    expect(reached.log).toContain('recovery stopping before commit of transaction');
  });
});

describe('a target on a timeline that was left', () => {
  it('is refused with the option that reaches it', async () => {
    await bed.commit('INSERT INTO known VALUES (4)');
    await bed.flush();
    await delay(30);
    const back = timeOf(BigInt(Date.now()) * 1000n);
    await delay(30);
    await bed.commit('INSERT INTO known VALUES (5)');
    await delay(30);
    const abandoned = await bed.commit('INSERT INTO known VALUES (6)');
    await delay(30);
    const there = timeOf(BigInt(Date.now()) * 1000n);
    await bed.commit('INSERT INTO known VALUES (7)');
    await bed.flush();

    const plan = await bed.plan(back, { delta: true });
    expect(rules(plan)).toEqual([]);
    await bed.cluster.stop();
    await runRestore(bed.engine, { ...restoreRequestOf(plan, true), targetAction: 'promote' });
    await bed.cluster.start();
    await waitUntil('promoted', async () => (await bed.cluster.value('SELECT pg_is_in_recovery()')) === 'f');
    await bed.commit('INSERT INTO known VALUES (8)');
    const later = await bed.commit('INSERT INTO known VALUES (9)');
    await bed.commit('INSERT INTO known VALUES (10)');
    await bed.flush();

    // An idle while on the new timeline: segments in which nothing was committed.
    await bed.flush();
    await delay(30);
    const idle = timeOf(BigInt(Date.now()) * 1000n);
    await delay(30);
    await bed.flush();
    await bed.flush();
    await bed.commit('INSERT INTO known VALUES (11)');
    await bed.flush();
    const quiet = await bed.plan(idle);
    expect(rules(quiet)).toEqual([]);
    expect(quiet.target.lastTransaction?.xid).toBe(Number(later.xid) + 1);

    // The same right after a backup on the new timeline.
    await bed.backup(1, 'full');
    await delay(1100);
    const fresh = timeOf(BigInt(Date.now()) * 1000n);
    await delay(30);
    await bed.commit('INSERT INTO known VALUES (12)');
    await bed.flush();
    const young = await bed.plan(fresh);
    expect(rules(young)).toEqual([]);

    const refused = await bed.plan(there);
    expect(rules(refused)).toEqual(['target-on-other-timeline']);
    expect(refused.target.timeline).toBe(2);
    expect(refused.nearest?.[0]?.options).toBe(`--to '${there}' --timeline 1`);
    const reached = await bed.plan(there, { timeline: 1 });
    expect(rules(reached)).toEqual([]);
    expect(reached.target.lastTransaction?.xid).toBe(Number(abandoned.xid));
    const lost = await bed.plan(`xid:${abandoned.xid}`, { timeline: 1 });
    expect(rules(lost)).toEqual([]);
    const onward = await bed.plan(timeOf(later.after));
    expect(rules(onward)).toEqual([]);
    expect(onward.target.lastTransaction?.xid).toBe(Number(later.xid));
    const log = await recoverPlan(
      await bed.plan(timeOf(later.after), {
        into: bed.sandbox.directory('after'),
        port: await bed.sandbox.port(),
      }),
    );
    expect(log).toContain(`recovery stopping before commit of transaction ${onward.target.stop?.xid},`);
    // Fetched ahead by an engine before 2.59, a segment may be missed: then that of the timeline that was left is replayed.
    const conf = readFileSync(bed.sandbox.file('after', 'postgresql.auto.conf'), 'utf8');
    const command = /^restore_command = .*/m.exec(conf)?.[0] ?? '';
    expect(command.includes(' --no-archive-async ')).toBe(!isAtLeast(bed.engine.version, 59));
  });
});
