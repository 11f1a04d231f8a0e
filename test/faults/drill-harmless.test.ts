import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeCopy, planCopy } from '../../src/recovery/copy/make-copy.ts';
import { engineUnderTest } from '../support/engines.ts';
import { runSql } from '../support/cluster.ts';
import { archiveWal, createKnownRows } from '../support/data.ts';
import { type DrillBed, type DrillCopy, openDrillBed } from '../support/drill-bed.ts';
import { hashTree } from '../support/hash-tree.ts';
import { processesOf } from '../support/processes.ts';
import { createProtectedBed, type ProtectedBed } from '../support/protected-bed.ts';
import { forArchiving, waitUntil } from '../support/wait-until.ts';

/*
 * Production does all it can to make a copy of it archive, stream and subscribe. Its archive_command is that of a copied
 * machine on which all paths are equal: the engine's own guard, which compares pg1-path with the server's directory
 * (error 32), never holds. After each attack production's repository is bit for bit what it was.
 */
let bed: ProtectedBed;
let drills: DrillBed;
let archived: Readonly<Record<string, string>>;
let stolen: string;
let pushAnywhere: string;

const archive = (): Readonly<Record<string, string>> =>
  hashTree(`${bed.configuration.repository('local')}/archive`);

beforeAll(async () => {
  bed = await createProtectedBed({
    name: 'harmless',
    keys: { heartbeat: 'off' },
    cluster: { settings: { wal_level: 'logical' } },
  });
  const { cluster, sandbox, configuration } = bed;
  const { major } = cluster.binaries;
  stolen = sandbox.directory('stolen');
  const engine = `${engineUnderTest()} --config=${configuration.engineFile} --config-include-path=${configuration.includeDirectory}`;
  pushAnywhere = sandbox.write(
    'push-anywhere',
    `#!/bin/sh\nexec ${engine} --stanza=main --pg1-path="$PWD" archive-push "$1"\n`,
    0o755,
  );
  await createKnownRows(cluster, 100);
  // Or production would add segments of its own while we look.
  await cluster.sql(`ALTER SYSTEM SET archive_timeout = 0; SELECT pg_reload_conf()`);
  await cluster.sql(`CREATE EXTENSION postgres_fdw;
    CREATE SERVER away FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '${cluster.socketDirectory}', port '${cluster.port}', dbname 'postgres');
    CREATE USER MAPPING FOR postgres SERVER away; CREATE FOREIGN TABLE there (id bigint) SERVER away OPTIONS (table_name 'asked');
    CREATE TABLE asked (id bigint); CREATE PUBLICATION told FOR TABLE known_rows; CREATE DATABASE subscriber;
    SELECT pg_create_physical_replication_slot('standby');
    SELECT pg_create_logical_replication_slot('told', 'pgoutput')`);
  await cluster.sql(
    `CREATE TABLE known_rows (id bigint PRIMARY KEY, note text, committed_at timestamptz);
     CREATE SUBSCRIPTION told CONNECTION 'host=${cluster.socketDirectory} port=${cluster.port} dbname=postgres' PUBLICATION told
       WITH (connect = false, slot_name = 'told'); ALTER SUBSCRIPTION told ENABLE`,
    { database: 'subscriber' },
  );
  const partsDirectory = sandbox.directory('main/data/parts.d');
  sandbox.write(
    `${partsDirectory}/archive.conf`,
    `archive_mode = always\narchive_command = '${pushAnywhere} %p'\n`,
  );
  // Only in its files: production itself goes on as it is.
  appendFileSync(
    `${cluster.dataDirectory}/postgresql.conf`,
    `include_dir = 'parts.d'\ninclude_if_exists = '${partsDirectory}/archive.conf'\n`,
  );
  const hostile = {
    archive_mode: 'always',
    archive_command: `${pushAnywhere} %p`,
    archive_timeout: '1s',
    ...(major >= 15 ? { archive_library: 'basic_archive' } : {}),
    'basic_archive.archive_directory': stolen,
    shared_preload_libraries: major >= 15 ? 'basic_archive, pg_stat_statements' : 'pg_stat_statements',
    primary_conninfo: `host=${cluster.socketDirectory} port=${cluster.port} user=postgres`,
    primary_slot_name: 'standby',
    synchronous_standby_names: '*',
    recovery_end_command: `touch ${stolen}/recovery-end`,
    archive_cleanup_command: `touch ${stolen}/cleanup`,
    max_logical_replication_workers: '4',
    external_pid_file: `${stolen}/pid`,
    ...(major < 16 ? { promote_trigger_file: `${cluster.dataDirectory}/PG_VERSION` } : {}),
  };
  const lines = Object.entries(hostile).map(([name, value]) => `${name} = '${value}'\n`);
  appendFileSync(`${cluster.dataDirectory}/postgresql.auto.conf`, lines.join(''));
  await bed.backup('full');
  await archiveWal(cluster);
  // From here on only a copy would take from these slots: its subscription is as the backup has it, enabled.
  await cluster.sql('ALTER SUBSCRIPTION told DISABLE', { database: 'subscriber' });
  await waitUntil('nobody uses the slot', async () => (await slots()).every(({ active }) => active === 'f'));
  await cluster.sql('SELECT pg_switch_wal()');
  await archiveWal(cluster);
  archived = archive();
  drills = await openDrillBed(bed);
});
afterEach(() => {
  expect(archive()).toEqual(archived);
  expect(readdirSync(stolen)).toEqual([]);
});
afterAll(async () => {
  drills?.[Symbol.dispose]();
  await bed?.[Symbol.asyncDispose]();
});

