import { setTimeout as pause } from 'node:timers/promises';
import { formatDifference, formatRatio, formatSeconds } from './format.ts';
import { valuesOf, type BenchmarkResult, type Measurement } from './result.ts';
import { medianDifference, spreadOf } from './statistics.ts';
import type { Table } from './table.ts';

/** What Holdfast may cost on top of the engine it runs: 300 ms plus 1 % of the bare run, in the median. */
export const overheadBar = { milliseconds: 300, share: 0.01 } as const;

export const overheadSubjects = [
  { name: 'bare', title: 'without Holdfast' },
  { name: 'holdfast', title: 'with Holdfast' },
] as const;

/**
 * Measures one thing and gives milliseconds. It awaits `go` when everything is prepared, right before the clock starts.
 */
export type MeasureOnce = (go: () => Promise<void>) => Promise<number>;

/**
 * Measures A B B A …: `bare` and `holdfast` of one round run right after each other, each as often first: what one leaves
 * behind (a disk that still forgets gigabytes) is no burden of the other.
 *
 * A backup waits for the next full second (pgBackRest `src/command/backup/backup.c`: files are compared by times in
 * seconds), so that it takes up to a second more, depending on when it starts. Both sides therefore start at the same
 * fractions of a second, spread evenly over the rounds: chance would need hundreds of rounds for that.
 */
export async function measurePairs(
  quantity: string,
  pairs: number,
  measure: Readonly<Record<'bare' | 'holdfast', MeasureOnce>>,
  say: (line: string) => void,
): Promise<Measurement[]> {
  const measurements: Measurement[] = [];
  for (let round = 1; round <= pairs; round += 1) {
    const go = (): Promise<void> => waitForFraction((round - 0.5) / pairs);
    const order = ['bare', 'holdfast'] as const;
    for (const subject of round % 2 === 1 ? order : order.toReversed()) {
      const value = await measure[subject](go);
      measurements.push({ subject, quantity, round, value, unit: 'ms' });
    }
    const said = measurements.slice(-2).map(({ subject, value }) => `${subject} ${value.toFixed(0)} ms`);
    say(`${quantity} ${round}/${pairs}: ${said.join(', ')}`);
  }
  return measurements;
}

/** Waits until the clock stands at that fraction of a second. */
async function waitForFraction(fraction: number): Promise<void> {
  const now = (performance.timeOrigin + performance.now()) % 1000;
  await pause((fraction * 1000 - now + 1000) % 1000);
}

/** Medians, their difference and ratio, and whether the bar is met, one row a quantity. */
export function overheadTable(title: string, result: BenchmarkResult): Table {
  const quantities = [...new Set(result.measurements.map(({ quantity }) => quantity))];
  return {
    title,
    columns: [
      '',
      'pairs',
      'bare',
      'with Holdfast',
      'difference',
      'median of pairs',
      'ratio',
      'allowed',
      'met',
    ],
    rows: quantities.map((quantity) => overheadRow(result, quantity)),
    notes: [
      `Bar: the median of the differences within the pairs is at most ${overheadBar.milliseconds} ms plus ${overheadBar.share * 100} % of the bare median. Medians with the smallest and the largest value.`,
    ],
  };
}

function overheadRow(result: BenchmarkResult, quantity: string): string[] {
  const values = {
    bare: valuesOf(result, 'bare', quantity),
    holdfast: valuesOf(result, 'holdfast', quantity),
  };
  const bare = spreadOf(values.bare);
  const holdfast = spreadOf(values.holdfast);
  const difference = holdfast.median - bare.median;
  // Within a pair both begin at the same fraction of a second; across pairs a full second more or less drowns the rest.
  const paired = medianDifference(values.bare, values.holdfast);
  const allowed = overheadBar.milliseconds + overheadBar.share * bare.median;
  return [
    quantity,
    String(bare.count),
    formatSeconds(bare),
    formatSeconds(holdfast),
    formatDifference(difference),
    formatDifference(paired),
    formatRatio(holdfast.median / bare.median),
    formatDifference(allowed),
    paired <= allowed ? 'yes' : 'NO',
  ];
}
