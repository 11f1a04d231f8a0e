import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCatalogue } from '../../src/engine/info.ts';
import { findPrimary } from '../../src/postgres/find-primary.ts';
import type { JobOutcome } from '../../src/model/job.ts';
import { writeConfiguration, type TestConfiguration } from '../support/configuration.ts';
import { createKnownRows, readKnownRows } from '../support/data.ts';
import { overlappingRuns, readEngineRuns } from '../support/engine-runs.ts';
import { runHoldfast } from '../support/holdfast.ts';
import { createJobHost, type JobHost } from '../support/job-host.ts';
import { leaseSessions } from '../support/lease-bed.ts';
import { bedOf } from '../support/protected-bed.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { waitUntil } from '../support/wait-until.ts';
import { createPatroniCluster, scope, type PatroniCluster, type PatroniMember } from './patroni-cluster.ts';

/*
 * Three members, and a runner on the host of each: the same schedule in three files, a lock path and a journal of their
 * own. A full backup is the leader's work, an incremental one a replica's. Each occurrence is run on all hosts at once,
 * as three daemons would.
 */
let sandbox: Sandbox;
let patroni: PatroniCluster;
let members: readonly PatroniMember[];
let hosts: readonly JobHost[];
let occurrence = 0;

beforeAll(async () => {
  sandbox = await createSandbox('shifts');
  patroni = await createPatroniCluster(sandbox);
  const [one, two, three] = [
    await patroni.addMember('n1'),
    await patroni.addMember('n2'),
    await patroni.addMember('n3'),
  ];
  members = [one, two, three];
  const files = members.map(configure);
  await archive(one, files[0]?.setup as string);
  for (const { setup } of files.slice(1)) {
    const { code, stdout, stderr } = await runHoldfast(['--config', setup, 'setup', '--yes', '--no-backup']);
    expect(code, stdout + stderr).toBeLessThan(2);
  }
  members.forEach(nameOtherMembers);
  hosts = await Promise.all(
    members.map((member, at) => createJobHost(sandbox, member.name, files[at]?.runner as string)),
  );
});
afterAll(async () => {
  for (const host of hosts ?? []) host[Symbol.dispose]();
  await sandbox?.[Symbol.asyncDispose]();
});

/** The files of a host: for setup with its own server alone, and for the runner with the other members as well. */
interface HostFiles {
  readonly setup: string;
  readonly runner: string;
}

function configure(member: PatroniMember): HostFiles {
  const [setup, runner] = [[], members.filter((other) => other !== member)].map((others) => {
    const nodes = [member, ...others].map(({ cluster }) => ({
      path: cluster.dataDirectory,
      port: cluster.port,
      ...(cluster === member.cluster
        ? { socket: cluster.socketDirectory, bin: cluster.binaries.directory }
        : { host: '127.0.0.1' }),
    }));
    const keys = {
      postgres: nodes,
      patroni: { url: member.url },
      schedule: { full: { cron: '0 2 * * *', on: 'leader' }, incr: { cron: '0 * * * *', on: 'replica' } },
      options: { 'archive-async': 'n' },
    };
    const repositories = { local: { path: sandbox.file('repository'), retention: { full: 100 } } };
    const stanzas = { main: { cluster: member.cluster, repositories, keys } };
    const { file } = writeConfiguration(sandbox, stanzas, {}, `host-${member.name}`);
    return sandbox.write(`host-${member.name}/with-${others.length}.yaml`, readFileSync(file, 'utf8'), 0o644);
  }) as [string, string];
  return { setup, runner };
}

/** What the engine would fetch from the other hosts by SSH is on this one, too. */
function nameOtherMembers(member: PatroniMember): void {
  const file = `host-${member.name}/etc/pgbackrest.conf`;
  const others = members.filter((other) => other !== member);
  const lines = others.flatMap(({ cluster }, at) => [
    `pg${at + 2}-path=${cluster.dataDirectory}`,
    `pg${at + 2}-port=${cluster.port}`,
    `pg${at + 2}-socket-path=${cluster.socketDirectory}`,
  ]);
  const text = readFileSync(sandbox.file(file), 'utf8');
  sandbox.write(file, `${text}\n[main]\n${lines.join('\n')}\n`, 0o644);
}

