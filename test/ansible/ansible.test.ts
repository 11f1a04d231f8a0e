import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { waitUntil } from '../support/wait-until.ts';
import {
  createAnsibleProject,
  packHoldfast,
  type AnsibleProject,
  type PlaybookResult,
} from './ansible-project.ts';
import type { Machine } from './machine.ts';
import { createPatroniMachines, dataDirectory, type PatroniMachines } from './patroni-machines.ts';

/*
 * Three machines with a Patroni cluster that nobody backs up, and the project that was rendered for them, from the first
 * run to a recovery of all of it. The tests build on each other, as the playbooks do.
 */
let sandbox: Sandbox;
let cluster: PatroniMachines;
let project: AnsibleProject;
const names = ['db1', 'db2', 'db3'];

beforeAll(async () => {
  sandbox = await createSandbox('ansible', { graceMs: 10_000 });
  cluster = await createPatroniMachines(sandbox, names);
  const archives = packHoldfast(sandbox.directory('archives', 0o755));
  const configuration = {
    stanzas: {
      main: {
        postgres: names.map((host) => ({ path: dataDirectory, host })),
        patroni: { url: 'http://127.0.0.1:8008', config: '/etc/patroni/config.yml' },
        repositories: {
          local: {
            type: 'posix',
            path: '/srv/backups',
            encryption: { passphrase: '${CIPHER}' },
            retention: { full: 2 },
          },
        },
        schedule: { timezone: 'UTC', full: '0 2 * * 0', incr: '0 2 * * 1-6' },
        objectives: { rpo: '1m' },
      },
    },
    deploy: {
      engineVersion: '2.45',
      postgresVersion: 15,
      ansible: { package: archives.package, node: archives.node },
    },
  };
  const file = sandbox.write('holdfast.yaml', stringify(configuration), 0o644);
  const access = { network: cluster.network, machines: cluster.machines };
  project = await createAnsibleProject(sandbox.directory('ansible', 0o755), file, access, {
    vault_holdfast_cipher: 'a passphrase of tests with enough in it',
  });
});
afterAll(async () => {
  await sandbox?.[Symbol.asyncDispose]();
});

const changedOf = ({ recap }: PlaybookResult): readonly (number | undefined)[] =>
  names.map((name) => recap[name]?.['changed']);

/** The leader, and the others. */
async function roles(): Promise<{ readonly leader: Machine; readonly replicas: readonly Machine[] }> {
  const leader = await cluster.leader();
  return { leader, replicas: cluster.machines.filter((machine) => machine !== leader) };
}

/** Full backups that the repository has. */
async function fullBackups(machine: Machine): Promise<number> {
  const { stdout } = await machine.run('sudo', [
    '-u',
    'postgres',
    'pgbackrest',
    '--stanza=main',
    'info',
    '--output=json',
  ]);
  const [stanza] = JSON.parse(stdout) as { backup: { type: string }[] }[];
  return stanza?.backup.filter(({ type }) => type === 'full').length ?? 0;
}

/** Waits until all replicas have what the leader has. */
async function everywhere(statement: string): Promise<readonly string[]> {
  const { leader } = await roles();
  const position = await cluster.sql(leader, 'SELECT pg_current_wal_lsn()');
  for (const machine of cluster.machines) {
    await waitUntil(
      `${machine.name} has what the leader has`,
      async () =>
        machine === leader ||
        (await cluster.sql(machine, `SELECT pg_last_wal_replay_lsn() >= '${position}'`)) === 't',
    );
  }
  return Promise.all(cluster.machines.map((machine) => cluster.sql(machine, statement)));
}

