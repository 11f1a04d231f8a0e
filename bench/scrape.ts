/** What a scrape of /metrics costs, and what it costs to know what is shown: `holdfast serve` and pgbackrest_exporter. */
import { symlinkSync } from 'node:fs';
import { get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { stringify } from 'yaml';
import { startServe, type ServedDaemon } from '../test/support/daemon-bed.ts';
import { engineUnderTest } from '../test/support/engines.ts';
import { startExporter, type RunningExporter } from '../test/support/exporter.ts';
import { mustRunHoldfast } from '../test/support/holdfast.ts';
import type { TestCluster } from '../test/support/cluster.ts';
import type { TestConfiguration } from '../test/support/configuration.ts';
import { createProtectedBed } from '../test/support/protected-bed.ts';
import { cloneStanza, type StanzaOriginal } from './support/cloned-stanzas.ts';
import { formatMegabytes } from './support/format.ts';
import { describeVersions } from './support/machine.ts';
import { readProcessUse } from './support/many-stanzas.ts';
import { resultHeader, valuesOf, type BenchmarkResult, type Measurement } from './support/result.ts';
import { runBenchmark, type BenchmarkRun } from './support/run-benchmark.ts';
import { medianOf } from './support/statistics.ts';
import type { Table } from './support/table.ts';

type Parameters = 'stanzas' | 'sets' | 'rounds';
type Subject = 'exporter' | 'holdfast';

/** The repository that is written again for all stanzas, and its server, which is that of all of them. */
interface Original extends StanzaOriginal {
  readonly cluster: TestCluster;
}

/** A process that is measured, and where its metrics are. */
interface Contender {
  readonly subject: Subject;
  readonly pid: number;
  readonly url: string;
}

/** Quiet for so long means that nothing is being collected any more. */
const quietMs = 5000;

async function measure(run: BenchmarkRun<Parameters>): Promise<BenchmarkResult> {
  // Ends with the benchmark's own folder, after an interruption too.
  const bed = await createProtectedBed({ name: 'scrape', sandbox: run.sandbox });
  await bed.backup('full');
  await bed.backup('incr');
  const repository = bed.configuration.repository('local');
  const original = {
    backupInfo: `${repository}/backup/main/backup.info`,
    archiveDirectory: `${repository}/archive/main`,
    cluster: bed.cluster,
  };
  const measurements: Measurement[] = [];
  for (const count of stanzaCounts(run)) measurements.push(...(await measureMany(run, original, count)));
  return {
    ...resultHeader('scrape', run.date, describeVersions(bed.cluster.binaries, engineUnderTest())),
    parameters: {
      stanzas: run.text('stanzas'),
      'sets of each': run.count('sets'),
      scrapes: run.count('rounds'),
    },
    subjects: [
      { name: 'exporter', title: 'pgbackrest_exporter' },
      { name: 'holdfast', title: 'holdfast serve' },
    ],
    measurements,
  };
}

function stanzaCounts(run: BenchmarkRun<Parameters>): number[] {
  return run.text('stanzas').split(',').map(Number);
}

async function measureMany(
  run: BenchmarkRun<Parameters>,
  original: Original,
  count: number,
): Promise<Measurement[]> {
  const { configuration, exporterFile, port } = await makeStanzas(run, original, count);
  const files = { engineFile: exporterFile, includeDirectory: run.sandbox.directory(`empty-${count}`) };
  run.say(`${count} stanzas: the exporter collects`);
  await using exporter = await startExporter(run.sandbox, files, { everySeconds: 86_400 });
  const measurements = await measureFirst(exporter, count);
  run.say(`${count} stanzas: the daemon starts and looks`);
  await using daemon = await startServe(configuration);
  measurements.push(...(await measureLook(daemon, count)));
  const contenders: readonly Contender[] = [
    { subject: 'exporter', pid: exporter.pid, url: exporter.url },
    { subject: 'holdfast', pid: daemon.pid, url: `http://127.0.0.1:${port}/metrics` },
  ];
  run.say(`${count} stanzas: scrapes`);
  measurements.push(...(await measureScrapes(contenders, count, run.count('rounds'))));
  return measurements;
}

/**
 * One repository with all stanzas, whose servers are one and the same: it is looked at by another path for each, since no
 * two stanzas may have the same. It and the archives are seen once, before anything is measured.
 */
async function makeStanzas(run: BenchmarkRun<Parameters>, original: Original, count: number) {
  const { sandbox } = run;
  const folder = `many-${count}`;
  const repository = sandbox.directory(`${folder}/repository`, 0o755);
  const names = Array.from({ length: count }, (_, index) => `s${index + 1}`);
  const { cluster } = original;
  const server = { port: cluster.port, socket: cluster.socketDirectory, bin: cluster.binaries.directory };
  sandbox.directory(`${folder}/servers`, 0o755);
  for (const name of names) symlinkSync(cluster.dataDirectory, sandbox.file(folder, 'servers', name));
  for (const stanza of names) cloneStanza(sandbox, original, { repository, stanza, sets: run.count('sets') });
  const port = await sandbox.port();
  const place = (name: string): string => sandbox.file(folder, name);
  const content = {
    engine: {
      binary: engineUnderTest(),
      configFile: place('etc/pgbackrest.conf'),
      includeDirectory: place('etc/conf.d'),
      logDirectory: place('log'),
      lockDirectory: place('lock'),
      spoolDirectory: place('spool'),
    },
    state: { directory: place('state') },
    server: { listen: `127.0.0.1:${port}` },
    watch: { catalogue: '1d', archive: '1d', primary: '1d' },
    stanzas: Object.fromEntries(
      names.map((name) => [
        name,
        {
          postgres: [{ path: place(`servers/${name}`), ...server }],
          heartbeat: { form: 'off' },
          repositories: { local: { type: 'posix', path: repository, retention: { full: 2 } } },
        },
      ]),
    ),
  };
  for (const name of ['etc/conf.d', 'log', 'lock', 'spool']) sandbox.directory(`${folder}/${name}`, 0o755);
  const file = sandbox.write(`${folder}/holdfast.yaml`, stringify(content), 0o644);
  const rendered = sandbox.directory(`${folder}/rendered`, 0o755);
  await mustRunHoldfast(['--config', file, 'render', 'pgbackrest', '--out', rendered]);
  await sandbox.mustRun('cp', ['-r', `${rendered}${place('etc')}/.`, place('etc')]);
  const lines = [
    '[global]',
    `repo1-path=${repository}`,
    `log-path=${place('log')}`,
    `lock-path=${place('lock')}`,
  ];
  const exporterFile = sandbox.write(`${folder}/exporter.conf`, `${lines.join('\n')}\n`, 0o644);
  return { configuration: { file } as TestConfiguration, exporterFile, port };
}

/** From its start until it is quiet: it collects once. Its start is a few hundredths of a second of that. */
async function measureFirst({ pid }: RunningExporter, count: number): Promise<Measurement[]> {
  const use = await untilQuiet(pid);
  return describeCollection('exporter', count, { ownMs: 0, childrenMs: 0 }, use);
}

/** A reload makes it look at everything anew, sets, WAL and primaries: from a quiet moment to the next one. */
async function measureLook({ pid, signal }: ServedDaemon, count: number): Promise<Measurement[]> {
  const before = await untilQuiet(pid);
  signal('SIGHUP');
  while (readProcessUse(pid).childrenMs === before.childrenMs) await delay(100);
  return describeCollection('holdfast', count, before, await untilQuiet(pid));
}

type Use = Pick<ReturnType<typeof readProcessUse>, 'ownMs' | 'childrenMs'>;

async function untilQuiet(pid: number): Promise<Use> {
  let last = readProcessUse(pid);
  let since = performance.now();
  let quiet = last;
  while (performance.now() - since < quietMs) {
    await delay(250);
    const now = readProcessUse(pid);
    if (now.childrenMs > last.childrenMs || now.ownMs > last.ownMs + 10) {
      since = performance.now();
      quiet = now;
    }
    last = now;
  }
  return quiet;
}

function describeCollection(subject: Subject, count: number, before: Use, after: Use): Measurement[] {
  const one = { subject, round: 1, unit: 'ms' } as const;
  return [
    { ...one, quantity: `collect-own-${count}`, value: after.ownMs - before.ownMs },
    { ...one, quantity: `collect-children-${count}`, value: after.childrenMs - before.childrenMs },
  ];
}

async function measureScrapes(
  contenders: readonly Contender[],
  count: number,
  rounds: number,
): Promise<Measurement[]> {
  const measurements: Measurement[] = [];
  const begin = contenders.map(({ pid }) => readProcessUse(pid).ownMs);
  for (let round = 1; round <= rounds; round += 1) {
    for (const { subject, url } of contenders) {
      const { elapsedMs, body } = await scrape(url);
      const one = { subject, round } as const;
      measurements.push({ ...one, quantity: `latency-${count}`, value: elapsedMs, unit: 'ms' });
      if (round > 1) continue;
      const text = gunzipSync(body).toString();
      const series = text.match(/^[^#\n]/gm)?.length ?? 0;
      measurements.push(
        { ...one, quantity: `compressed-${count}`, value: body.length, unit: 'bytes' },
        { ...one, quantity: `page-${count}`, value: text.length, unit: 'bytes' },
        { ...one, quantity: `series-${count}`, value: series, unit: 'series' },
      );
    }
  }
  for (const [index, { subject, pid }] of contenders.entries()) {
    const use = readProcessUse(pid);
    const cpu = (use.ownMs - (begin[index] ?? 0)) / rounds;
    measurements.push(
      { subject, round: 1, quantity: `cpu-${count}`, value: cpu, unit: 'ms' },
      { subject, round: 1, quantity: `resident-${count}`, value: use.residentBytes, unit: 'bytes' },
    );
  }
  return measurements;
}

/** As Prometheus does it, with the body left compressed: reading it is not what is measured. */
function scrape(url: string): Promise<{ readonly elapsedMs: number; readonly body: Buffer }> {
  return new Promise((resolve, reject) => {
    const begin = performance.now();
    const request = get(url, { agent: false, headers: { 'accept-encoding': 'gzip' } }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.once('error', reject);
      answer.once('end', () => {
        if (answer.statusCode === 200)
          resolve({ elapsedMs: performance.now() - begin, body: Buffer.concat(parts) });
        else reject(new Error(`${url}: ${String(answer.statusCode)}`));
      });
    });
    request.once('error', reject);
  });
}

const rows: readonly (readonly [string, string, (value: number) => string])[] = [
  ['series', 'series', (value) => value.toFixed(0)],
  ['page', 'page', formatMegabytes],
  ['page, compressed', 'compressed', formatMegabytes],
  ['scrape, latency, median', 'latency', milliseconds],
  ['scrape, processor time', 'cpu', milliseconds],
  ['collection, own processor time', 'collect-own', milliseconds],
  ['collection, processor time of pgBackRest', 'collect-children', milliseconds],
  ['resident memory', 'resident', formatMegabytes],
];

export function scrapeTables(result: BenchmarkResult): readonly Table[] {
  const counts = String(result.parameters['stanzas']).split(',');
  return counts.map((count) => ({
    title: `${count} stanzas with ${result.parameters['sets of each']} sets each`,
    columns: ['', 'pgbackrest_exporter', 'holdfast serve'],
    rows: rows.map(([title, quantity, format]) => [
      title,
      ...(['exporter', 'holdfast'] as const).map((subject) =>
        format(medianOf(valuesOf(result, subject, `${quantity}-${count}`))),
      ),
    ]),
    notes: [],
  }));
}

function milliseconds(value: number): string {
  return `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}

if (import.meta.main) {
  await runBenchmark<Parameters>({
    name: 'scrape',
    what: 'Scrapes of `holdfast serve` and of pgbackrest_exporter, and what it costs both to know what they show.',
    parameters: {
      stanzas: { default: '1,20,200', meaning: 'how many, one after the other' },
      sets: { default: '50', meaning: 'backup sets of each stanza' },
      rounds: { default: '20', meaning: 'scrapes of each' },
    },
    measure,
    tables: scrapeTables,
  });
}
