import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { observePatroni } from '../../src/recovery/plan/observe-patroni.ts';
import { writeConfiguration } from '../support/configuration.ts';
import { appendKnownRows, archiveWal, createKnownRows, passSecond, readKnownRows } from '../support/data.ts';
import { hashTree, listFiles } from '../support/hash-tree.ts';
import { bedOf, refusalOf, type ProtectedBed } from '../support/protected-bed.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { waitUntil } from '../support/wait-until.ts';
import { createPatroniCluster, scope, type PatroniCluster, type PatroniMember } from './patroni-cluster.ts';

/*
 * Two members, as two hosts have them: each with a holdfast.yaml that names the server and the Patroni of its own,
 * and one repository. Nothing stands in for anything: etcd, Patroni, PostgreSQL and pgBackRest are the real ones.
 */
let sandbox: Sandbox;
let patroni: PatroniCluster;
let leader: PatroniMember;
let replica: PatroniMember;
let onLeader: ProtectedBed;
let onReplica: ProtectedBed;
let stop: string;

/** Holdfast on the host of a member. */
function hostOf(member: PatroniMember): ProtectedBed {
  const repositories = { local: { path: sandbox.file('repository') } };
  const caFile = member.caFile === undefined ? {} : { caFile: member.caFile };
  const keys = { patroni: { url: member.url, ...caFile } };
  const stanzas = { main: { cluster: member.cluster, repositories, keys } };
  return bedOf(sandbox, member.cluster, writeConfiguration(sandbox, stanzas, {}, `host-${member.name}`));
}

interface SetupDocument {
  readonly plan: { readonly steps: readonly SetupStep[] };
}
interface SetupStep {
  readonly kind: string;
  readonly subject: string;
  readonly state: string;
  readonly commands: readonly string[];
}

async function planSetup(): Promise<readonly SetupStep[]> {
  const result = await onLeader.run(['setup', '--plan', '--json']);
  return result.json<SetupDocument>().plan.steps;
}

const waitingSettings = (steps: readonly SetupStep[]): readonly SetupStep[] =>
  steps.filter((step) => step.kind === 'setting' && step.state === 'waiting');

beforeAll(async () => {
  sandbox = await createSandbox('patroni', { graceMs: 10_000 });
  patroni = await createPatroniCluster(sandbox);
  leader = await patroni.addMember('n1');
  onLeader = hostOf(leader);
});
afterAll(async () => sandbox?.[Symbol.asyncDispose]());

const archive = (): readonly string[] => listFiles(sandbox.file('repository/archive'));

describe('setup of a server that Patroni manages', () => {
  it('leaves the settings to Patroni, and the commands it prints for them work', async () => {
    await onLeader.mustRun(['setup', '--yes', '--no-backup']);
    const waiting = waitingSettings(await planSetup());
    expect(waiting.map((step) => step.subject)).toEqual(
      expect.arrayContaining(['archive_mode', 'archive_command']),
    );
    expect(await leader.cluster.value('SHOW archive_mode')).toBe('off');
    for (const command of waiting.flatMap((step) => step.commands)) {
      expect(command).toMatch(/^patronictl edit-config /);
      // What a person would have in ~/.config, and the answer to "Apply these changes?".
      const env = { PATRONICTL_CONFIG_FILE: leader.configFile };
      await sandbox.mustRun('sh', ['-c', `${command} --force`], { env });
    }
    await waitUntil('Patroni has handed the settings down', async () => {
      const pending = `SELECT count(*) FROM pg_settings WHERE pending_restart AND name = 'archive_mode'`;
      return (await leader.cluster.value(pending)) === '1';
    });
    await patroni.control(leader, 'restart', scope, leader.name, '--pending', '--force');
    expect(await leader.cluster.value('SHOW archive_mode')).toBe('on');
  });

  it('has nothing more to say of the settings, and the backup is taken', async () => {
    await onLeader.mustRun(['setup', '--yes', '--no-backup']);
    expect(waitingSettings(await planSetup())).toEqual([]);
    await createKnownRows(leader.cluster, 100);
    await onLeader.backup('full');
    await passSecond(leader.cluster);
    await appendKnownRows(leader.cluster, 50);
    stop = await leader.cluster.value('SELECT clock_timestamp()');
    await passSecond(leader.cluster);
    await appendKnownRows(leader.cluster, 7);
    await archiveWal(leader.cluster);
  });
});

