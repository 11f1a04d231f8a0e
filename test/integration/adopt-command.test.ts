import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createCluster, type TestCluster } from '../support/cluster.ts';
import { engineUnderTest, engineVersionUnderTest } from '../support/engines.ts';
import { mustRunHoldfast, runHoldfast } from '../support/holdfast.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';

const passphrase = 'kR7xQ2vN9cJ4mT6bW8sL1pZ3';

/** An installation as somebody made it by hand: encrypted, repo2 alone, a part in conf.d, archiving, one full backup. */
interface HandMade {
  readonly conf: string;
  readonly include: string;
  readonly cluster: TestCluster;
  /** Runs the engine as its owner would, without Holdfast. Gives what it printed. */
  engine(...args: readonly string[]): Promise<string>;
  labels(): Promise<readonly string[]>;
}

async function installByHand(sandbox: Sandbox): Promise<HandMade> {
  const include = sandbox.directory('etc/conf.d');
  const conf = sandbox.file('etc/pgbackrest.conf');
  const common = [`--config=${conf}`, `--config-include-path=${include}`, '--stanza=main'];
  const archive = [engineUnderTest(), ...common, 'archive-push %p'].join(' ');
  const cluster = await createCluster({
    sandbox,
    walSegmentMegabytes: 1,
    settings: { archive_mode: 'on', archive_command: archive },
  });
  sandbox.write(
    'etc/pgbackrest.conf',
    [
      '[global]',
      `repo2-path=${sandbox.directory('repository')}`,
      'repo2-cipher-type=aes-256-cbc',
      `repo2-cipher-pass=${passphrase}`,
      `log-path=${sandbox.directory('log')}`,
      `lock-path=${sandbox.directory('lock')}`,
      `spool-path=${sandbox.directory('spool')}`,
      'compress-type=lz4',
      'start-fast=y',
      '[global:archive-push]',
      'process-max=2',
      '[main]',
      `pg1-path=${cluster.dataDirectory}`,
      `pg1-port=${cluster.port}`,
      `pg1-socket-path=${cluster.socketDirectory}`,
      '',
    ].join('\n'),
  );
  sandbox.write('etc/conf.d/repo.conf', '[global]\nrepo2-retention-full=4\n');
  const engine = async (...args: readonly string[]): Promise<string> =>
    (await sandbox.mustRun(engineUnderTest(), [...common, ...args])).stdout;
  await engine('stanza-create');
  await cluster.sql('CREATE TABLE known AS SELECT 1 AS id');
  await engine('--type=full', 'backup');
  const labels = async (): Promise<readonly string[]> => {
    const [stanza] = JSON.parse(await engine('--output=json', 'info')) as { backup: { label: string }[] }[];
    return (stanza?.backup ?? []).map(({ label }) => label);
  };
  return { conf, include, cluster, engine, labels };
}

/** The engine under test may lie where no PATH leads. */
function nameEngine(file: string): void {
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace('engine:\n', `engine:\n  binary: ${engineUnderTest()}\n`));
}

it('takes an installation over, and the next backup continues its chain', async () => {
  await using sandbox = await createSandbox('adopt');
  const { conf, include, cluster, engine, labels } = await installByHand(sandbox);
  const [full = ''] = await labels();
  const output = sandbox.file('holdfast.yaml');
  const before = [readFileSync(conf, 'utf8'), readFileSync(`${include}/repo.conf`, 'utf8')];
  const files = ['--conf', conf, '--conf-include', include, '--engine', engineVersionUnderTest()];
  const adopted = await mustRunHoldfast(['adopt', ...files, '--output', output]);
  expect(adopted.stdout).toContain('makes the same of the new files as of the old ones');
  expect(`${adopted.stdout}${adopted.stderr}`).not.toContain(passphrase);
  expect(readFileSync(output, 'utf8')).not.toContain(passphrase);
  const secret = sandbox.file('secrets/repo2-cipher-pass');
  expect(readFileSync(secret, 'utf8')).toBe(`${passphrase}\n`);
  expect(statSync(secret)).toMatchObject({ mode: 0o100600, uid: sandbox.owner.uid });
  expect([readFileSync(conf, 'utf8'), readFileSync(`${include}/repo.conf`, 'utf8')]).toEqual(before);

  nameEngine(output);
  writeFileSync(output, `${readFileSync(output, 'utf8')}\nstate: { directory: ${sandbox.file('state')} }\n`);
  const run = ['--config', output, '--yes'];
  const plan = await runHoldfast(['setup', '--plan', ...run]);
  expect(plan.stdout).toContain('-repo2-cipher-pass=(masked)');
  expect(plan.stdout).toContain(`${include}/repo.conf`);
  const refused = await runHoldfast(['setup', '--json', ...run]);
  expect(refused.json()).toMatchObject({
    error: { kind: 'edited-by-hand', place: `${conf}, ${include}/repo.conf` },
  });
  expect(`${plan.stdout}${plan.stderr}${refused.stdout}${refused.stderr}`).not.toContain(passphrase);
  expect(readFileSync(conf, 'utf8')).toBe(before[0]);

  await mustRunHoldfast(['setup', '--force', '--replace-archive-command', ...run]);
  expect(await labels()).toEqual([full]);
  await cluster.sql('INSERT INTO known VALUES (2)');
  await mustRunHoldfast(['backup', '--type', 'incr', ...run]);
  const after = await labels();
  expect(after).toHaveLength(2);
  expect(after[1]).toMatch(new RegExp(`^${full}_\\d{8}-\\d{6}I$`));

  const restored = sandbox.directory('restored');
  await engine(`--set=${full}`, '--type=immediate', `--pg1-path=${restored}`, 'restore');
  expect(readFileSync(`${restored}/PG_VERSION`, 'utf8').trim()).toBe(String(cluster.binaries.major));
});

