import { existsSync, renameSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Runbook, RunbookScenario, RunbookStep } from '../../src/render/runbook/runbook.ts';
import { archiveWal, appendKnownRows, createKnownRows, passSecond, readKnownRows } from '../support/data.ts';
import type { ProtectedBed } from '../support/protected-bed.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { type Blanks, scenarioOf, shellEnvironment, typeCommand, typeSteps } from '../support/type-steps.ts';
import { waitUntil } from '../support/wait-until.ts';
import { scope, type PatroniMember } from './patroni-cluster.ts';
import { startProgram, type RunningProgram } from './start-program.ts';
import { createThreeMembers, logOf, type ThreeMembers, unitOf } from './three-members.ts';

/*
 * The plain column of the runbook for a whole cluster, typed as it is printed, each step on the hosts that it names. Only
 * systemctl is done by the test, which started Patroni itself: systemd does not run here.
 */
let sandbox: Sandbox;
let three: ThreeMembers;
let leader: PatroniMember;
let onLeader: ProtectedBed;
let type: (command: string, step: RunbookStep) => Promise<string>;

beforeAll(async () => {
  sandbox = await createSandbox('byhand', { graceMs: 10_000 });
  three = await createThreeMembers(sandbox);
  [leader] = three.members;
  [onLeader] = three.hosts;
  type = shellWith(new Map(three.members.map((member) => [unitOf(member.name), member.program])));
});
afterAll(async () => sandbox?.[Symbol.asyncDispose]());

/** A shell for which the test is systemd, and which answers what patronictl asks before it removes a cluster. */
function shellWith(units: Map<string, RunningProgram>): typeof type {
  const env = shellEnvironment(sandbox);
  return async (command, step) => {
    const [, verb, unit] = /^systemctl (start|stop) (\S+)$/.exec(command) ?? [];
    if (unit === undefined) {
      const answers = / remove /.test(command) ? `printf '%s\\n' ${scope} 'Yes I am aware' | ` : '';
      return typeCommand(`${answers}${command}`, step, env);
    }
    if (verb === 'stop') await units.get(unit)?.stop();
    else {
      const member = three.members.find(({ name }) => unitOf(name) === unit);
      if (member === undefined) throw new Error(`no unit ${unit}`);
      units.set(unit, startProgram(sandbox, member.name, '/usr/bin/patroni', [member.configFile]));
    }
    return '';
  };
}

async function scenarioOn(host: ProtectedBed, id: string): Promise<RunbookScenario> {
  const { runbook } = (await host.mustRun(['runbook', '--json'])).json<{ runbook: Runbook }>();
  return scenarioOf(runbook, id);
}

/** Which hosts do a step: its title says it. */
function hostsOf({ title }: RunbookStep): readonly ProtectedBed[] {
  const [first, ...others] = three.hosts;
  if (title.startsWith('On every replica, and after them on the leader')) return [...others, first];
  return title.startsWith('On every other member') ? others : [first];
}

/** Does the plain column, or what goes back behind it, each step where it says. */
async function doByHand(id: string, blanks: Blanks, part: 'steps' | 'back' = 'steps'): Promise<void> {
  const columns = new Map<ProtectedBed, readonly RunbookStep[]>();
  for (const host of three.hosts) columns.set(host, (await scenarioOn(host, id)).plain[part]);
  for (const [index, step] of (columns.get(onLeader) ?? []).entries()) {
    for (const host of hostsOf(step)) {
      const own = columns.get(host)?.[index];
      expect(own?.title).toBe(step.title);
      await typeSteps(own === undefined ? [] : [own], blanks, type);
    }
  }
}