async function slots(): Promise<Record<string, string | null>[]> {
  return bed.cluster.sql(
    'SELECT slot_name, active, restart_lsn, confirmed_flush_lsn FROM pg_replication_slots ORDER BY 1',
  );
}

/** What an archiving server would now archive, in two segments, and the time it would need. */
async function writeMuch(copy: Pick<DrillCopy, 'sql'>): Promise<void> {
  await copy.sql(`CREATE TABLE written AS SELECT g FROM generate_series(1, 20000) g; SELECT pg_switch_wal()`);
  await copy.sql('INSERT INTO written VALUES (0); SELECT pg_switch_wal(); CHECKPOINT; DROP TABLE written');
  await delay(1500);
}

async function expectOff(copy: Pick<DrillCopy, 'sql'>): Promise<void> {
  await writeMuch(copy);
  const [row] = await copy.sql(`SELECT current_setting('archive_mode') AS mode,
    (SELECT count(*) FROM pg_stat_activity WHERE backend_type ~ 'archiver|receiver|logical') AS processes,
    (SELECT archived_count + failed_count FROM pg_stat_archiver) AS archived`);
  expect(row).toEqual({ mode: 'off', processes: '0', archived: '0' });
  expect(archive()).toEqual(archived);
}

function byHand(copy: DrillCopy, ...args: readonly string[]): Promise<unknown> {
  const { sandbox, binaries } = bed.cluster;
  const directory = copy.made.record.dataDirectory;
  const log = sandbox.file('by-hand.log');
  return sandbox.mustRun(`${binaries.directory}/pg_ctl`, [...args, '-D', directory, '-w', '-l', log]);
}

describe('a copy of a production whose files tell it to archive, to stream and to subscribe', () => {
  it('does none of it: not when it recovers, is promoted, written to, or restarted', async () => {
    const before = await slots();
    await using copy = await drills.copy({ kind: 'immediate' });
    await expectOff(copy);
    await byHand(copy, 'restart');
    await expectOff(copy);
    const [subscription] = await copy.sql(
      'SELECT subenabled, pid FROM pg_subscription LEFT JOIN pg_stat_subscription USING (subname)',
      'subscriber',
    );
    expect(subscription).toEqual({ subenabled: 't', pid: null });
    expect(await slots()).toEqual(before);
    expect(await bed.cluster.sql('SELECT pid FROM pg_stat_replication')).toEqual([]);
  });

  it('asks nobody else when everything is checked', async () => {
    await using copy = await drills.copy();
    const scans = (): Promise<string> =>
      bed.cluster.value(`SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'asked'`);
    const before = await scans();
    const results = await copy.check(['extensions', 'counts', 'amcheck', 'read', 'write', 'checksums']);
    expect(results.filter(({ result }) => result !== 'passed')).toEqual([]);
    await delay(1500);
    expect(await scans()).toBe(before);
  });

  it('does none of it after ALTER SYSTEM and a restart', async () => {
    await using copy = await drills.copy();
    await copy.sql(`ALTER SYSTEM SET archive_mode = 'always'; ALTER SYSTEM SET archive_command = '${pushAnywhere} %p';
      ALTER SYSTEM SET max_logical_replication_workers = 4`);
    await byHand(copy, 'restart');
    await expectOff(copy);
    await copy.restart();
    await expectOff(copy);
  });

  it('does none of it when somebody starts it plainly, or with the configuration file of production', async () => {
    await using copy = await drills.copy();
    const { dataDirectory } = copy.made.record;
    await byHand(copy, 'stop');
    await byHand(copy, 'start');
    await expectOff(copy);
    await byHand(copy, 'stop');
    await byHand(
      copy,
      'start',
      '-o',
      `-c config_file=${bed.cluster.dataDirectory}/postgresql.conf -c data_directory=${dataDirectory}`,
    );
    await expectOff(copy);
  });

  it('is not started at all when its settings were changed before its first start', async () => {
    const { deps } = drills;
    let started = false;
    const change = {
      ...deps,
      checkpoint: async (place: string): Promise<void> => {
        const copies = deps.journal.copies.list();
        const directory = copies.find(({ state }) => state === 'making')?.dataDirectory;
        if (place === 'prepare-server: settings written')
          appendFileSync(`${directory}/postgresql.auto.conf`, `archive_mode = 'on'\n`);
        if (place === 'done start-server') started = true;
      },
    };
    const planned = await planCopy({ purpose: 'drill', stanza: 'main', target: { kind: 'latest' } }, change);
    await expect(makeCopy(planned, change)).rejects.toMatchObject({
      kind: 'preflight-refused',
      problem: expect.stringContaining('archive_mode = on'),
    });
    expect(started).toBe(false);
    expect(existsSync(planned.plan.directories.data)).toBe(false);
  });
});