describe('observePatroni', () => {
  beforeAll(async () => {
    replica = await patroni.addMember('n2', { tls: true });
    onReplica = hostOf(replica);
  });

  beforeAll(async () => {
    // Nothing but what the tests do shall come to the archive from here on.
    await leader.cluster.sql(`ALTER SYSTEM SET archive_timeout = 0; SELECT pg_reload_conf();`);
    await archiveWal(leader.cluster);
  });

  const observe = (member: PatroniMember): ReturnType<typeof observePatroni> =>
    observePatroni({ url: member.url, caFile: member.caFile });

  it('tells the leader from a replica, as the REST API does', async () => {
    expect((await leader.ask('/leader')).status).toBe(200);
    expect((await replica.ask('/leader')).status).toBe(503);
    expect((await replica.ask('/replica')).status).toBe(200);
    const named = async (member: PatroniMember): Promise<unknown> =>
      ((await member.ask('/patroni')).body as { role: string }).role;
    expect(await observe(leader)).toEqual({
      url: leader.url,
      role: await named(leader),
      members: 2,
      problem: undefined,
    });
    // `master` until Patroni 4.
    expect(['master', 'primary']).toContain(await named(leader));
    expect(await observe(replica)).toEqual({
      url: replica.url,
      role: 'replica',
      members: 2,
      problem: undefined,
    });
  });

  it('takes an answer for nothing that is not one of Patroni, or that nobody vouches for', async () => {
    const elsewhere = await observePatroni({ url: `${leader.url}/config`, caFile: undefined });
    expect(elsewhere.role).toBeUndefined();
    expect(elsewhere.problem).toBeTruthy();
    const unknown = await observePatroni({ url: replica.url, caFile: undefined });
    expect(unknown).toMatchObject({ role: undefined, problem: expect.stringMatching(/self.signed/i) });
  });

  it('waits for a Patroni that hangs, but not for ever', async () => {
    leader.program.signal('SIGSTOP');
    try {
      expect(await observe(leader)).toMatchObject({ role: undefined, problem: 'no answer within 2000 ms' });
    } finally {
      leader.program.signal('SIGCONT');
    }
    expect((await observe(leader)).members).toBe(2);
  });
});

/** Everything that a refused restore could have touched. */
async function seen(): Promise<unknown> {
  const settings = `SELECT pg_control_system()::text, (SELECT timeline_id FROM pg_control_checkpoint()) AS timeline`;
  return {
    pids: [leader, replica].map(({ cluster, program }) => [cluster.pid(), program.pid, program.isRunning()]),
    rows: await readKnownRows(leader.cluster),
    control: await leader.cluster.sql(settings),
    folders: ['n1', 'n2'].map((name) =>
      listFiles(sandbox.file(name)).filter((file) => !file.includes('/data/')),
    ),
    configuration: [leader, replica].map(({ cluster }) =>
      ['postgresql.conf', 'postgresql.auto.conf', 'recovery.signal', 'patroni.dynamic.json'].map(
        (file) => existsSync(`${cluster.dataDirectory}/${file}`) && hashTree(cluster.dataDirectory)[file],
      ),
    ),
    archive: archive(),
    members: (
      (await leader.ask('/cluster')).body as { members: { name: string; role: string; timeline: number }[] }
    ).members.map(({ name, role, timeline }) => `${name} ${role} ${timeline}`),
  };
}