describe('the first run', () => {
  it('is clean to ansible-lint, which finds a fault that is planted', async () => {
    const { code, output } = await project.lint();
    expect(code, output).toBe(0);
    const planted = `${project.directory}/roles/stanza/tasks/planted.yml`;
    writeFileSync(planted, '---\n- command: rm -rf /tmp/x\n');
    expect((await project.lint()).code).not.toBe(0);
    rmSync(planted);
  });

  it('with --check says what would be done and does none of it', async () => {
    const result = await project.mustPlay('site.yml', '--check', '--diff');
    expect(result.output).toContain('+Pin: version 2.45*');
    for (const machine of cluster.machines)
      expect((await machine.run('test', ['-e', '/etc/holdfast'])).code, machine.name).toBe(1);
  });

  it('stops where secrets are in plain text, or one is missing', async () => {
    const vault = `${project.directory}/group_vars/all/vault.yml`;
    const encrypted = readFileSync(vault, 'utf8');
    writeFileSync(vault, 'vault_holdfast_cipher: in plain text\n');
    expect((await project.play('site.yml')).output).toContain('is not encrypted');
    writeFileSync(vault, encrypted);
    const missing = await project.play('vault.yml', '-e', 'vault_holdfast_cipher=FILL-IN');
    expect(missing.code).not.toBe(0);
  });

  it('stops without consent before PostgreSQL is restarted, and takes no backup', async () => {
    const result = await project.play('site.yml');
    expect(result.code).not.toBe(0);
    expect(result.output).toContain('patroni_restart_consent=true');
    for (const machine of cluster.machines)
      expect(await cluster.sql(machine, 'SHOW archive_mode')).toBe('off');
    expect(readdirSync(sandbox.file('shared'))).toEqual([]);
  });
});

