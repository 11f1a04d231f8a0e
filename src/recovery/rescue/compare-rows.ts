import { ScriptFile } from './script-file.ts';
import { type ComparedTable } from './match-table.ts';
import { mergeRows, type RowCounts, type RowDifference, type RowSource } from './merge-rows.ts';
import { stageLine } from './table-change-sql.ts';

/** Which differences are applied. */
export interface DifferenceChoice {
  /** Rows that only the live table has are deleted; otherwise they are kept. */
  readonly deleteNew: boolean;
}

/** What the comparison of one table found. */
export interface ComparedRows {
  readonly counts: RowCounts;
  /** How many rows differ in a column, by its name. */
  readonly changedColumns: Readonly<Record<string, number>>;
  /** Keys (without one whole rows) of the first few, as COPY writes them, columns divided by `, `. */
  readonly samples: Readonly<Record<RowDifference['kind'], readonly string[]>>;
  readonly files: { readonly forward: string; readonly back: string };
}

const mostSamples = 5;

/**
 * Compares a table and writes the rows of the change and of the way back, each into a file of its own.
 *
 * @param onProgress told now and then how many rows of the copy have been read, and how many differ
 */
export async function compareRows(
  table: ComparedTable,
  sources: { readonly copy: RowSource; readonly live: RowSource },
  files: ComparedRows['files'],
  choice: DifferenceChoice,
  onProgress: (rows: number, differences: number) => void,
): Promise<ComparedRows> {
  await using forward = await ScriptFile.create(files.forward);
  await using back = await ScriptFile.create(files.back);
  const width = { common: table.common.length, own: table.common.length + table.extras.length };
  const changed = table.common.map(() => 0);
  const samples = { missing: [] as string[], changed: [] as string[], new: [] as string[] };
  let told = 0;
  const tell = (difference: RowDifference): Promise<void> | undefined => {
    told += 1;
    takeSample(samples[difference.kind], difference, table);
    if (difference.kind === 'changed') {
      for (const index of changed.keys()) {
        if (difference.was.fields[index] !== difference.is.fields[index])
          changed[index] = (changed[index] ?? 0) + 1;
      }
    }
    if (difference.kind === 'new' && !choice.deleteNew) return undefined;
    const waits = [
      forward.add(stageLine(difference, 'forward', width)),
      back.add(stageLine(difference, 'back', width)),
    ];
    return waits.some((wait) => wait !== undefined) ? Promise.all(waits).then(() => {}) : undefined;
  };
  const layout = { key: table.keyOrders, common: table.common.length };
  let rows = 0;
  const watched: RowSource = {
    next: () => {
      rows += 1;
      if (rows % 10_000 === 0) onProgress(rows, told);
      return sources.copy.next();
    },
  };
  const counts = await mergeRows(watched, sources.live, layout, tell);
  await forward.finish();
  await back.finish();
  return { counts, changedColumns: countsByName(table, changed), samples, files };
}

function takeSample(samples: string[], difference: RowDifference, table: ComparedTable): void {
  if (samples.length >= mostSamples) return;
  const { fields } = 'was' in difference ? difference.was : difference.is;
  const text = fields.slice(0, table.key?.length ?? table.common.length).join(', ');
  samples.push(Buffer.from(text, 'latin1').toString('utf8').slice(0, 200));
}

function countsByName(table: ComparedTable, changed: readonly number[]): Record<string, number> {
  return Object.fromEntries(
    table.common
      .map(({ live }, index) => [live.name, changed[index] ?? 0] as const)
      .filter(([, count]) => count > 0),
  );
}