it('overwrites nothing unless told to, and then keeps a numbered copy', async () => {
  await using sandbox = await createSandbox('adopt-force');
  const conf = sandbox.write('pgbackrest.conf', '[global]\nrepo1-path=/srv/repo\n[main]\npg1-path=/srv/pg\n');
  const output = sandbox.file('holdfast.yaml');
  const args = ['adopt', '--conf', conf, '--engine', '2.45', '--output', output];
  await mustRunHoldfast(args);
  const first = readFileSync(output, 'utf8');
  expect((await mustRunHoldfast(args)).code).toBe(0);
  writeFileSync(output, '# mine\n');
  const printed = await runHoldfast([
    'adopt',
    '--conf',
    conf,
    '--secrets',
    'keep',
    '--output',
    '-',
    '--json',
  ]);
  expect(printed.json()).toMatchObject({ ok: false, error: { kind: 'usage' } });
  const refused = await runHoldfast([...args, '--json']);
  expect(refused.json()).toMatchObject({ ok: false, error: { kind: 'edited-by-hand' } });
  expect(readFileSync(output, 'utf8')).toBe('# mine\n');
  await mustRunHoldfast([...args, '--force']);
  expect(readFileSync(output, 'utf8')).toBe(first);
  expect(readFileSync(`${output}.1`, 'utf8')).toBe('# mine\n');
});

it('takes schedules and Patroni along, and lists what it leaves', async () => {
  await using sandbox = await createSandbox('adopt-cron');
  const conf = sandbox.write(
    'pgbackrest.conf',
    '[global]\nrepo1-path=/srv/repo\nrepo2-path=/srv/two\nbogus=1\n[main]\npg1-path=/srv/pg\n',
  );
  const crontab = sandbox.write(
    'crontab',
    [
      '0 2 * * 0 pgbackrest --stanza=main --type=full backup >> /var/log/x 2>&1',
      '@hourly pgbackrest --stanza=main check',
      '0 4 * * * test -f /primary && pgbackrest --stanza=main --type=diff backup',
      '',
    ].join('\n'),
  );
  sandbox.write(
    'units/pgbackrest-incr.timer',
    '[Timer]\nOnCalendar=Mon..Sat *-*-* 0/6:30:00\n[Install]\nWantedBy=timers.target\n',
  );
  sandbox.write(
    'units/pgbackrest-incr.service',
    '[Service]\nUser=postgres\nExecStart=/usr/bin/pgbackrest --stanza=main --type=incr --repo=2 backup\n',
  );
  const patroni = sandbox.write(
    'patroni.yml',
    'scope: main\nrestapi:\n  listen: 0.0.0.0:8008\npostgresql:\n  data_dir: /srv/pg\n',
  );
  const files = [
    '--conf',
    conf,
    '--crontab',
    crontab,
    '--timers',
    sandbox.file('units'),
    '--patroni',
    patroni,
  ];
  const result = await runHoldfast(['adopt', ...files, '--engine=2.45', '--output=-', '--json']);
  expect(result.code).toBe(1);
  const { text, notes } = result.json<{ text: string; notes: { kind: string; what: string }[] }>();
  expect(text).toContain('patroni: { url: http://127.0.0.1:8008 }');
  expect(text).toContain('full: { cron: "0 2 * * 0", repositories: [ repo1 ] }');
  expect(text).toContain('incr: { cron: "30 0-23/6 * * 1-6", repositories: [ repo2 ] }');
  expect(text).toContain('check: "0 * * * *"');
  expect(text).not.toContain('diff:');
  const lost = notes.filter(({ kind }) => kind === 'not-carried').map(({ what }) => what);
  expect(lost).toEqual(['0 4 * * * test -f /primary && pgbackrest --stanza=main --type=diff backup']);
  expect(notes).toContainEqual(expect.objectContaining({ kind: 'no-effect', what: 'bogus' }));
});