/** Three members on one timeline, each with these rows and with what is written now; WAL is archived. */
async function expectWholeCluster(rows?: Awaited<ReturnType<typeof readKnownRows>>): Promise<void> {
  await waitUntil(
    'all members are there',
    async () => {
      const { body } = await leader.ask('/cluster');
      const { members } = body as { members: { role: string; state: string; timeline: number }[] };
      return (
        members.length === 3 &&
        members.every((one) => ['running', 'streaming'].includes(one.state)) &&
        new Set(members.map((one) => one.timeline)).size === 1
      );
    },
    { timeoutMs: 120_000, everyMs: 1000 },
  );
  await leader.cluster.sql('CREATE TABLE IF NOT EXISTS after_all (at timestamptz)');
  const position = await leader.cluster.value('SELECT pg_current_wal_lsn()');
  for (const { name, cluster } of three.members) {
    await waitUntil(`${name} has replayed it`, async () => {
      const at = 'CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END';
      return (await cluster.value(`SELECT ${at} >= '${position}'`)) === 't';
    });
    if (rows !== undefined) expect(await readKnownRows(cluster)).toEqual(rows);
  }
  // What was set in the DCS is in force again, and WAL is archived.
  expect(await leader.cluster.value('SHOW archive_mode')).toBe('on');
  await archiveWal(leader.cluster);
}

describe('a whole cluster, by hand', () => {
  it('goes back to a moment, with a backup of after it in the repository', async () => {
    await createKnownRows(leader.cluster, 100);
    const rows = await appendKnownRows(leader.cluster, 50);
    // A setting that bootstrap.dcs does not have.
    await three.patroni.control(leader, 'edit-config', '--force', '--pg', 'work_mem=7MB');
    await passSecond(leader.cluster);
    const moment = await leader.cluster.value(
      "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || '+00'",
    );
    await passSecond(leader.cluster);
    await leader.cluster.sql('DROP TABLE known_rows');
    await onLeader.backup('full');
    await leader.cluster.sql('CREATE TABLE later AS SELECT generate_series(1, 1000) AS id');
    await archiveWal(leader.cluster);
    await doByHand('cluster-moment', { SCOPE: scope, MOMENT: moment });
    await expectWholeCluster(rows);
    expect(await leader.cluster.value('SHOW work_mem')).toBe('7MB');
    for (const replica of three.members.slice(1))
      expect(logOf(replica)).toMatch(/replica has been created using pgbackrest/);
    const { proof } = (await scenarioOn(onLeader, 'cluster-moment')).plain;
    await typeSteps(proof, { SCOPE: scope }, type);
  });

  it('is again what it was before that', async () => {
    await doByHand('cluster-moment', { SCOPE: scope }, 'back');
    await expectWholeCluster();
    for (const { cluster } of three.members) {
      expect(await cluster.value("SELECT to_regclass('known_rows') IS NULL")).toBe('t');
      expect(await cluster.value('SELECT count(*) FROM later')).toBe('1000');
    }
  });

  it('comes back to the latest there is, with what was not archived yet', async () => {
    // Whoever does it again has looked through what was kept.
    for (const { cluster } of three.members)
      for (const kept of ['before', 'restored'])
        if (existsSync(`${cluster.dataDirectory}.${kept}`))
          renameSync(`${cluster.dataDirectory}.${kept}`, `${cluster.dataDirectory}.${kept}-1`);
    await createKnownRows(leader.cluster, 100);
    await archiveWal(leader.cluster);
    const rows = await appendKnownRows(leader.cluster, 20);
    await doByHand('cluster-latest', { SCOPE: scope });
    await expectWholeCluster(rows);
  });

  it('has a member made anew', async () => {
    const [, replica] = three.members;
    const { steps, proof } = (await scenarioOn(onLeader, 'new-replica')).plain;
    await typeSteps(steps, { SCOPE: scope, MEMBER: replica.name }, async (command, step) =>
      type(/ reinit /.test(command) ? `printf 'y\\n' | ${command}` : command, step),
    );
    // `--wait` may be over before Patroni has begun: whoever reads the list reads it again.
    await expect
      .poll(() => typeSteps(proof, { SCOPE: scope }, type), { timeout: 60_000, interval: 2000 })
      .toMatch(new RegExp(`${replica.name} .*\\| (running|streaming) *\\| +\\d+ \\| +0 `));
  });
});
