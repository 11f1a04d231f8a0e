/** What `holdfast drill` costs on top of `pgbackrest restore`, recovery and the same checks by hand. */
import { appendFileSync, rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { testEnvironment } from '../test/support/test-user.ts';
import { loadOrders, touchPages } from './support/data.ts';
import { removeDirectories, syncDisks, waitUntilQuiet } from './support/files.ts';
import { formatDifference, formatRatio, formatSeconds } from './support/format.ts';
import { describeVersions } from './support/machine.ts';
import { measurePairs, overheadSubjects, type MeasureOnce } from './support/overhead.ts';
import { protectCluster, type ProtectedCluster } from './support/protected-cluster.ts';
import { type BenchmarkResult, resultHeader, valuesOf } from './support/result.ts';
import { runBenchmark, type BenchmarkRun } from './support/run-benchmark.ts';
import { medianDifference, spreadOf } from './support/statistics.ts';
import type { Table } from './support/table.ts';
import { timeCommand } from './support/time-command.ts';

type Parameters = 'size' | 'wal' | 'pairs' | 'engine';

/** What a drill may cost on top of the same by hand. */
const bar = 0.03;

/** What `copies` of holdfast.yaml says where it says nothing: the other side gives way by as much. */
const behind = ['/usr/bin/nice', '-n', '10', '/usr/bin/ionice', '-c', '3', '-t'] as const;

/** Memory of a copy's server, as `copies.memory` has it: both sides replay with as much. */
const memory = { shared_buffers: '64MB' } as const;

async function stage(
  run: BenchmarkRun<Parameters>,
  { cluster, pgbackrest }: ProtectedCluster,
): Promise<void> {
  const rows = await loadOrders(cluster, run.count('size'));
  run.say(`${rows} rows loaded`);
  await pgbackrest(['--repo=1', '--type=full', 'backup']);
  const start = await cluster.value('SELECT pg_current_wal_lsn()');
  const written = async (): Promise<number> =>
    Number(await cluster.value(`SELECT (pg_current_wal_lsn() - '${start}'::pg_lsn)::bigint`));
  for (let turn = 0; (await written()) < run.count('wal') * 1e6; turn += 1)
    await touchPages(cluster, rows, turn);
  // Both sides recover to the end of what is archived; nothing is added to it while they do.
  await cluster.sql(
    `ALTER SYSTEM SET archive_timeout = 0; SELECT pg_reload_conf(); CHECKPOINT; SELECT pg_switch_wal()`,
  );
  await pause(3000);
}

/**
 * What a person types who knows all of it: restore with archiving off, start a server of its own, wait for the end of
 * recovery, write, the checks that a drill does with the programs that it uses, stop, pg_checksums, remove.
 */
async function drillByHand(run: BenchmarkRun<Parameters>, play: ProtectedCluster): Promise<void> {
  const { cluster, pgbackrest } = play;
  const { sandbox } = run;
  const directory = sandbox.directory('by-hand');
  const data = sandbox.directory('by-hand/data');
  const port = cluster.port + 1;
  const logFile = sandbox.file('by-hand.log');
  const program = (name: string, args: readonly string[]): Promise<number> =>
    timeCommand({
      command: behind[0],
      args: [...behind.slice(1), `${cluster.binaries.directory}/${name}`, ...args],
      env: testEnvironment(sandbox.owner),
      runAs: sandbox.runAs,
      logFile,
    });
  const place = ['-h', directory, '-p', String(port), '-U', 'postgres'];
  const psql = (sql: string, database = 'postgres'): Promise<number> =>
    program('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', ...place, '-d', database, '-c', sql]);
  await pgbackrest(
    [
      '--repo=1',
      `--pg1-path=${data}`,
      '--archive-mode=off',
      '--process-max=1',
      '--target-timeline=1',
      'restore',
    ],
    sandbox.file('pgbackrest.log'),
    behind,
  );
  const settings = {
    ...memory,
    port: String(port),
    unix_socket_directories: directory,
    listen_addresses: '',
    archive_mode: 'off',
  };
  appendFileSync(
    `${data}/postgresql.auto.conf`,
    Object.entries(settings)
      .map(([name, value]) => `${name} = '${value}'\n`)
      .join(''),
  );
  await program('pg_ctl', ['start', '-D', data, '-l', `${directory}/server.log`, '-w', '-t', '600']);
  for (;;) {
    const asked = await sandbox.mustRun(cluster.binaries.psql, [
      '-X',
      '-A',
      '-t',
      ...place,
      '-d',
      'postgres',
      '-c',
      'SELECT pg_is_in_recovery()',
    ]);
    if (asked.stdout.trim() === 'f') break;
    await pause(50);
  }
  await psql('CREATE TABLE written_after (at timestamptz)');
  await psql('DROP TABLE written_after');
  await psql('SELECT extname FROM pg_extension');
  await psql(await countStatement(cluster));
  await program('pg_amcheck', [...place, '--all', '--install-missing', '--jobs=1', '--heapallindexed']);
  for (const database of ['postgres', 'template1']) {
    await program('pg_dump', [...place, '--schema-only', '--file=/dev/null', '-d', database]);
    await psql(await copyStatements(cluster, database), database);
  }
  await program('pg_ctl', ['stop', '-D', data, '-m', 'fast', '-w']);
  await program('pg_checksums', ['--check', '--pgdata', data]);
  rmSync(directory, { recursive: true, force: true });
}

