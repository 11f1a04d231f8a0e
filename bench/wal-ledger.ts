/** What looking at a WAL archive of a million segments takes: the first look, and the next ones. */
import { execFile } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { hex8 } from '../src/model/wal.ts';
import { engineUnderTest } from '../test/support/engines.ts';
import { formatMegabytes, formatSeconds } from './support/format.ts';
import type { MeasuredLook } from './support/ledger-driver.ts';
import { describeVersions } from './support/machine.ts';
import { protectCluster, type ProtectedCluster } from './support/protected-cluster.ts';
import { resultHeader, valuesOf, type BenchmarkResult, type Measurement } from './support/result.ts';
import { runBenchmark, type BenchmarkRun } from './support/run-benchmark.ts';
import { spreadOf } from './support/statistics.ts';
import type { Table } from './support/table.ts';

type Parameters = 'segments' | 'rounds';

const driver = join(import.meta.dirname, 'support/ledger-driver.ts');

async function measure(run: BenchmarkRun<Parameters>): Promise<BenchmarkResult> {
  const engine = engineUnderTest();
  const place = await protectCluster(run.sandbox, engine);
  const archive = join(place.repository, 'archive/bench/15-1');
  const segments = run.count('segments');
  // What the server has archived itself would be a hole away from it.
  rmSync(archive, { recursive: true, force: true });
  for (let number = 0; number < segments; number += 1) storeSegment(archive, number);
  run.say(`${segments} segments made`);
  const measurements: Measurement[] = [];
  let next = segments;
  for (let round = 1; round <= run.count('rounds'); round += 1) {
    const note = (subject: string, quantity: string, value: number, unit: Measurement['unit']): void => {
      measurements.push({ subject, quantity, round, value, unit });
    };
    const path = 'archive/bench/15-1';
    note('plain', 'time', await list(place, ['--recurse', path]), 'ms');
    note('json', 'time', await list(place, ['--recurse', '--output=json', path]), 'ms');
    const state = run.sandbox.directory(`state-${round}`);
    for (const subject of ['nothing', 'first', 'next'] as const) {
      // Between two looks a busy server archives a few segments.
      if (subject === 'next') for (let more = 0; more < 3; more += 1, next += 1) storeSegment(archive, next);
      const seen = await look(place, state, subject === 'nothing' ? 'nothing' : 'look');
      if (subject !== 'nothing' && (seen.segments !== next || seen.stretches !== 1))
        throw new Error(
          `${seen.segments} segments in ${seen.stretches} stretches in place of ${next} in one`,
        );
      note(subject, 'time', seen.milliseconds, 'ms');
      note(subject, 'memory', seen.peakBytes, 'bytes');
      note(subject, 'commands', seen.commands, 'commands');
      run.say(`${subject}: ${seen.milliseconds.toFixed(0)} ms, ${formatMegabytes(seen.peakBytes)}`);
    }
    note('journal', 'size', statSync(join(state, 'journal.sqlite')).size, 'bytes');
  }
  return {
    ...resultHeader('wal-ledger', run.date, describeVersions(place.cluster.binaries, engine)),
    parameters: { segments, rounds: run.count('rounds') },
    subjects: [
      { name: 'plain', title: '`pgbackrest repo-ls --recurse`, into /dev/null' },
      { name: 'json', title: 'the same with `--output=json`' },
      { name: 'first', title: 'first look' },
      { name: 'next', title: 'next look, three segments later' },
      { name: 'nothing', title: 'the same process without a look' },
    ],
    measurements,
  };
}

/** A small file with the name that archive-push would give it. */
function storeSegment(archive: string, number: number): void {
  const directory = `00000001${hex8(Math.floor(number / 256))}`;
  const low = number % 256;
  if (low === 0) mkdirSync(join(archive, directory), { recursive: true });
  const checksum = (number * 2_654_435_761).toString(16).padStart(40, '0');
  closeSync(openSync(join(archive, directory, `${directory}${hex8(low)}-${checksum}.zst`), 'w', 0o644));
}

/** Milliseconds. */
function list({ pgbackrest }: ProtectedCluster, args: readonly string[]): Promise<number> {
  return pgbackrest(['repo-ls', ...args], '/dev/null');
}

async function look(
  { configuration }: ProtectedCluster,
  state: string,
  what: 'nothing' | 'look',
): Promise<MeasuredLook> {
  const { stdout } = await promisify(execFile)(process.execPath, [driver, configuration, state, what], {
    encoding: 'utf8',
  });
  return JSON.parse(stdout) as MeasuredLook;
}

export function walLedgerTables(result: BenchmarkResult): readonly Table[] {
  const rows = result.subjects.map(({ name, title }) => {
    const [time, memory, commands] = ['time', 'memory', 'commands'].map((quantity) =>
      valuesOf(result, name, quantity),
    ) as [number[], number[], number[]];
    return [
      title,
      name === 'nothing' ? '' : formatSeconds(spreadOf(time)),
      memory.length === 0 ? '' : formatMegabytes(Math.max(...memory)),
      commands.length === 0 ? '' : String(Math.max(...commands)),
    ];
  });
  const size = Math.max(...valuesOf(result, 'journal', 'size'));
  return [
    {
      title: `Looking at an archive of ${result.parameters.segments} WAL segments`,
      columns: ['', 'time', 'most resident memory', 'commands of pgBackRest'],
      rows,
      notes: [
        `Medians with the smallest and the largest value; memory of Holdfast's process alone, the most of all rounds. The journal has ${formatMegabytes(size)} afterwards.`,
      ],
    },
  ];
}

if (import.meta.main) {
  await runBenchmark<Parameters>({
    name: 'wal-ledger',
    what: 'Time and memory of looking at a WAL archive, the first time and later, against the plain listing of pgBackRest.',
    parameters: {
      segments: { default: '1000000', meaning: 'segments in the archive, made as empty files' },
      rounds: { default: '3', meaning: 'how often everything is measured, each time with an empty journal' },
    },
    measure,
    tables: walLedgerTables,
  });
}
