import { chownSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeMachine, type Machine, type Versions } from './machine.ts';

/** One number that was measured. `round` counts from 1; what has the same round was measured right after each other. */
export interface Measurement {
  readonly subject: string;
  readonly quantity: string;
  readonly round: number;
  readonly value: number;
  readonly unit: 'ms' | 'bytes' | 'series' | 'commands' | 'count';
}

/** One of the things that are compared. */
export interface Subject {
  readonly name: string;
  readonly title: string;
  /** Where its settings come from, and what was left out of them. */
  readonly source?: string | undefined;
  /** Lines of pgbackrest.conf without paths. */
  readonly options?: readonly string[] | undefined;
  /** The subject with the very same settings that was measured for both. */
  readonly sameAs?: string | undefined;
}

/** Everything of one run of one benchmark: what, where, when, and every single measurement. */
export interface BenchmarkResult {
  readonly name: string;
  /** ISO 8601, given from outside. */
  readonly date: string;
  readonly machine: Machine;
  readonly versions: Versions;
  readonly parameters: Readonly<Record<string, string | number>>;
  readonly subjects: readonly Subject[];
  readonly measurements: readonly Measurement[];
}

export const resultsDirectory = join(import.meta.dirname, '../results');

/** Writes `NAME.json`, owned like the directory it is in, and gives its path. */
export function writeResult(directory: string, result: BenchmarkResult): string {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, `${result.name}.json`);
  writeFileSync(file, `${JSON.stringify(result, undefined, 1)}\n`);
  const { uid, gid } = statSync(directory);
  if (process.getuid?.() === 0) chownSync(file, uid, gid);
  return file;
}

/** Reads `NAME.json`; undefined when that benchmark has not been run. */
export function readResult(directory: string, name: string): BenchmarkResult | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, `${name}.json`), 'utf8')) as BenchmarkResult;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The values of one thing, in the order in which they were measured. */
export function valuesOf(result: BenchmarkResult, subject: string, quantity: string): number[] {
  return result.measurements
    .filter((one) => one.subject === subject && one.quantity === quantity)
    .map(({ value }) => value);
}

/** The parts of a result that are the same for every benchmark. */
export function resultHeader(
  name: string,
  date: string,
  versions: Versions,
): Pick<BenchmarkResult, 'name' | 'date' | 'machine' | 'versions'> {
  return { name, date, machine: describeMachine(), versions };
}