async function countStatement(cluster: ProtectedCluster['cluster']): Promise<string> {
  // Nothing where all tables are so large that a drill estimates them.
  return cluster.value(`SELECT coalesce(string_agg(format('SELECT count(*) FROM %s', oid::regclass), ' UNION ALL '), 'SELECT 1')
    FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) < 67108864`);
}

async function copyStatements(cluster: ProtectedCluster['cluster'], database: string): Promise<string> {
  return cluster.value(
    `SELECT string_agg(format('COPY (SELECT * FROM %I.%I) TO ''/dev/null''', nspname, relname), '; ')
       FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind IN ('r', 'm')`,
    { database },
  );
}

async function measure(run: BenchmarkRun<Parameters>): Promise<BenchmarkResult> {
  const { sandbox } = run;
  const engine = run.text('engine');
  const play = await protectCluster(sandbox, engine);
  const { cluster } = play;
  await stage(run, play);
  /** Every run begins with an idle disk, and leaves nothing. */
  const timed = async (go: () => Promise<void>, drill: () => Promise<unknown>): Promise<number> => {
    await syncDisks();
    await go();
    const started = performance.now();
    await drill();
    const elapsed = performance.now() - started;
    removeDirectories(sandbox, sandbox.file('by-hand'));
    await waitUntilQuiet(sandbox.file('by-hand'));
    return elapsed;
  };
  // Without those that have nothing to check here: no heartbeats, no queries.
  const checks = 'target,extensions,counts,amcheck,read,write,checksums';
  const drill = ['drill', '--target', 'latest', '--checks', checks, '--direct', '--json'];
  const measures: Record<'bare' | 'holdfast', MeasureOnce> = {
    bare: (go) => timed(go, () => drillByHand(run, play)),
    holdfast: (go) => timed(go, () => play.holdfast(drill)),
  };
  for (const measureIt of Object.values(measures)) await measureIt(async () => {});
  const measurements = await measurePairs('drill', run.count('pairs'), measures, run.say);
  return {
    ...resultHeader('overhead-drill', run.date, describeVersions(cluster.binaries, engine)),
    parameters: { size: run.count('size'), wal: run.count('wal') },
    subjects: overheadSubjects,
    measurements,
  };
}

export function overheadDrillTables(result: BenchmarkResult): readonly Table[] {
  const [bareValues, drillValues] = [
    valuesOf(result, 'bare', 'drill'),
    valuesOf(result, 'holdfast', 'drill'),
  ];
  const [bare, drill] = [spreadOf(bareValues), spreadOf(drillValues)];
  const paired = medianDifference(bareValues, drillValues);
  const { size, wal } = result.parameters;
  return [
    {
      title: `Drill of ${size} MB and ${wal} MB of WAL with all checks`,
      columns: ['pairs', 'by hand', 'holdfast drill', 'median of pairs', 'ratio', 'allowed', 'met'],
      rows: [
        [
          String(bare.count),
          formatSeconds(bare),
          formatSeconds(drill),
          formatDifference(paired),
          formatRatio(1 + paired / bare.median),
          formatDifference(bar * bare.median),
          paired <= bar * bare.median ? 'yes' : 'NO',
        ],
      ],
      notes: [
        `Bar: the median of the differences within the pairs is at most ${bar * 100} % of the same by hand, which is done with the same programs, the same priority and the same memory. Medians with the smallest and the largest value.`,
      ],
    },
  ];
}

if (import.meta.main) {
  await runBenchmark<Parameters>({
    name: 'overhead-drill',
    what: 'Overhead of `holdfast drill` over `pgbackrest restore`, recovery and the same checks by hand.',
    parameters: {
      size: { default: '6000', meaning: 'MB of data' },
      wal: { default: '100', meaning: 'MB of WAL to recover' },
      pairs: { default: '4', meaning: 'pairs' },
      engine: { default: '/usr/bin/pgbackrest', meaning: 'path of pgbackrest' },
    },
    measure,
    tables: overheadDrillTables,
  });
}
