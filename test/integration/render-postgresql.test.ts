import { appendFileSync, readFileSync, renameSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { createCluster, type TestCluster } from '../support/cluster.ts';
import { writeConfiguration, type TestConfiguration } from '../support/configuration.ts';
import { mustRunHoldfast, runHoldfast } from '../support/holdfast.ts';

/* The rendered file, read by a real server, which then archives by it. */
let cluster: TestCluster;
let configuration: TestConfiguration;
let alone: string;

beforeAll(async () => {
  cluster = await createCluster({ name: "pg'conf", walSegmentMegabytes: 1 });
  const keys = {
    objectives: { rpo: '40s' },
    heartbeat: false,
    postgres: [
      {
        path: cluster.dataDirectory,
        port: cluster.port,
        socket: cluster.socketDirectory,
        bin: cluster.binaries.directory,
      },
      { path: '/var/lib/postgresql/15/main', host: 'db2' },
    ],
  };
  const engine = { configFile: cluster.sandbox.file('holdfast', "it's 100%", 'pgbackrest.conf') };
  configuration = writeConfiguration(cluster.sandbox, { main: { cluster, keys } }, { engine });
  // The same without the other host, which there is not: pgBackRest would ask it.
  const here = { ...keys, postgres: keys.postgres.slice(0, 1) };
  const text = readFileSync(configuration.file, 'utf8');
  alone = `${configuration.file}.alone`;
  renameSync(writeConfiguration(cluster.sandbox, { main: { cluster, keys: here } }, { engine }).file, alone);
  cluster.sandbox.write(configuration.file, text, 0o644);
});
afterAll(() => cluster?.[Symbol.asyncDispose]());

const render = (...args: readonly string[]) =>
  runHoldfast(['--config', configuration.file, 'render', 'postgresql', ...args]);

describe('holdfast render postgresql', () => {
  it('gives settings that a server takes, and with which setup has nothing left to change', async () => {
    const out = cluster.sandbox.directory('rendered');
    await mustRunHoldfast(['--config', configuration.file, 'render', 'postgresql', '--out', out]);
    const file = `${out}/postgresql/main/holdfast.conf`;
    appendFileSync(`${cluster.dataDirectory}/postgresql.conf`, `\ninclude '${file.replaceAll("'", "''")}'\n`);
    await cluster.stop();
    await cluster.start();
    const rows = await cluster.sql(
      `SELECT name, setting, sourcefile FROM pg_settings WHERE sourcefile = '${file.replaceAll("'", "''")}' ORDER BY name`,
    );
    expect(rows.map(({ name }) => name)).toEqual([
      'archive_command',
      'archive_mode',
      'archive_timeout',
      'restore_command',
      'wal_level',
    ]);
    expect(await cluster.value('SHOW archive_timeout')).toBe('20s');
    const planned = await runHoldfast([
      '--config',
      configuration.file,
      'setup',
      '--plan',
      '--no-backup',
      '--json',
    ]);
    const { plan } = planned.json<{ plan: { steps: { kind: string; state: string; subject: string }[] } }>();
    const settings = plan.steps.filter(({ kind }) => kind === 'setting' || kind === 'restart');
    expect(settings.length).toBeGreaterThan(3);
    expect(settings.filter(({ state }) => state !== 'done')).toEqual([]);
  });

  it('has WAL archived by what the file says', async () => {
    await mustRunHoldfast(['--config', alone, 'setup', '--yes', '--no-backup']);
    const check = await runHoldfast(['--config', alone, 'check', '--json']);
    const { findings, observations } = check.json<{
      findings: { rule: string }[];
      observations: { engineCheck: object };
    }>();
    expect(findings.map(({ rule }) => rule).filter((rule) => rule.startsWith('archiv'))).toEqual([]);
    expect(observations.engineCheck).toEqual({ ran: true, ok: true });
    expect(Number(await cluster.value('SELECT archived_count FROM pg_stat_archiver'))).toBeGreaterThan(0);
  });

  it('knows where a cluster of Debian has its files, and refuses what it can not do', async () => {
    const other = await render('--host', 'db2');
    expect(other.stdout).toContain('# /etc/postgresql/15/main/conf.d/holdfast.conf (mode 0644');
    expect((await render('--host', 'db3')).stderr).toMatch(/no server is on the host db3/);
    const text = readFileSync(configuration.file, 'utf8').replace(
      'stanzas:\n  main:\n',
      `stanzas:\n  main:\n    ${stringify({ patroni: { url: 'http://127.0.0.1:8008' } }).replaceAll('\n', '\n    ')}\n`,
    );
    const file = cluster.sandbox.write('patroni.yaml', text);
    const refused = await runHoldfast(['--config', file, 'render', 'postgresql']);
    expect(refused.code).toBe(66);
    expect(refused.stderr).toContain('holdfast render patroni');
  });
});
