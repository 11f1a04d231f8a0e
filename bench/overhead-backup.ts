/** What `holdfast backup` costs on top of the `pgbackrest backup` that it runs. */
import { changeOneOrder, loadOrders } from './support/data.ts';
import { syncDisks } from './support/files.ts';
import { describeVersions } from './support/machine.ts';
import { measurePairs, overheadSubjects, overheadTable, type MeasureOnce } from './support/overhead.ts';
import { protectCluster, type ProtectedCluster } from './support/protected-cluster.ts';
import { resultHeader, type BenchmarkResult, type Measurement } from './support/result.ts';
import { runBenchmark, type BenchmarkRun } from './support/run-benchmark.ts';
import type { Table } from './support/table.ts';

type Parameters = 'size' | 'pairs' | 'engine';

/** One commit and everything on disk: each backup finds the same work and an idle machine. */
async function settle({ cluster }: ProtectedCluster, id: number): Promise<void> {
  await changeOneOrder(cluster, id);
  await cluster.sql('CHECKPOINT');
  await syncDisks();
}

async function measure(run: BenchmarkRun<Parameters>): Promise<BenchmarkResult> {
  const engine = run.text('engine');
  const protectedCluster = await protectCluster(run.sandbox, engine);
  const { cluster } = protectedCluster;
  const rows = await loadOrders(cluster, run.count('size'));
  run.say(`${rows} rows loaded`);
  const measurements: Measurement[] = [];
  let id = 0;
  for (const type of ['full', 'incr'] as const) {
    const measureOne = async (go: () => Promise<void>, backup: () => Promise<number>): Promise<number> => {
      await settle(protectedCluster, (id += 1));
      await go();
      return await backup();
    };
    const { pgbackrest, holdfast } = protectedCluster;
    const measures: Record<'bare' | 'holdfast', MeasureOnce> = {
      bare: (go) => measureOne(go, () => pgbackrest(['--repo=1', `--type=${type}`, 'backup'])),
      holdfast: (go) => measureOne(go, () => holdfast(['backup', '--type', type])),
    };
    // Fills caches, and from then on every full backup expires one older.
    for (const measureIt of Object.values(measures)) await measureIt(async () => {});
    measurements.push(...(await measurePairs(type, run.count('pairs'), measures, run.say)));
  }
  return {
    ...resultHeader('overhead-backup', run.date, describeVersions(cluster.binaries, engine)),
    parameters: { size: run.count('size'), rows },
    subjects: overheadSubjects,
    measurements,
  };
}

export function overheadBackupTables(result: BenchmarkResult): readonly Table[] {
  return [overheadTable(`Backup of ${result.parameters.size} MB`, result)];
}

if (import.meta.main) {
  await runBenchmark<Parameters>({
    name: 'overhead-backup',
    what: 'Overhead of `holdfast backup` over the bare `pgbackrest backup`, with the very same files and type.',
    parameters: {
      size: { default: '200', meaning: 'MB of data' },
      pairs: { default: '21', meaning: 'pairs of each type' },
      engine: { default: '/usr/bin/pgbackrest', meaning: 'path of pgbackrest' },
    },
    measure,
    tables: overheadBackupTables,
  });
}
