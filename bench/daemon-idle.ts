/** What a daemon uses that has nothing to do: memory and processor time, sampled over an hour. */
import { setTimeout as delay } from 'node:timers/promises';
import { engineUnderTest } from '../test/support/engines.ts';
import { startServe, type ServedDaemon } from '../test/support/daemon-bed.ts';
import { readMetrics } from '../test/support/metrics-text.ts';
import { formatMegabytes } from './support/format.ts';
import { describeVersions } from './support/machine.ts';
import { protectMany, readProcessUse, type ProcessUse } from './support/many-stanzas.ts';
import { resultHeader, valuesOf, type BenchmarkResult, type Measurement } from './support/result.ts';
import { runBenchmark, type BenchmarkRun } from './support/run-benchmark.ts';
import { medianOf } from './support/statistics.ts';
import type { Table } from './support/table.ts';

type Parameters = 'stanzas' | 'minutes' | 'every' | 'scrape';

/** As people have it. Nothing of it must fall into the measurement: it is measured at another time of the day. */
const schedule = { full: '0 2 * * 0', diff: '0 2 * * 1-6', verify: '30 2 * * *', expire: '0 3 * * *' };

async function measure(run: BenchmarkRun<Parameters>): Promise<BenchmarkResult> {
  const count = run.count('stanzas');
  const { clusters, configuration, port } = await protectMany(
    run.sandbox,
    count,
    { schedule, objectives: { backupAge: '26h' } },
    run.say,
  );
  const [first] = clusters;
  if (first === undefined) throw new Error('no stanzas');
  await using daemon = await startServe(configuration);
  const measurements = await sample(run, daemon, port);
  return {
    ...resultHeader('daemon-idle', run.date, describeVersions(first.binaries, engineUnderTest())),
    parameters: {
      stanzas: count,
      minutes: run.count('minutes'),
      'seconds between samples': run.count('every'),
      'seconds between scrapes of /metrics': run.count('scrape'),
    },
    subjects: [{ name: 'daemon', title: 'holdfast serve' }],
    measurements,
  };
}

/** The first minute is the start, with the first look at every repository, and is not counted. */
async function sample(
  run: BenchmarkRun<Parameters>,
  daemon: ServedDaemon,
  port: number,
): Promise<Measurement[]> {
  await delay(60_000);
  const everyMs = run.count('every') * 1000;
  const samples = Math.round((run.count('minutes') * 60_000) / everyMs);
  const scraping = new AbortController();
  const scraper = scrape(port, run.count('scrape') * 1000, scraping.signal);
  const measurements: Measurement[] = [];
  const countedBefore = await countWork(port);
  const begin = performance.now();
  let before = readProcessUse(daemon.pid);
  try {
    for (let round = 1; round <= samples; round += 1) {
      await delay(Math.max(0, begin + round * everyMs - performance.now()));
      const use = readProcessUse(daemon.pid);
      measurements.push(...describeSample(round, before, use));
      before = use;
      if (round % 30 === 0)
        run.say(`${round} of ${samples} samples, ${formatMegabytes(use.residentBytes)} resident`);
    }
  } finally {
    scraping.abort();
    await scraper;
  }
  const counted = await countWork(port);
  for (const quantity of ['looks', 'commands'] as const)
    measurements.push({
      subject: 'daemon',
      round: 1,
      quantity,
      value: counted[quantity] - countedBefore[quantity],
      unit: 'count',
    });
  return measurements;
}

/** Looks that ended so far, and the commands of pgBackRest that they took. */
async function countWork(port: number): Promise<{ readonly looks: number; readonly commands: number }> {
  const page = readMetrics(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text());
  const sum = (name: string): number =>
    page.samples.filter((one) => one.name === name).reduce((total, { value }) => total + value, 0);
  return { looks: sum('holdfast_looks_total'), commands: sum('holdfast_look_requests_total') };
}

