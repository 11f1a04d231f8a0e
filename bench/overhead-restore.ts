/** What `holdfast restore` costs on top of stopping the server, moving the data aside, `pgbackrest restore` and recovery. */
import { renameSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { loadOrders, touchPages } from './support/data.ts';
import { copyDirectory, removeDirectories, syncDisks, waitUntilQuiet } from './support/files.ts';
import { describeVersions } from './support/machine.ts';
import { measurePairs, overheadSubjects, overheadTable, type MeasureOnce } from './support/overhead.ts';
import { protectCluster, type ProtectedCluster } from './support/protected-cluster.ts';
import { testEnvironment } from '../test/support/test-user.ts';
import { resultHeader, type BenchmarkResult } from './support/result.ts';
import { runBenchmark, type BenchmarkRun } from './support/run-benchmark.ts';
import type { Table } from './support/table.ts';
import { timeCommand } from './support/time-command.ts';

type Parameters = 'size' | 'wal' | 'pairs' | 'engine';

/** A lost cluster: what to restore to, and how many marks must be there then. */
interface Scene {
  readonly target: string;
  readonly set: string;
  readonly expected: number;
}

/**
 * A full backup, WAL on top of it, the moment T, and more commits after it. All of it is archived, and the server is
 * down when this ends.
 */
async function stage(
  run: BenchmarkRun<Parameters>,
  { cluster, pgbackrest, repository }: ProtectedCluster,
): Promise<Scene> {
  const rows = await loadOrders(cluster, run.count('size'));
  run.say(`${rows} rows loaded`);
  await cluster.sql('CREATE TABLE marks (id int PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())');
  await pgbackrest(['--repo=1', '--type=full', 'backup']);
  const start = await cluster.value('SELECT pg_current_wal_lsn()');
  const written = async (): Promise<number> =>
    Number(await cluster.value(`SELECT (pg_current_wal_lsn() - '${start}'::pg_lsn)::bigint`));
  for (let turn = 0; (await written()) < run.count('wal') * 1e6; turn += 1)
    await touchPages(cluster, rows, turn);
  await cluster.sql('INSERT INTO marks VALUES (1); INSERT INTO marks VALUES (2)');
  await pause(1000);
  const target = await cluster.value(
    `SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US+00')`,
  );
  await pause(1000);
  await cluster.sql(
    'INSERT INTO marks VALUES (3); SELECT pg_switch_wal(); INSERT INTO marks VALUES (4); SELECT pg_switch_wal()',
  );
  await cluster.stop();
  await waitUntilQuiet(run.sandbox.path);
  return { target, set: await latestSet(run, repository), expected: 2 };
}

async function latestSet(run: BenchmarkRun<Parameters>, repository: string): Promise<string> {
  const { stdout } = await run.sandbox.mustRun('ls', [`${repository}/backup/bench`]);
  const labels = stdout.split('\n').filter((name) => /^\d{8}-\d{6}F$/.test(name));
  const label = labels.toSorted().at(-1);
  if (label === undefined) throw new Error('the full backup is not in the repository');
  return label;
}

/** What a person with the same knowledge types: stop, move aside, restore, start, wait for the end of recovery, write. */
async function restoreByHand(
  run: BenchmarkRun<Parameters>,
  play: ProtectedCluster,
  scene: Scene,
): Promise<void> {
  const { cluster } = play;
  const program = (name: string, args: readonly string[]): Promise<number> =>
    timeCommand({
      command: `${cluster.binaries.directory}/${name}`,
      args,
      env: testEnvironment(run.sandbox.owner),
      runAs: run.sandbox.runAs,
      logFile: run.sandbox.file('by-hand.log'),
    });
  await program('pg_ctl', ['stop', '-D', cluster.dataDirectory, '-m', 'fast', '-w']);
  renameSync(cluster.dataDirectory, `${cluster.dataDirectory}.old`);
  const target = ['--type=time', `--target=${scene.target}`, '--target-action=promote'];
  await play.pgbackrest(['--repo=1', `--set=${scene.set}`, ...target, 'restore']);
  await program('pg_ctl', ['start', '-D', cluster.dataDirectory, '-l', cluster.logFile, '-w', '-t', '600']);
  while ((await cluster.value('SELECT pg_is_in_recovery()')) === 't') await pause(50);
  await cluster.sql('CREATE TABLE written_after (at timestamptz); DROP TABLE written_after');
}

async function measure(run: BenchmarkRun<Parameters>): Promise<BenchmarkResult> {
  const { sandbox } = run;
  const engine = run.text('engine');
  const play = await protectCluster(sandbox, engine);
  const { cluster, directory } = play;
  const scene = await stage(run, play);
  const template = sandbox.file('template');
  renameSync(directory, template);

  /** Every run has the same cluster, repository and journal, at the same path, and an idle disk. */
  const timed = async (go: () => Promise<void>, restore: () => Promise<unknown>): Promise<number> => {
    removeDirectories(sandbox, directory);
    await copyDirectory(template, directory);
    await cluster.start();
    await syncDisks();
    await go();
    const started = performance.now();
    await restore();
    const elapsed = performance.now() - started;
    const found = Number(await cluster.value('SELECT count(*) FROM marks'));
    if (found !== scene.expected) throw new Error(`restored ${found} marks instead of ${scene.expected}`);
    await cluster.stop('immediate');
    await waitUntilQuiet(directory);
    return elapsed;
  };
  const measures: Record<'bare' | 'holdfast', MeasureOnce> = {
    bare: (go) => timed(go, () => restoreByHand(run, play, scene)),
    holdfast: (go) => timed(go, () => play.holdfast(['restore', '--to', scene.target, '--yes'])),
  };
  for (const measureIt of Object.values(measures)) await measureIt(async () => {});
  const measurements = await measurePairs('restore', run.count('pairs'), measures, run.say);
  return {
    ...resultHeader('overhead-restore', run.date, describeVersions(cluster.binaries, engine)),
    parameters: { size: run.count('size'), wal: run.count('wal') },
    subjects: overheadSubjects,
    measurements,
  };
}

export function overheadRestoreTables(result: BenchmarkResult): readonly Table[] {
  const { size, wal } = result.parameters;
  return [
    overheadTable(`Restore of ${size} MB in place, and recovery of ${wal} MB of WAL to a time`, result),
  ];
}

if (import.meta.main) {
  await runBenchmark<Parameters>({
    name: 'overhead-restore',
    what: 'Overhead of `holdfast restore --to T --yes` over stop, move aside, `pgbackrest restore`, start, recovery, one write.',
    parameters: {
      size: { default: '300', meaning: 'MB of data' },
      wal: { default: '100', meaning: 'MB of WAL to recover' },
      pairs: { default: '9', meaning: 'pairs' },
      engine: { default: '/usr/bin/pgbackrest', meaning: 'path of pgbackrest' },
    },
    measure,
    tables: overheadRestoreTables,
  });
}