describe('whoever runs Holdfast', () => {
  it('has an environment that tells engine and server other things: nothing of it reaches them', async () => {
    const result = await bed.mustRun(['clone', '--to', 'latest', '--name', 'env', '--json'], {
      env: {
        PGBACKREST_ARCHIVE_MODE: 'preserve',
        PGBACKREST_RECOVERY_OPTION: 'archive_mode=always',
        PGBACKREST_STANZA: 'other',
        PGBACKREST_REPO1_PATH: stolen,
        PGOPTIONS: '-c archive_mode=always',
        PGDATA: bed.cluster.dataDirectory,
        PGHOST: bed.cluster.socketDirectory,
        PGPORT: String(bed.cluster.port),
        PGSERVICE: 'production',
      },
    });
    const { copy } = result.json<{ copy: { port: number; socketDirectory: string } }>();
    const place = { ...bed.cluster, ...copy };
    await expectOff({ sql: (statements) => runSql(place, statements) });
    await bed.mustRun(['clone', 'drop', 'env']);
  });

  it('has options of the engine that write settings into a restored cluster', async () => {
    const file = bed.sandbox.write(
      `${bed.configuration.includeDirectory}/zz.conf`,
      `[global:restore]\nrecovery-option=archive_mode=always\nrecovery-option=archive_command=${pushAnywhere} %p\n`,
    );
    await using copy = await drills.copy();
    expect(readFileSync(`${copy.made.record.dataDirectory}/postgresql.auto.conf`, 'utf8')).toContain(
      `archive_mode = 'always'`,
    );
    await expectOff(copy);
    rmSync(file);
  });
});

describe('the attack itself', () => {
  it('is real: the same set restored without Holdfast archives into the repository of production', async () => {
    const { sandbox, cluster, configuration } = bed;
    const directory = sandbox.file('bare');
    const engine = [
      '--config',
      configuration.engineFile,
      '--config-include-path',
      configuration.includeDirectory,
      '--stanza=main',
    ];
    await sandbox.mustRun(engineUnderTest(), [
      ...engine,
      `--pg1-path=${directory}`,
      '--archive-mode=preserve',
      '--type=immediate',
      '--target-action=promote',
      'restore',
    ]);
    const { major } = cluster.binaries;
    const quiet = [
      'recovery_end_command',
      'primary_conninfo',
      'synchronous_standby_names',
      'external_pid_file',
      ...(major >= 15 ? ['archive_library'] : []),
      ...(major < 16 ? ['promote_trigger_file'] : []),
    ];
    const lines = ['archive_mode = on\n', ...quiet.map((name) => `${name} = ''\n`)];
    appendFileSync(`${directory}/postgresql.auto.conf`, lines.join(''));
    const port = await sandbox.port();
    sandbox.defer(async () => {
      if (processesOf(directory).length > 0)
        await sandbox.run(`${cluster.binaries.directory}/pg_ctl`, [
          'stop',
          '-D',
          directory,
          '-m',
          'immediate',
          '-w',
        ]);
    });
    await sandbox.mustRun(`${cluster.binaries.directory}/pg_ctl`, [
      'start',
      '-D',
      directory,
      '-w',
      '-l',
      sandbox.file('bare.log'),
      '-o',
      `-p ${port}`,
    ]);
    // One file: a tree in which archive-push still writes cannot be hashed.
    const history = `${configuration.repository('local')}/archive/main/${major}-1/00000002.history`;
    await waitUntil('it archives', () => existsSync(history), forArchiving);
    await sandbox.mustRun(`${cluster.binaries.directory}/pg_ctl`, [
      'stop',
      '-D',
      directory,
      '-m',
      'immediate',
      '-w',
    ]);
    // Asynchronous archiving outlives its server a little.
    await waitUntil('it archives no longer', () => processesOf(directory).length === 0, forArchiving);
    archived = archive();
    for (const name of readdirSync(stolen)) rmSync(`${stolen}/${name}`);
  });
});