describe('with consent', () => {
  it('restarts replicas first and the leader last, and has archiving, a stanza and a full backup then', async () => {
    const { leader, replicas } = await roles();
    // To one of them this is the first run: its handler has a service to restart only once the unit is there.
    const none = ['/etc/holdfast/holdfast.yaml', '/etc/systemd/system/holdfast.service'];
    await replicas[0]?.mustRun('rm', none);
    const { output } = await project.mustPlay('site.yml', '-e', 'patroni_restart_consent=true');
    const restarted = [
      ...output.matchAll(/TASK \[patroni : Restart the member\] \*+\n(?:changed|ok): \[(\w+)(?: -> (\w+))?/g),
    ];
    const order = restarted.map(([, from, to]) => to ?? from);
    expect(order).toHaveLength(3);
    expect(order.at(-1)).toBe(leader.name);
    expect(await cluster.leader()).toBe(leader);
    for (const machine of cluster.machines)
      expect(await cluster.sql(machine, 'SHOW archive_mode')).toBe('on');
    expect(await fullBackups(leader)).toBe(1);
    expect(output).not.toContain('a passphrase of tests');
  });

  it('changes nothing the second time, and would change nothing', async () => {
    expect(changedOf(await project.mustPlay('site.yml'))).toEqual([0, 0, 0]);
    expect(changedOf(await project.mustPlay('site.yml', '--check', '--diff'))).toEqual([0, 0, 0]);
  });

  it('restarts a daemon that has not read what a run wrote which stopped before its handlers', async () => {
    const [, machine] = cluster.machines as [Machine, Machine, Machine];
    const daemon = (): Promise<string> => machine.mustRun('cat', ['/run/holdfast.pid']);
    const before = await daemon();
    await machine.mustRun('touch', ['/etc/holdfast/holdfast.yaml']);
    expect(changedOf(await project.mustPlay('site.yml'))).toEqual([0, 2, 0]);
    expect(await daemon()).not.toBe(before);
    expect(changedOf(await project.mustPlay('site.yml'))).toEqual([0, 0, 0]);
  });

  it('has secrets in files of 0600 alone, and in patroni.yml what people wrote', async () => {
    for (const machine of cluster.machines) {
      const mode = await machine.mustRun('stat', ['-c', '%a %U', '/etc/holdfast/secrets/cipher']);
      expect(mode.trim()).toBe('600 postgres');
      const holders = await machine.run('grep', [
        '-rl',
        'a passphrase of tests',
        '/etc',
        '/var/lib/holdfast',
        '/var/log',
      ]);
      expect(holders.stdout.trim().split('\n').toSorted()).toEqual([
        '/etc/holdfast/secrets/cipher',
        '/etc/pgbackrest/conf.d/holdfast-secrets.conf',
      ]);
      const file = await machine.mustRun('cat', ['/etc/patroni/config.yml']);
      expect(file).toContain(`# Patroni of ${machine.name}: this comment stays\n`);
      expect(file).toContain('tags: { nofailover: false }   # and this one');
      expect(parse(file)).toMatchObject({
        postgresql: { create_replica_methods: ['pgbackrest', 'basebackup'] },
      });
      expect(await machine.mustRun('stat', ['-c', '%a %U %G', '/etc/patroni/config.yml'])).toBe(
        '640 root postgres',
      );
    }
  });

  it('lets pgBackRest of each host reach the others, and everything is seen to be right', async () => {
    const { leader, replicas } = await roles();
    for (const replica of replicas)
      await leader.mustRun('sudo', ['-u', 'postgres', 'ssh', '-o', 'BatchMode=yes', replica.name, 'true']);
    const backup = await leader.mustRun('holdfast', ['backup', '--type', 'incr', '--yes'], 240_000);
    expect(backup).toMatch(/incr/);
    await project.mustPlay('check.yml');
  });
});

describe('recover-cluster.yml', () => {
  let target: string;

  it('refuses what is not said, and a time without its zone, before anything is done', async () => {
    const { leader } = await roles();
    await cluster.sql(leader, 'CREATE TABLE orders AS SELECT generate_series(1, 1000) AS id');
    await new Promise((resolve) => setTimeout(resolve, 1100));
    target = await cluster.sql(leader, 'SELECT clock_timestamp()');
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const stanza = ['-e', 'stanza=main'];
    const unconfirmed = await project.play(
      'recover-cluster.yml',
      ...stanza,
      '-e',
      JSON.stringify({ to: target }),
    );
    expect(unconfirmed.output).toContain('confirm=NAME');
    const zoneless = JSON.stringify({ to: target.slice(0, 19), confirm: 'main' });
    expect((await project.play('recover-cluster.yml', ...stanza, '-e', zoneless)).output).toContain('+01');
    const future = JSON.stringify({ to: '2099-01-01 00:00:00+00', confirm: 'main' });
    expect((await project.play('recover-cluster.yml', ...stanza, '-e', future)).code).not.toBe(0);
    expect(await cluster.leader()).toBe(leader);
    expect(await everywhere('SELECT count(*) FROM orders')).toEqual(['1000', '1000', '1000']);
  });

  it('brings all three back to the moment, also where a newer backup is of the timeline that is left', async () => {
    const { leader } = await roles();
    await cluster.sql(leader, 'INSERT INTO orders SELECT generate_series(1001, 1007)');
    await cluster.sql(leader, 'DROP TABLE orders');
    await leader.mustRun('holdfast', ['backup', '--type', 'full', '--yes'], 240_000);
    const words = JSON.stringify({ stanza: 'main', to: target, confirm: 'main' });
    await project.mustPlay('recover-cluster.yml', '-e', words);
    expect(await everywhere('SELECT count(*) || max(id)::text FROM orders')).toEqual([
      '10001000',
      '10001000',
      '10001000',
    ]);
    const { body } = await cluster.ask(leader, '/cluster');
    const { members } = body as { members: { role: string; timeline: number }[] };
    expect(members.map(({ role }) => role).toSorted()).toEqual(['leader', 'replica', 'replica']);
    expect(new Set(members.map(({ timeline }) => timeline)).size).toBe(1);
    for (const machine of cluster.machines) {
      const kept = await machine.mustRun('sh', ['-c', `ls -d ${dataDirectory}.before-*`]);
      expect(kept, machine.name).toContain('.before-');
      if (machine !== leader)
        expect(await machine.mustRun('tail', ['-n', '500', '/var/log/patroni.log'])).toContain(
          'replica has been created using pgbackrest',
        );
    }
    const settings = (await cluster.ask(leader, '/config')).body as Record<string, unknown>;
    expect(settings['pause']).toBeUndefined();
    expect(settings).toMatchObject({ ttl: 20, postgresql: { parameters: { archive_mode: 'on' } } });
  });

  it('leaves nothing for site.yml to do', async () => {
    expect(changedOf(await project.mustPlay('site.yml'))).toEqual([0, 0, 0]);
  });
});

describe('the other playbooks', () => {
  it('new-replica.yml leaves the leader alone, and makes a replica from the repository', async () => {
    const { leader, replicas } = await roles();
    const refused = await project.play(
      'new-replica.yml',
      '-e',
      'stanza=main',
      '-e',
      `replica=${leader.name}`,
    );
    expect(refused.output).toContain('is the leader');
    const [replica] = replicas as [Machine, Machine];
    // Without the backup that the recovery took the newest is of the timeline that was left.
    const engine = ['-u', 'postgres', 'pgbackrest', '--stanza=main'];
    const { stdout } = await leader.run('sudo', [...engine, 'info', '--output=json']);
    const newest = (JSON.parse(stdout) as { backup: { label: string }[] }[])[0]?.backup.at(-1)?.label ?? '';
    await leader.mustRun('sudo', [...engine, 'expire', `--set=${newest}`, '--repo=1']);
    const never = ['-e', 'stanza=main', '-e', `replica=${replica.name}`];
    expect((await project.play('new-replica.yml', ...never)).output).toContain('would never follow');
    expect((await cluster.ask(replica, '/replica')).status).toBe(200);
    await leader.mustRun('holdfast', ['backup', '--type', 'full', '--yes'], 240_000);
    await replica.mustRun('sh', ['-c', ': >/var/log/patroni.log']);
    await project.mustPlay('new-replica.yml', '-e', 'stanza=main', '-e', `replica=${replica.name}`);
    expect(await everywhere('SELECT count(*) FROM orders')).toEqual(['1000', '1000', '1000']);
    expect(await replica.mustRun('cat', ['/var/log/patroni.log'])).toContain(
      'replica has been created using pgbackrest',
    );
    expect(await cluster.leader()).toBe(leader);
  });

  it('update.yml goes from host to host, the leader last, and restarts no server', async () => {
    const { leader } = await roles();
    const started = 'SELECT pg_postmaster_start_time()';
    const before = await Promise.all(cluster.machines.map((machine) => cluster.sql(machine, started)));
    const { output } = await project.mustPlay('update.yml');
    const asked = [
      ...output.matchAll(/TASK \[holdfast : Ask Holdfast for its version\] \*+\nok: \[(\w+)\]/g),
    ];
    expect(asked.map(([, name]) => name).at(-1)).toBe(leader.name);
    expect(asked).toHaveLength(3);
    expect(await Promise.all(cluster.machines.map((machine) => cluster.sql(machine, started)))).toEqual(
      before,
    );
  });

  it('uninstall.yml asks, takes the program away, and archiving goes on', async () => {
    const { leader } = await roles();
    expect((await project.play('uninstall.yml')).output).toContain('uninstall_consent=true');
    await project.mustPlay('uninstall.yml', '-e', 'uninstall_consent=true');
    expect((await leader.run('test', ['-e', '/usr/local/bin/holdfast'])).code).toBe(1);
    const segment = await cluster.sql(leader, 'SELECT pg_walfile_name(pg_switch_wal())');
    await waitUntil(
      'the segment is archived',
      async () =>
        (await cluster.sql(leader, `SELECT last_archived_wal >= '${segment}' FROM pg_stat_archiver`)) === 't',
    );
    await leader.mustRun('sudo', ['-u', 'postgres', 'pgbackrest', '--stanza=main', 'check'], 240_000);
    expect(await fullBackups(leader)).toBeGreaterThan(0);
  });
});
