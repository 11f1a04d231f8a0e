/** The settings that Holdfast chooses for this machine, against pgBackRest's own and against those of five integrations. */
import { renameSync } from 'node:fs';
import { basename } from 'node:path';
import { createCluster, type TestCluster } from '../test/support/cluster.ts';
import { parseEngineVersion } from '../src/model/engine-version.ts';
import { otherSettings } from './settings/all.ts';
import { listOptions, type EngineOptions } from './settings/engine-settings-of.ts';
import { readHoldfastSettings } from './settings/holdfast.ts';
import { changeOrders, isFirstSlice, loadOrders, touchPages } from './support/data.ts';
import { EngineLab } from './support/engine-lab.ts';
import { copyDirectory, removeDirectories, waitUntilQuiet } from './support/files.ts';
import { describeMachine, describeVersions, type Versions } from './support/machine.ts';
import { resultHeader, type BenchmarkResult, type Measurement, type Subject } from './support/result.ts';
import { runBenchmark, type BenchmarkRun } from './support/run-benchmark.ts';
import { settingsTables } from './support/settings-table.ts';

type Parameters = 'size' | 'segments' | 'rounds' | 'only' | 'engine';

interface Contender extends Subject {
  readonly engineOptions: EngineOptions;
}

/** Holdfast and all others; who has the same options as one before is not measured again. */
function findContenders(run: BenchmarkRun<Parameters>, versions: Versions): Contender[] {
  const version = parseEngineVersion(versions.pgbackrest);
  if (version === undefined) throw new Error(`pgbackrest says of itself: ${versions.pgbackrest}`);
  const { cores } = describeMachine();
  const wanted = run.text('only').split(',').filter(Boolean);
  const found: Contender[] = [];
  for (const settings of [readHoldfastSettings(run.sandbox, version, cores), ...otherSettings]) {
    if (wanted.length > 0 && settings.name !== 'holdfast' && !wanted.includes(settings.name)) continue;
    const engineOptions = settings.options({ cores, version });
    const options = listOptions(engineOptions);
    const same = found.find((one) => one.options?.join('\n') === options.join('\n'));
    const { name, title, source } = settings;
    found.push({ name, title, source, options, sameAs: same?.sameAs ?? same?.name, engineOptions });
  }
  return found;
}

/** A cluster with the data and with WAL segments that wait for the archiver, stopped and put aside as `base`. */
async function prepareBase(
  run: BenchmarkRun<Parameters>,
  cluster: TestCluster,
): Promise<{ rows: number; segments: number }> {
  const rows = await loadOrders(cluster, run.count('size'));
  run.say(
    `${rows} rows loaded, ${await cluster.value('SELECT pg_size_pretty(pg_database_size(current_database()))')}`,
  );
  await cluster.sql(`ALTER SYSTEM SET archive_mode = on; ALTER SYSTEM SET archive_command = ''`);
  await cluster.stop();
  await cluster.start();
  const ready = async (): Promise<number> =>
    Number(await cluster.value(`SELECT count(*) FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready'`));
  for (let turn = 0; (await ready()) < run.count('segments'); turn += 1) {
    // The first change of a page after a checkpoint puts the whole page into the WAL, as on a busy server.
    if (isFirstSlice(turn)) await cluster.sql('CHECKPOINT');
    await touchPages(cluster, rows, turn);
  }
  const segments = await ready();
  run.say(`${segments} segments wait`);
  await cluster.stop();
  renameSync(cluster.dataDirectory, run.sandbox.file('base'));
  return { rows, segments };
}

interface Place {
  readonly run: BenchmarkRun<Parameters>;
  readonly cluster: TestCluster;
  readonly rows: number;
}

/** Archives, backs up, changes, backs up again and restores, all on a fresh copy of the base. */
async function measureContender(place: Place, contender: Contender, round: number): Promise<Measurement[]> {
  const { run, cluster, rows } = place;
  removeDirectories(run.sandbox, cluster.dataDirectory);
  await copyDirectory(run.sandbox.file('base'), cluster.dataDirectory);
  const lab = new EngineLab(run.sandbox, cluster, run.text('engine'), contender.engineOptions);
  await cluster.start();
  await lab.createStanza();
  const archive = await lab.archiveWaitingSegments();
  const full = await lab.backup('full');
  await changeOrders(cluster, rows);
  await cluster.sql('CHECKPOINT');
  await lab.waitUntilAllIsArchived();
  const incr = await lab.backup('incr');
  const restore = await lab.restore();
  await cluster.stop();
  await waitUntilQuiet(run.sandbox.path);
  const subject = contender.name;
  const time = (quantity: string, value: number): Measurement => ({
    subject,
    quantity,
    round,
    value,
    unit: 'ms',
  });
  const size = (quantity: string, value: number): Measurement => ({
    subject,
    quantity,
    round,
    value,
    unit: 'bytes',
  });
  return [
    time('archive', archive.milliseconds),
    size('archive-size', archive.bytes),
    time('full', full.milliseconds),
    size('full-size', full.bytes),
    time('incr', incr.milliseconds),
    size('incr-size', incr.bytes),
    time('restore', restore),
  ];
}

async function measure(run: BenchmarkRun<Parameters>): Promise<BenchmarkResult> {
  const { sandbox } = run;
  const settings = { shared_buffers: '256MB', max_wal_size: '4GB', checkpoint_timeout: '1h' };
  const cluster = await createCluster({ name: 'main', sandbox, durable: true, settings });
  const versions = describeVersions(cluster.binaries, run.text('engine'));
  const contenders = findContenders(run, versions);
  const { rows, segments } = await prepareBase(run, cluster);
  const measurements: Measurement[] = [];
  for (let round = 1; round <= run.count('rounds'); round += 1) {
    for (const contender of contenders.filter(({ sameAs }) => sameAs === undefined)) {
      const found = await measureContender({ run, cluster, rows }, contender, round);
      const times = found.filter(({ unit }) => unit === 'ms');
      const text = times
        .map(({ quantity, value }) => `${quantity} ${(value / 1000).toFixed(2)} s`)
        .join(', ');
      run.say(`round ${round}, ${contender.name}: ${text}`);
      measurements.push(...found);
    }
  }
  const minor = versions.pgbackrest.split('.').slice(0, 2).join('.');
  return {
    ...resultHeader(`engine-settings-${minor}`, run.date, versions),
    parameters: {
      size: run.count('size'),
      rows,
      segments,
      engine: basename(run.text('engine')),
    },
    subjects: contenders.map(({ name, title, source, options, sameAs }) => ({
      name,
      title,
      source,
      options,
      sameAs,
    })),
    measurements,
  };
}

if (import.meta.main) {
  await runBenchmark<Parameters>({
    name: 'engine-settings',
    what: 'Time and space of full, incr, restore and WAL archiving with the settings that Holdfast chooses, and with those of others.',
    parameters: {
      size: { default: '2000', meaning: 'MB of data' },
      segments: { default: '100', meaning: 'WAL segments to archive' },
      rounds: { default: '3', meaning: 'rounds, in each of which everybody has one turn' },
      only: { default: '', meaning: 'compare with these only: defaults,integration-0,...' },
      engine: { default: '/usr/bin/pgbackrest', meaning: 'path of pgbackrest' },
    },
    measure,
    tables: settingsTables,
  });
}
