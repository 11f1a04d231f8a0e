import { readFileSync } from 'node:fs';
import { formatRatio } from './format.ts';
import type { Table } from './table.ts';

/** What bench/startup.ts prints: medians in milliseconds, and the medians of the ratios to the bare start beside it. */
export interface StartupResult {
  readonly node: string;
  readonly rounds: number;
  readonly medianMs: Readonly<Record<string, number>>;
  readonly medianRatio: Readonly<Record<string, number>>;
}

const titles: Readonly<Record<string, string>> = {
  bare: 'node -e 0',
  help: 'holdfast --help',
  commandHelp: 'holdfast backup --help',
  version: 'holdfast version',
};

/** `holdfast --help` must take less than this many times as long as node itself. */
const allowedRatio = 2;

/** Reads what was printed; undefined when it has not been measured. */
export function readStartup(file: string): StartupResult | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as StartupResult;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export function startupTable(result: StartupResult): Table {
  return {
    title: `Start-up, Node ${result.node}, ${result.rounds} rounds`,
    columns: ['', 'median', 'to node', 'met'],
    rows: Object.entries(result.medianMs).map(([name, milliseconds]) => {
      const ratio = result.medianRatio[name] ?? Number.NaN;
      const met = name === 'help' ? (ratio < allowedRatio ? 'yes' : 'NO') : '';
      return [titles[name] ?? name, `${milliseconds.toFixed(0)} ms`, formatRatio(ratio), met];
    }),
    notes: [],
  };
}