/** Each member archives with the file of its own host, whose first node it is. */
async function archive(leader: PatroniMember, file: string): Promise<void> {
  const setup = ['--config', file, 'setup', '--yes', '--no-backup'];
  await runHoldfast(setup);
  const own = `${sandbox.path}/host-$(basename $(dirname $PWD))/etc`;
  const push = `/usr/bin/pgbackrest --config=${own}/pgbackrest.conf --config-include-path=${own}/conf.d --stanza=main archive-push %p`;
  const parameters = { archive_mode: 'on', archive_command: push, archive_timeout: '60s' };
  const set = Object.entries(parameters).flatMap(([name, value]) => ['-p', `${name}=${value}`]);
  await patroni.control(leader, 'edit-config', scope, '--force', ...set);
  const handedDown = `SELECT count(*) FROM pg_settings WHERE pending_restart AND name = 'archive_mode'`;
  for (const member of members) {
    await waitUntil(
      'Patroni has handed the settings down',
      async () => (await member.cluster.value(handedDown)) === '1',
    );
    await patroni.control(leader, 'restart', scope, member.name, '--pending', '--force');
  }
  const again = await runHoldfast(setup);
  expect(again.code, again.stdout + again.stderr).toBeLessThan(2);
}

/** One occurrence of a schedule on the hosts at once, in the order of the members. */
async function runAll(job: 'full' | 'incr', on: readonly JobHost[] = hosts): Promise<readonly JobOutcome[]> {
  occurrence = Math.max(Date.now(), occurrence + 1);
  return Promise.all(on.map((host) => host.runScheduled(job, occurrence)));
}

const wordOf = (outcome: JobOutcome): string => {
  if (outcome.result === 'skipped') return outcome.reason;
  return outcome.result === 'ok' ? 'ok' : outcome.failure.kind;
};

async function labels(): Promise<readonly string[]> {
  const [host] = hosts as [JobHost];
  return (await readCatalogue(host.deps.engine, 'main', {})).sets.map(({ label }) => label);
}

async function leaderNow(among: readonly PatroniMember[] = members): Promise<PatroniMember> {
  const found = await waitUntil(
    'there is a leader',
    async () => {
      for (const member of among) if ((await member.ask('/primary')).status === 200) return member;
      return undefined;
    },
    { timeoutMs: 90_000, everyMs: 300 },
  );
  return found as PatroniMember;
}

describe('three hosts with one schedule', () => {
  it('are told by guard what their runners judge, for timers that all of them have', async () => {
    const codes = async (on: string): Promise<readonly (number | undefined)[]> => {
      const asked = hosts.map(({ deps }) =>
        runHoldfast(['--config', deps.configuration.file, 'guard', '--stanza', 'main', '--on', on]),
      );
      return (await Promise.all(asked)).map(({ code }) => code).toSorted();
    };
    expect(await codes('leader')).toEqual([0, 1, 1]);
    expect(await codes('replica')).toEqual([0, 0, 1]);
    expect(await codes('any')).toEqual([0, 0, 0]);
  });

  it('run it on the leader, once', async () => {
    expect((await runAll('full')).map(wordOf)).toEqual(['ok', 'other-role', 'other-role']);
    expect(await labels()).toHaveLength(1);
  });

  it('run it on one of two replicas, and the other sees that it is done', async () => {
    const [leader, ...replicas] = (await runAll('incr')).map(wordOf);
    expect(leader).toBe('other-role');
    expect(replicas.toSorted()).toEqual(['ok', 'satisfied']);
    expect(await labels()).toHaveLength(2);
    // Copied from the standby, not from the primary: the engine waits until it has replayed the backup's start.
    const runs = hosts.flatMap((host) =>
      host.deps.journal.listRuns({ kind: 'backup', result: 'ok', limit: 1 }),
    );
    const incr = runs.find((run) => run.facts['requestedType'] === 'incr');
    expect(readFileSync(String(incr?.facts['logFile']), 'utf8')).toMatch(/replay on the standby/);
  });

  it('find the primary by Patroni where the file does not name it', async () => {
    const [, replica] = hosts as [JobHost, JobHost];
    const { stanza, deps } = replica;
    const alone = { ...stanza, nodes: stanza.nodes.slice(0, 1) };
    const found = await findPrimary(alone, deps);
    expect(found).toMatchObject({ isLocal: false, place: `127.0.0.1:${members[0]?.cluster.port}` });
  });

  it('run it on the other member after a switchover', async () => {
    const [one, two] = members as [PatroniMember, PatroniMember];
    await patroni.control(one, 'switchover', scope, '--master', one.name, '--candidate', two.name, '--force');
    expect(await leaderNow()).toBe(two);
    await waitUntil('the old leader follows', async () => (await one.ask('/replica')).status === 200, {
      timeoutMs: 60_000,
    });
    expect((await runAll('full')).map(wordOf)).toEqual(['other-role', 'ok', 'other-role']);
    expect(await labels()).toHaveLength(3);
  });
});

