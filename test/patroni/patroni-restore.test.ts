import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { archiveWal, createKnownRows, appendKnownRows, passSecond, readKnownRows } from '../support/data.ts';
import type { HoldfastResult } from '../support/holdfast.ts';
import { refusalOf, type ProtectedBed, type RestoreDocument } from '../support/protected-bed.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { waitUntil } from '../support/wait-until.ts';
import { scope, type PatroniMember } from './patroni-cluster.ts';
import { createThreeMembers, logOf, type ThreeMembers } from './three-members.ts';

/*
 * A whole cluster goes back to the moment before a table was dropped, with a backup of after the drop in the repository:
 * the set that pgBackRest would make replicas from.
 */
let sandbox: Sandbox;
let three: ThreeMembers;
let leader: PatroniMember;
let onLeader: ProtectedBed;
let moment: string;
let rows: Awaited<ReturnType<typeof readKnownRows>>;

beforeAll(async () => {
  sandbox = await createSandbox('whole', { graceMs: 10_000 });
  three = await createThreeMembers(sandbox);
  [leader] = three.members;
  [onLeader] = three.hosts;
  await createKnownRows(leader.cluster, 100);
  rows = await appendKnownRows(leader.cluster, 50);
  await passSecond(leader.cluster);
  moment = await leader.cluster.value('SELECT clock_timestamp()');
  await passSecond(leader.cluster);
  await leader.cluster.sql('DROP TABLE known_rows');
  await onLeader.backup('full');
  await leader.cluster.sql('CREATE TABLE later AS SELECT generate_series(1, 1000) AS id');
  await archiveWal(leader.cluster);
});
afterAll(async () => sandbox?.[Symbol.asyncDispose]());

interface ClusterDocument {
  readonly pause?: boolean;
  readonly members: readonly { name: string; role: string; state: string; timeline: number }[];
}

async function seen(member = leader): Promise<ClusterDocument> {
  return (await member.ask('/cluster')).body as ClusterDocument;
}

const summaryOf = ({ pause, members }: ClusterDocument): unknown => ({
  pause: pause === true,
  members: members.map(
    ({ name, role, timeline }) => `${name} ${role.replace('sync_standby', 'replica')} ${timeline}`,
  ),
});

/** What a replica has, once it has replayed what the leader wrote. */
async function replayed(member: PatroniMember): Promise<void> {
  const position = await leader.cluster.value('SELECT pg_current_wal_lsn()');
  await waitUntil(`${member.name} has replayed it`, async () => {
    const sql = `SELECT pg_last_wal_replay_lsn() >= '${position}'`;
    return (await member.cluster.value(sql)) === 't';
  });
}

async function expectEverywhere(check: (member: PatroniMember) => Promise<void>): Promise<void> {
  for (const member of three.members) {
    if (member !== leader) await replayed(member);
    await check(member);
  }
}

describe('replicas', () => {
  it('were made by pgBackRest', () => {
    const [, ...replicas] = three.members;
    for (const replica of replicas)
      expect(logOf(replica)).toMatch(/replica has been created using pgbackrest/);
  });
});

describe('the plan', () => {
  it('names every step of Patroni and every member, and changes nothing', async () => {
    const before = summaryOf(await seen());
    const { stdout } = await onLeader.mustRun(['restore', '--to', moment, '--plan']);
    expect(stdout).toMatch(
      /pause demo.*stop the server.*restore backup set.*promote|open it for writing.*let Patroni take n1.*full backup.*make n2, n3 anew.*end the pause.*wait until n2, n3 follow/s,
    );
    expect(stdout).toContain(`patronictl -c ${leader.configFile} reinit demo n2 --force`);
    expect(summaryOf(await seen())).toEqual(before);
  });

  it('is refused on the host of a replica', async () => {
    const [, onReplica] = three.hosts;
    const refused = await onReplica.refuse('--to', moment);
    expect(refused.rules).toEqual(['managed-by-patroni', 'server-is-standby']);
    expect((await seen()).pause).toBeUndefined();
  });
});

const idOf = ({ stderr }: HoldfastResult): string =>
  /restore-\d{8}T\d{6}Z-[0-9a-f]+/.exec(stderr)?.[0] ?? 'no id';

/** Starts a restore, or goes on with one, and kills it when it begins a step. */
async function killAt(
  title: string,
  id?: string,
  onLine: (line: string) => void = () => {},
): Promise<string> {
  const what = id === undefined ? ['--to', moment] : ['--resume', id];
  const killed = await onLeader.run(['restore', ...what, '--yes'], {
    killAt: new RegExp(`^\\[\\d+/\\d+\\] ${title}`),
    onLine,
  });
  expect(killed.signal, killed.stderr).toBe('SIGKILL');
  return id ?? idOf(killed);
}

