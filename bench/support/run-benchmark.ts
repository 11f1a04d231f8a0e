import { readdirSync, rmSync, writeFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isRunning, processesOf } from '../../test/support/processes.ts';
import { createSandbox, type Sandbox } from '../../test/support/sandbox.ts';
import { renderText, type Table } from './table.ts';
import { resultsDirectory, writeResult, type BenchmarkResult } from './result.ts';

/** A number or text that can be given as `--name`. */
export interface Parameter {
  readonly default: string;
  readonly meaning: string;
}

export interface Benchmark<Name extends string> {
  readonly name: string;
  readonly what: string;
  readonly parameters: Readonly<Record<Name, Parameter>>;
  measure(run: BenchmarkRun<Name>): Promise<BenchmarkResult>;
  tables(result: BenchmarkResult): readonly Table[];
}

/** What a benchmark works with: a folder of its own that ends with it, and what was asked for. */
export interface BenchmarkRun<Name extends string> {
  readonly sandbox: Sandbox;
  /** ISO 8601. */
  readonly date: string;
  text(name: Name): string;
  /** @throws Error when it is not a whole number above 0 */
  count(name: Name): number;
  /** One line about what is going on. */
  say(line: string): void;
}

const marker = 'bench.pid';

/**
 * The whole of a benchmark program: arguments, a folder below /tmp, the measurements, the table, the JSON file, and
 * the end of everything that was started, also after a failure or an interruption.
 */
export async function runBenchmark<Name extends string>(benchmark: Benchmark<Name>): Promise<void> {
  const values = readArguments(benchmark);
  if (values === undefined) return;
  removeDeadRuns();
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => interruption.abort(new Error(`interrupted by ${signal}`)));
  }
  try {
    await measureInSandbox(benchmark, values, interruption.signal);
  } catch (error) {
    if (!interruption.signal.aborted) throw error;
    console.error(String(interruption.signal.reason));
    // What was being measured has lost its folder and its processes, but would go on.
    process.exit(130);
  }
}

async function measureInSandbox<Name extends string>(
  benchmark: Benchmark<Name>,
  values: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<void> {
  const interrupted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  // Disposing it ends every process that works in the folder, whatever it was doing.
  await using sandbox = await createSandbox('bench');
  writeFileSync(sandbox.file(marker), String(process.pid));
  const run = describeRun<Name>(sandbox, values);
  const measured = benchmark.measure(run);
  // After an interruption nobody waits for it any more.
  measured.catch(() => {});
  const result = await Promise.race([interrupted, measured]);
  for (const table of benchmark.tables(result)) if (table.prose !== true) console.log(renderText(table));
  console.log(`\nEvery measurement: ${writeResult(values.out ?? resultsDirectory, result)}`);
}

function readArguments<Name extends string>(
  benchmark: Benchmark<Name>,
): Readonly<Record<string, string>> | undefined {
  const common: Record<string, Parameter> = {
    date: {
      default: process.env.HOLDFAST_BENCH_DATE ?? '',
      meaning: 'when this is, ISO 8601 (scripts/bench.sh gives it)',
    },
    out: { default: resultsDirectory, meaning: 'directory for the JSON file' },
  };
  const parameters: Record<string, Parameter> = { ...benchmark.parameters, ...common };
  const options = Object.fromEntries(
    Object.keys(parameters).map((name) => [name, { type: 'string' as const }]),
  );
  const { values } = parseArgs({ options: { ...options, help: { type: 'boolean', short: 'h' } } });
  if (values.help === true) {
    const lines = Object.entries(parameters).map(
      ([name, { default: otherwise, meaning }]) =>
        `  --${name.padEnd(10)} ${meaning} (default: ${otherwise || 'none'})`,
    );
    console.log(`npm run bench -- ${benchmark.name} [options]\n\n${benchmark.what}\n\n${lines.join('\n')}`);
    return undefined;
  }
  const texts: Readonly<Record<string, unknown>> = values;
  const given = Object.fromEntries(
    Object.entries(parameters).map(([name, parameter]) => [name, String(texts[name] ?? parameter.default)]),
  );
  if (Number.isNaN(Date.parse(given.date ?? ''))) {
    throw new Error('--date is missing: run this with `npm run bench`, or give the present time');
  }
  return given;
}

function describeRun<Name extends string>(
  sandbox: Sandbox,
  values: Readonly<Record<string, string>>,
): BenchmarkRun<Name> {
  const started = performance.now();
  return {
    sandbox,
    date: values.date ?? '',
    text: (name) => values[name] ?? '',
    count(name) {
      const value = Number(values[name]);
      if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} must be a whole number above 0`);
      return value;
    },
    say(line) {
      console.log(`${((performance.now() - started) / 1000).toFixed(1).padStart(7)} s  ${line}`);
    },
  };
}

/** Tidies up after a benchmark that was killed with SIGKILL. */
function removeDeadRuns(): void {
  for (const name of readdirSync('/tmp')) {
    const directory = join('/tmp', name);
    if (!/^hf-bench-[0-9a-f]{8}$/.test(name)) continue;
    const owner = readMarker(directory);
    if (owner === undefined || isRunning(owner)) continue;
    for (const { pid } of processesOf(directory)) process.kill(pid, 'SIGKILL');
    rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    console.log(`Removed what a killed benchmark had left: ${directory}`);
  }
}

function readMarker(directory: string): number | undefined {
  try {
    return Number(readFileSync(join(directory, marker), 'utf8')) || undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
