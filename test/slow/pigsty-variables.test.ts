import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { createCluster, type TestCluster } from '../support/cluster.ts';
import { engineUnderTest, engineVersionUnderTest } from '../support/engines.ts';
import { mustRunHoldfast, runHoldfast } from '../support/holdfast.ts';
import type { Sandbox } from '../support/sandbox.ts';

/*
 * pigsty.yml after `holdfast render pigsty --into`, read with the YAML and the templates that Ansible has, and what Pigsty
 * makes of it given to the real pgBackRest. Pigsty itself is not run.
 */
const inventory = `---
all:
  children:
    infra: { hosts: { 10.10.10.10: { infra_seq: 1 } } }   # one node
    pg-meta:
      hosts: { 10.10.10.10: { pg_seq: 1, pg_role: primary } }
      vars:
        pg_cluster: pg-meta
        pg_users:
          - { name: dbuser_meta ,password: DBUser.Meta ,roles: [ dbrole_admin ] }
        node_crontab:
          - '00 01 * * * postgres /pg/bin/pg-backup full'
          - '00 05 * * * root /usr/local/bin/mine'
  vars:
    version: v4.5.0
    pgbackrest_clean: true
    pgbackrest_method: minio      # which one
    pgbackrest_repo:
      minio: { type: s3, s3_bucket: pgsql, cipher_pass: pgBackRest }
`;
/** With everything in it that a template, a shell or YAML might take for its own. */
const passphrase = `a"b'c {{ d }} #e: 'f' %g\\h $i ${'x'.repeat(24)}`;

let cluster: TestCluster;
let sandbox: Sandbox;
let modules: string;

interface PigstyConf {
  readonly enabled: boolean;
  readonly repository: string;
  readonly pg_crontab: readonly string[] | null;
  readonly node_crontab: readonly string[] | null;
}

function readAsPigsty(file: string): PigstyConf {
  const script = join(import.meta.dirname, '../support/pigsty-conf.py');
  const env = { PATH: '/usr/bin:/bin', PYTHONPATH: modules, LC_ALL: 'C.UTF-8' };
  return JSON.parse(
    execFileSync('python3', [script, file, 'pg-meta'], { env, encoding: 'utf8' }),
  ) as PigstyConf;
}

function writeFile(deploy: Readonly<Record<string, unknown>> = {}): string {
  return sandbox.write(
    'holdfast.yaml',
    stringify({
      stanzas: {
        'pg-meta': {
          postgres: { path: cluster.dataDirectory, port: cluster.port, socket: cluster.socketDirectory },
          repositories: {
            first: {
              type: 'posix',
              path: sandbox.directory('first'),
              retention: { full: '14d' },
              encryption: { passphrase: `file:${sandbox.write('passphrase', `${passphrase}\n`)}` },
            },
            second: {
              type: 'posix',
              path: sandbox.directory('second'),
              retention: { full: 2 },
              encryption: { passphrase: `file:${sandbox.file('passphrase')}` },
            },
          },
          schedule: { full: '0 1 * * 0', diff: { cron: '0 1 * * 1-6', repositories: ['first'] } },
        },
      },
      deploy: { engineVersion: engineVersionUnderTest(), pigsty: deploy },
    }),
    0o644,
  );
}