describe('a restore that is undone before anything was promoted', () => {
  it('leaves the replicas as they are: they follow the old leader again', async () => {
    const before = summaryOf(await seen());
    const [, ...replicas] = three.members;
    const servers = replicas.map(({ cluster }) => cluster.pid());
    const id = await killAt('pause demo');
    await killAt('recover to', id);
    expect((await seen()).pause).toBe(true);
    await onLeader.mustRun(['undo', id, '--yes']);
    expect(summaryOf(await seen())).toEqual(before);
    expect(replicas.map(({ cluster }) => cluster.pid())).toEqual(servers);
    await leader.cluster.sql('INSERT INTO later VALUES (0); DELETE FROM later WHERE id = 0');
    await expectEverywhere(async ({ cluster }) => {
      expect(await cluster.value('SELECT count(*) FROM later')).toBe('1000');
    });
  });
});

describe('a restore of the whole cluster', () => {
  let id: string;

  /** What is asked of a person, done as it was printed. */
  function doByHand(): { readonly onLine: (line: string) => void; done(): Promise<string[]> } {
    const commands: string[] = [];
    const running: Promise<unknown>[] = [];
    return {
      onLine(line) {
        const command = /Do it now, on its host: (patronictl .*)$/i.exec(line)?.[1];
        if (command === undefined) return;
        commands.push(command);
        // On that host, with the patroni.yml of that host.
        const there = command.replace(leader.configFile, three.members[2].configFile);
        running.push(sandbox.mustRun('sh', ['-c', there]));
      },
      async done() {
        await Promise.all(running);
        return commands;
      },
    };
  }

  it('survives a kill -9 at any step of Patroni, and Patroni does nothing meanwhile', async () => {
    id = await killAt('let Patroni take n1');
    expect((await seen()).pause).toBe(true);
    const hand = doByHand();
    for (const title of ['take a full backup', 'make n2, n3 anew', 'end the pause', 'wait until n2, n3'])
      await killAt(title, id, hand.onLine);
    expect(await hand.done()).toEqual([`patronictl -c ${leader.configFile} reinit demo n3 --force`]);
  });

  it('is finished by a resume: the table is back on all three', async () => {
    const result = await onLeader.mustRun(['restore', '--resume', id, '--yes', '--json']);
    const { outcome } = result.json<RestoreDocument & { outcome: { steps: { name: string }[] } }>();
    expect(outcome.steps.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'take-over',
        'full-backup',
        'rebuild-replicas',
        'end-pause',
        'follow-replicas',
      ]),
    );
    const timeline = outcome.reached.newTimeline;
    expect(summaryOf(await seen())).toEqual({
      pause: false,
      members: [`n1 leader ${timeline}`, `n2 replica ${timeline}`, `n3 replica ${timeline}`],
    });
    await expectEverywhere(async ({ cluster }) => {
      expect(await readKnownRows(cluster)).toEqual(rows);
      expect(await cluster.value(`SELECT count(*) FROM pg_class WHERE relname = 'later'`)).toBe('0');
    });
  });

  it('leaves nothing of the recovery behind, and archiving works', async () => {
    const settings = `SELECT string_agg(name, ',') FROM pg_file_settings WHERE name LIKE 'recovery_target%' AND sourcefile LIKE '%auto.conf'`;
    expect(await leader.cluster.value(`SELECT coalesce((${settings}), 'none')`)).toBe('none');
    await onLeader.mustRun(['check']);
    const { stdout } = (await onLeader.mustRun(['info', '--json'])) as HoldfastResult;
    expect(stdout.match(/"label": ?"\d{8}-\d{6}F"/g)?.length).toBeGreaterThanOrEqual(3);
  });

  it('is undone: the old data are back on all three, on a timeline of their own', async () => {
    const hand = doByHand();
    await onLeader.mustRun(['undo', id, '--yes'], { onLine: hand.onLine });
    expect(await hand.done()).toHaveLength(1);
    const { members, pause } = await seen();
    expect(pause).toBeUndefined();
    expect(new Set(members.map(({ timeline }) => timeline))).toEqual(new Set([3]));
    await expectEverywhere(async ({ cluster }) => {
      expect(await cluster.value('SELECT count(*) FROM later')).toBe('1000');
      expect(await cluster.value(`SELECT count(*) FROM pg_class WHERE relname = 'known_rows'`)).toBe('0');
    });
  });
});

describe('a pause that somebody ends in the middle', () => {
  it('lets another member lead: the restore stops there, and the undo makes a replica of the old leader', async () => {
    const id = await killAt('open it for writing');
    await three.patroni.control(leader, 'resume', scope);
    const [, n2, n3] = three.members;
    const next = await waitUntil(
      'another one leads',
      async () => {
        for (const member of [n2, n3]) if ((await member.ask('/primary')).status === 200) return member;
        return undefined;
      },
      { timeoutMs: 90_000 },
    );
    const refused = refusalOf(await onLeader.run(['restore', '--resume', id, '--yes', '--json']));
    expect(refused.problem).toBe(`${(next as PatroniMember).name} has become the leader of demo meanwhile`);
    await onLeader.mustRun(['undo', id, '--yes']);
    await waitUntil('the old leader follows', async () => (await leader.ask('/replica')).status === 200, {
      timeoutMs: 90_000,
    });
    expect(await leader.cluster.value('SELECT count(*) FROM later')).toBe('1000');
    expect(await leader.cluster.value('SELECT pg_is_in_recovery()')).toBe('t');
  });
});