describe('a restore in place', () => {
  it('is planned on the leader as one of the whole cluster, and changes nothing', async () => {
    const before = await seen();
    const plan = await onLeader.mustRun(['restore', '--to', stop, '--plan']);
    expect(plan.stdout).toMatch(/^Patroni +demo: n1 .* is restored, n2 made anew from it$/m);
    // Its REST API has a certificate that the file of this host knows nothing of.
    expect(plan.stdout).toMatch(/its REST API does not answer this host.*n2: https:.*self.signed/is);
    expect(plan.stdout).toMatch(/patronictl reinit demo n2 --force {3}# by hand, on 127\.0\.0\.1/);
    expect(await seen()).toEqual(before);
  });

  it('is refused on a replica, says where it is done, and changes nothing', async () => {
    const before = await seen();
    await onReplica.mustRun(['render', 'pgbackrest', '--out', '/']);
    for (const how of [['--plan'], ['--yes'], ['--yes', '--delta']]) {
      const there = refusalOf(await onReplica.run(['restore', '--to', stop, ...how, '--json']));
      expect(there.rules).toEqual(['managed-by-patroni', 'server-is-standby']);
    }
    const text = await onReplica.run(['restore', '--to', stop, '--plan']);
    expect(text.stdout + text.stderr).toMatch(
      /n2 is a replica, the leader is n1 on 127\.0\.0\.1.*Run it on 127\.0\.0\.1.*patronictl switchover demo --candidate n2/s,
    );
    expect(await seen()).toEqual(before);
  });

  it('is refused before anything is touched when a switchover is planned', async () => {
    const at = '2099-01-01T00:00';
    await patroni.control(leader, 'switchover', scope, '--candidate', 'n2', '--scheduled', at, '--force');
    const refused = refusalOf(await onLeader.run(['restore', '--to', stop, '--yes', '--json']));
    expect(refused.rules).toEqual(['patroni-switchover-planned']);
    await patroni.control(leader, 'flush', scope, 'switchover', '--force');
    expect((await onLeader.mustRun(['restore', '--to', stop, '--plan'])).code).toBe(0);
  });
});

describe('a copy beside a member', () => {
  it('is made, has what it should have, and never archives', async () => {
    const before = await seen();
    await using copy = await onLeader.restoreCopy('--to', stop);
    expect(await readKnownRows(copy)).toMatchObject({ count: 150 });
    expect(await copy.value(`SELECT current_setting('archive_mode') || pg_is_in_recovery()`)).toBe(
      'offfalse',
    );
    expect(await copy.value('SHOW cluster_name')).not.toBe(scope);
    await copy.sql(
      `CREATE TABLE mine AS SELECT generate_series(1, 5000) AS id; SELECT pg_switch_wal(); CHECKPOINT`,
    );
    const ready = listFiles(`${copy.directory}/pg_wal/archive_status`).filter((name) =>
      name.endsWith('.ready'),
    );
    expect(ready).toEqual([]);
    expect(await seen()).toEqual(before);
  });
});

describe('a Patroni that does not answer', () => {
  it('is not taken for one that is not there: in place is refused, and a copy is made', async () => {
    // Paused, so that nobody takes over while PostgreSQL runs on without its Patroni.
    await patroni.control(leader, 'pause', '--wait', scope);
    leader.program.signal('SIGKILL');
    await waitUntil('Patroni is gone', () => !leader.program.isRunning());
    expect(leader.cluster.isRunning()).toBe(true);
    const refused = refusalOf(await onLeader.run(['restore', '--to', stop, '--yes', '--json']));
    expect(refused.rules).toEqual(['managed-by-patroni']);
    const text = await onLeader.run(['restore', '--to', stop, '--plan']);
    expect(text.stdout + text.stderr).toMatch(/did not answer \(.*ECONNREFUSED.*configured as managed/);
    expect(leader.cluster.isRunning()).toBe(true);
    const beside = await onLeader.run(['restore', '--to', stop, '--into', sandbox.file('never'), '--plan']);
    expect(beside.code).toBe(0);
    expect(beside.stdout).toMatch(/^Patroni .*did not answer: .*ECONNREFUSED/m);
    await using copy = await onLeader.restoreCopy('--to', stop);
    expect(await readKnownRows(copy)).toMatchObject({ count: 150 });
  });

  it('does not when the server is down as well: the old cluster is still the one that Patroni would start', async () => {
    await leader.cluster.stop();
    const refused = refusalOf(await onLeader.run(['restore', '--to', stop, '--yes', '--json']));
    expect(refused.rules).toEqual(['managed-by-patroni']);
    expect(existsSync(`${leader.cluster.dataDirectory}/PG_VERSION`)).toBe(true);
    expect(leader.cluster.isRunning()).toBe(false);
  });
});