beforeAll(async () => {
  modules = execFileSync('sh', [join(import.meta.dirname, '../tools/get-jinja.sh')], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trim();
  cluster = await createCluster({ name: 'pigsty', walSegmentMegabytes: 1 });
  sandbox = cluster.sandbox;
});
afterAll(() => cluster?.[Symbol.asyncDispose]());

const render = (file: string, ...args: readonly string[]): readonly string[] => [
  '--config',
  file,
  'render',
  'pigsty',
  ...args,
];

describe('pigsty.yml', () => {
  it('says once edited what pgBackRest needs, in both repositories', async () => {
    const file = writeFile();
    const into = sandbox.write('pigsty.yml', inventory);
    chmodSync(into, 0o640);
    const check = await runHoldfast(render(file, '--into', into, '--check'));
    expect(check.code).toBe(1);
    expect(check.stdout).not.toMatch(/DBUser|pgBackRest\b.*\}/);
    expect(readFileSync(into, 'utf8')).toBe(inventory);
    await mustRunHoldfast(render(file, '--into', into));
    expect(statSync(into).mode & 0o777).toBe(0o640);
    const copy = readdirSync(sandbox.path).find((name) => name.startsWith('pigsty.yml.saved-'));
    expect(readFileSync(sandbox.file(copy ?? ''), 'utf8')).toBe(inventory);
    const again = await mustRunHoldfast(render(file, '--into', into));
    expect(again.stdout).toContain('is as it should be');
    const edited = readFileSync(into, 'utf8');
    expect(edited).not.toContain(passphrase.slice(0, 5));
    const untouched = inventory
      .split('\n')
      .filter((line) => !/pgbackrest_clean|pgbackrest_method|pg-backup/.test(line));
    expect(edited.split('\n').filter((line) => untouched.includes(line))).toEqual(untouched);

    const read = readAsPigsty(into);
    expect(read.enabled).toBe(true);
    expect(read.node_crontab).toEqual(['00 05 * * * root /usr/local/bin/mine']);
    expect(read.pg_crontab?.[0]).toMatch(
      /^0 1 \* \* 0 \/pg\/bin\/pg-backup full; .* --repo=2 --type=full backup/,
    );
    expect(read.pg_crontab?.[1]).toBe('0 1 * * 1-6 /pg/bin/pg-backup diff # holdfast');
    expect(read.repository).toContain(`repo1-cipher-pass=${passphrase}\n`);

    const out = sandbox.file('out');
    await mustRunHoldfast(render(file, '--out', out));
    const companion = readFileSync(join(out, 'pigsty/secret/pg-meta-repositories.conf'), 'utf8');
    expect(statSync(join(out, 'pigsty/secret/pg-meta-repositories.conf')).mode & 0o777).toBe(0o600);
    await backUp(read.repository, companion);
  });

  /** With the options that Pigsty has around the repository. */
  async function backUp(repository: string, companion: string): Promise<void> {
    for (const name of ['log', 'lock', 'spool', 'conf.d']) sandbox.directory(name);
    const { dataDirectory, port, socketDirectory } = cluster;
    const own = `[pg-meta]\npg1-path=${dataDirectory}\npg1-port=${port}\npg1-socket-path=${socketDirectory}\n`;
    const global = 'archive-async=y\nstart-fast=y\nexpire-auto=y\ncompress-type=lz4\ndelta=y\n';
    const places = `spool-path=${sandbox.file('spool')}\nlog-path=${sandbox.file('log')}\nlock-path=${sandbox.file('lock')}\n`;
    sandbox.write('pgbackrest.conf', `${own}\n[global]\n${global}${places}${repository}`);
    sandbox.write('conf.d/holdfast-repositories.conf', companion);
    const words = [
      `--config=${sandbox.file('pgbackrest.conf')}`,
      `--config-include-path=${sandbox.file('conf.d')}`,
    ];
    const engine = (...args: readonly string[]): ReturnType<Sandbox['mustRun']> =>
      sandbox.mustRun(engineUnderTest(), [...words, '--stanza=pg-meta', ...args]);
    await engine('--no-online', 'stanza-create');
    await cluster.sql(`ALTER SYSTEM SET archive_mode = 'on'`);
    const archive = `${engineUnderTest()} ${words.join(' ')} --stanza=pg-meta archive-push %p`;
    await cluster.sql(`ALTER SYSTEM SET archive_command = '${archive}'`);
    await cluster.stop();
    await cluster.start();
    await engine('--type=full', 'backup');
    await engine('--type=full', '--repo=2', 'backup');
    const info = JSON.parse((await engine('--output=json', 'info')).stdout) as {
      repo: { key: number; cipher: string; status: { code: number } }[];
    }[];
    expect(info[0]?.repo.map(({ key, cipher, status }) => [key, cipher, status.code])).toEqual([
      [1, 'aes-256-cbc', 0],
      [2, 'aes-256-cbc', 0],
    ]);
  }

  it('of version 3 has the user in its crontab', async () => {
    const into = sandbox.write('pigsty3.yml', inventory);
    await mustRunHoldfast(render(writeFile({ version: 3 }), '--into', into));
    const { node_crontab: lines, pg_crontab: none } = readAsPigsty(into);
    expect(none).toBeNull();
    expect(lines?.[0]).toBe('00 05 * * * root /usr/local/bin/mine');
    expect(lines?.[1]).toMatch(/^0 1 \* \* 0 postgres \/pg\/bin\/pg-backup full; /);
    expect(readFileSync(into, 'utf8')).toContain('pgbackrest_clean: true');
  });

  it('gets values only with consent, and they are the same to the byte', async () => {
    const into = sandbox.write('pigsty-values.yml', inventory, 0o600);
    const result = await mustRunHoldfast(render(writeFile(), '--into', into, '--with-secrets'));
    expect(result.stdout).toContain('cipher_pass: (hidden)');
    expect(result.stdout + result.stderr).not.toContain(passphrase.slice(0, 5));
    expect(readAsPigsty(into).repository).toContain(`repo1-cipher-pass=${passphrase}\n`);
  });

  it('never gets the passphrase that Pigsty publishes', async () => {
    const file = writeFile();
    sandbox.write('passphrase', 'pgBackRest\n');
    const into = sandbox.write('pigsty-published.yml', inventory);
    const result = await runHoldfast(render(file, '--into', into, '--with-secrets'));
    expect([result.code, result.stderr]).toEqual([66, expect.stringContaining('one that Pigsty publishes')]);
    expect(readFileSync(into, 'utf8')).toBe(inventory);
  });
});
