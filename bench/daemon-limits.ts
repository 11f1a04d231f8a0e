/** A daemon in 512 MiB and half a processor: schedules of all stanzas that fall together, and what that takes. */
import { setTimeout as delay } from 'node:timers/promises';
import { engineUnderTest } from '../test/support/engines.ts';
import { mustRunHoldfast } from '../test/support/holdfast.ts';
import { startServe, type ServedDaemon } from '../test/support/daemon-bed.ts';
import { createControlGroup, type ControlGroup } from './support/control-group.ts';
import { formatMegabytes } from './support/format.ts';
import { describeVersions } from './support/machine.ts';
import { protectMany, readProcessUse, type ManyStanzas } from './support/many-stanzas.ts';
import { resultHeader, valuesOf, type BenchmarkResult, type Measurement } from './support/result.ts';
import { runBenchmark, type BenchmarkRun } from './support/run-benchmark.ts';
import { medianOf } from './support/statistics.ts';
import type { Table } from './support/table.ts';

type Parameters = 'stanzas' | 'rounds' | 'memory' | 'processors' | 'every';

interface ToldRun {
  readonly kind: string;
  readonly stanza: string;
  readonly result: string;
  readonly startedAt: number;
  readonly endedAt?: number;
}

async function measure(run: BenchmarkRun<Parameters>): Promise<BenchmarkResult> {
  const count = run.count('stanzas');
  const many = await protectMany(
    run.sandbox,
    count,
    { schedule: { incr: `*/${run.count('every')} * * * *` } },
    run.say,
  );
  const [first] = many.clusters;
  if (first === undefined) throw new Error('no stanzas');
  const limits = { memoryBytes: run.count('memory') * 2 ** 20, processors: Number(run.text('processors')) };
  await using group = createControlGroup(`holdfast-bench-${process.pid}`, limits);
  await using daemon = await startServe(many.configuration, { enter: group.enter });
  run.say(`serving in a control group of version ${group.version}`);
  const measurements = await watch(run, many, { daemon, group });
  return {
    ...resultHeader('daemon-limits', run.date, describeVersions(first.binaries, engineUnderTest())),
    parameters: {
      stanzas: count,
      rounds: run.count('rounds'),
      'MiB of memory': run.count('memory'),
      processors: run.text('processors'),
      'control groups': `v${group.version}`,
    },
    subjects: [{ name: 'daemon', title: 'holdfast serve and its engines' }],
    measurements,
  };
}

/** Until every stanza has been backed up that many times. @throws Error when a backup fails, or it takes too long */
async function watch(
  run: BenchmarkRun<Parameters>,
  many: ManyStanzas,
  { daemon, group }: { daemon: ServedDaemon; group: ControlGroup },
): Promise<Measurement[]> {
  const rounds = run.count('rounds');
  const begin = performance.now();
  const deadline = begin + (rounds + 2) * run.count('every') * 60_000;
  const measurements: Measurement[] = [];
  const note = (quantity: string, value: number, unit: Measurement['unit']): void => {
    const round = measurements.filter((one) => one.quantity === quantity).length + 1;
    measurements.push({ subject: 'daemon', quantity, round, value, unit });
  };
  for (let sample = 0; ; sample += 1) {
    note('anonymous', group.anonymousBytes(), 'bytes');
    note('resident', readProcessUse(daemon.pid).residentBytes, 'bytes');
    if (sample % 50 === 0) {
      note('health', await timeHealth(many.port), 'ms');
      const runs = await readRuns(many);
      const failed = runs.filter(({ result }) => result === 'failed');
      if (failed.length > 0)
        throw new Error(`a run failed: ${JSON.stringify(failed[0])}\n${describeEvents(daemon)}`);
      const least = fewestBackups(many, runs);
      run.say(`every stanza has ${least} backups; ${formatMegabytes(group.anonymousBytes())} in use`);
      if (least >= rounds) {
        for (const { kind, startedAt, endedAt } of runs)
          if (kind === 'backup' && endedAt !== undefined) note('backup', endedAt - startedAt, 'ms');
        break;
      }
      if (performance.now() > deadline) throw new Error(`not done in time:\n${describeEvents(daemon)}`);
    }
    await delay(200);
  }
  note('peak', group.peakBytes(), 'bytes');
  note('cpu', group.cpuMs(), 'ms');
  note('throttled', group.throttledMs(), 'ms');
  note('elapsed', performance.now() - begin, 'ms');
  if (group.oomKills() > 0) throw new Error(`the kernel killed ${group.oomKills()} processes for memory`);
  return measurements;
}

function describeEvents({ events, other }: ServedDaemon): string {
  return [...events.map(({ text }) => text), ...other].slice(-100).join('\n');
}

async function timeHealth(port: number): Promise<number> {
  const started = performance.now();
  const answer = await fetch(`http://127.0.0.1:${port}/health`);
  await answer.arrayBuffer();
  return performance.now() - started;
}

async function readRuns({ configuration }: ManyStanzas): Promise<readonly ToldRun[]> {
  const args = ['--config', configuration.file, 'journal', '--limit', '9999', '--json'];
  const result = await mustRunHoldfast(args);
  return result.json<{ runs: readonly ToldRun[] }>().runs;
}

function fewestBackups({ clusters }: ManyStanzas, runs: readonly ToldRun[]): number {
  const done = runs.filter(({ kind, result }) => kind === 'backup' && result === 'ok');
  return Math.min(...clusters.map(({ name }) => done.filter(({ stanza }) => stanza === name).length));
}

export function daemonLimitsTables(result: BenchmarkResult): readonly Table[] {
  const values = (quantity: string): number[] => valuesOf(result, 'daemon', quantity);
  const most = (quantity: string): number => Math.max(...values(quantity));
  const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;
  const share = most('cpu') / most('elapsed');
  return [
    {
      title: `${result.parameters.stanzas} stanzas in ${result.parameters['MiB of memory']} MiB and ${result.parameters.processors} of a processor`,
      columns: ['', 'found'],
      rows: [
        ['memory that cannot be given back, most (daemon and engines)', formatMegabytes(most('anonymous'))],
        ['memory charged, most (with page cache, which grows to the limit)', formatMegabytes(most('peak'))],
        ['resident memory of the daemon alone, most', formatMegabytes(most('resident'))],
        ['processor time used, of one processor', `${(share * 100).toFixed(0)} %`],
        ['time in which it was held back', seconds(most('throttled'))],
        ['backups', String(values('backup').length)],
        ['a backup, median', seconds(medianOf(values('backup')))],
        ['a backup, longest', seconds(most('backup'))],
        ['/health, longest', `${most('health').toFixed(0)} ms`],
      ],
      notes: ['No process was killed for memory, and no run failed: the benchmark fails otherwise.'],
    },
  ];
}

if (import.meta.main) {
  await runBenchmark<Parameters>({
    name: 'daemon-limits',
    what: 'Whether a daemon with many stanzas works within 512 MiB and half a processor, and how much of that it takes.',
    parameters: {
      stanzas: { default: '20', meaning: 'stanzas, each with a server of its own outside of the limits' },
      rounds: { default: '2', meaning: 'backups of each stanza' },
      memory: { default: '512', meaning: 'MiB' },
      processors: { default: '0.5', meaning: 'of one' },
      every: { default: '3', meaning: 'minutes between the times of the schedules, which fall together' },
    },
    measure,
    tables: daemonLimitsTables,
  });
}