function describeSample(round: number, before: ProcessUse, use: ProcessUse): Measurement[] {
  const one = { subject: 'daemon', round };
  return [
    { ...one, quantity: 'resident', value: use.residentBytes, unit: 'bytes' },
    { ...one, quantity: 'private', value: use.privateBytes, unit: 'bytes' },
    { ...one, quantity: 'cpu', value: use.ownMs - before.ownMs, unit: 'ms' },
    { ...one, quantity: 'cpu-children', value: childrenMs(use) - childrenMs(before), unit: 'ms' },
    { ...one, quantity: 'children', value: use.living.count, unit: 'count' },
    { ...one, quantity: 'children-proportional', value: use.living.proportionalBytes, unit: 'bytes' },
  ];
}

/** Of those that have ended and those that live. */
function childrenMs({ childrenMs: ended, living }: ProcessUse): number {
  return ended + living.ms;
}

async function scrape(port: number, everyMs: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
    if (answer.status !== 200) throw new Error(`/metrics: ${answer.status} ${await answer.text()}`);
    await answer.arrayBuffer();
    await delay(everyMs, undefined, { signal }).catch(() => {});
  }
}

/** Well under this, and no more of one processor than that. */
const allowedBytes = 100_000_000;
const allowedShare = 0.01;

export function daemonIdleTables(result: BenchmarkResult): readonly Table[] {
  const resident = valuesOf(result, 'daemon', 'resident');
  const elapsedMs = Number(result.parameters.minutes) * 60_000;
  const share = (quantity: string): number =>
    valuesOf(result, 'daemon', quantity).reduce((sum, value) => sum + value, 0) / elapsedMs;
  const most = Math.max(...resident);
  const children = valuesOf(result, 'daemon', 'children');
  const total = (quantity: string): string => String(valuesOf(result, 'daemon', quantity)[0] ?? 0);
  const percent = (value: number): string => `${(value * 100).toFixed(2)} %`;
  const met = (good: boolean): string => (good ? 'yes' : 'NO');
  return [
    {
      title: `An idle daemon with ${result.parameters.stanzas} stanzas, ${result.parameters.minutes} minutes`,
      columns: ['', 'found', 'allowed', 'met'],
      rows: [
        ['resident memory, median', formatMegabytes(medianOf(resident)), '', ''],
        [
          'resident memory, most',
          formatMegabytes(most),
          formatMegabytes(allowedBytes),
          met(most < allowedBytes),
        ],
        ['resident memory, first sample', formatMegabytes(resident[0] ?? 0), '', ''],
        ['resident memory, last sample', formatMegabytes(resident.at(-1) ?? 0), '', ''],
        ['private memory, median', formatMegabytes(medianOf(valuesOf(result, 'daemon', 'private'))), '', ''],
        [
          'one processor, the daemon',
          percent(share('cpu')),
          percent(allowedShare),
          met(share('cpu') < allowedShare),
        ],
        ['one processor, its children (looks)', percent(share('cpu-children')), '', ''],
        ['children that live (connections to servers), most', String(Math.max(...children)), '', ''],
        [
          'their memory, what they share divided among them, most',
          formatMegabytes(Math.max(...valuesOf(result, 'daemon', 'children-proportional'))),
          '',
          '',
        ],
        ['looks', total('looks'), '', ''],
        ['commands of pgBackRest for them', total('commands'), '', ''],
      ],
      notes: [],
    },
  ];
}

if (import.meta.main) {
  await runBenchmark<Parameters>({
    name: 'daemon-idle',
    what: 'Memory and processor time of `holdfast serve` with nothing to do but to look at its repositories.',
    parameters: {
      stanzas: { default: '20', meaning: 'stanzas, each with a server of its own' },
      minutes: { default: '60', meaning: 'how long' },
      every: { default: '10', meaning: 'seconds between two samples' },
      scrape: { default: '15', meaning: 'seconds between two scrapes of /metrics' },
    },
    measure,
    tables: daemonIdleTables,
  });
}