describe('a failover between the decision and the start', () => {
  /** kill -9 of a member: Patroni and its server, as when the host dies. */
  async function kill(member: PatroniMember): Promise<void> {
    member.program.signal('SIGKILL');
    await member.cluster.kill();
  }

  it('fails under the name of what happened, and whoever is the leader then does the work, once', async () => {
    const known = (await labels()).length;
    const leader = await leaderNow();
    const host = hosts[members.indexOf(leader)] as JobHost;
    occurrence = Date.now();
    let killed: Promise<void> | undefined;
    const outcome = await host.runScheduled('full', occurrence, {
      emit: (event) => {
        // The lease is held; the role is judged once more now.
        if (event.kind === 'leased') killed = kill(leader);
      },
    });
    await killed;
    expect(['server-unreachable', 'lease-lost', 'other-role']).toContain(wordOf(outcome));
    expect(await labels()).toHaveLength(known);
    const rest = members.filter((member) => member !== leader);
    const next = await leaderNow(rest);
    const others = hosts.filter((other) => other !== host);
    const again = await Promise.all(others.map((other) => other.runScheduled('full', occurrence)));
    expect(again.map(wordOf)).toEqual(rest.map((member) => (member === next ? 'ok' : 'other-role')));
    expect(await labels()).toHaveLength(known + 1);
    expect(await leaseSessions(next.cluster)).toHaveLength(0);
  });

  it('that comes when the engine is at work ends that, too, and leaves no set', async () => {
    const known = (await labels()).length;
    const alive = members.filter((member) => member.program.isRunning());
    const leader = await leaderNow(alive);
    // Patroni elects nobody who was far behind when the leader was last seen.
    await waitUntil('the replica streams', async () => {
      const streams = `SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'`;
      return (await leader.cluster.value(streams)) === '1';
    });
    const host = hosts[members.indexOf(leader)] as JobHost;
    let killed: Promise<void> | undefined;
    const outcome = await host.runScheduled('full', Date.now(), {
      emit: (event) => {
        if (event.kind === 'started') killed = kill(leader);
      },
    });
    await killed;
    expect(outcome.result).toBe('failed');
    expect(['server-unreachable', 'lease-lost', 'engine-failed', 'server-failed']).toContain(wordOf(outcome));
    const [run] = host.deps.journal.listRuns({ kind: 'backup', limit: 1 });
    expect(run).toMatchObject({ result: 'failed', failure: { kind: wordOf(outcome) } });
    expect(await labels()).toHaveLength(known);
  });

  it('leaves a cluster whose next run takes a backup that can be restored', async () => {
    const known = (await labels()).length;
    const alive = members.filter((member) => member.program.isRunning());
    const next = await leaderNow(alive);
    const rows = await createKnownRows(next.cluster, 100);
    const host = hosts[members.indexOf(next)] as JobHost;
    expect(wordOf(await host.runScheduled('full', Date.now()))).toBe('ok');
    expect(await labels()).toHaveLength(known + 1);
    await using copy = await bedOf(sandbox, next.cluster, {
      file: host.deps.configuration.file,
    } as TestConfiguration).restoreCopy('--to', 'immediate');
    expect(copy.plan.set.label).toBe((await labels()).at(-1));
    expect(await readKnownRows(copy)).toEqual(rows);
  });

  it('never had two engines at work', () => {
    const logs = hosts.map(({ name, deps }) => [
      name,
      `${deps.configuration.engine.logDirectory}/main-backup.log`,
    ]);
    const runs = logs.flatMap(([name, file]) => {
      try {
        return readEngineRuns(name as string, file as string);
      } catch (error) {
        // A host that never had to.
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
        throw error;
      }
    });
    expect(runs.length).toBeGreaterThanOrEqual(4);
    expect(overlappingRuns(runs.filter(({ end }) => end !== undefined))).toEqual([]);
  });
});
