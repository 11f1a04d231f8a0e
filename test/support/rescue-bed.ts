import { readFileSync } from 'node:fs';
import type { AppliedChange } from '../../src/recovery/rescue/apply-change.ts';
import type { RescuedTable, RescueReport } from '../../src/recovery/rescue/rescue-report.ts';
import { archiveWal, noteMoment, passSecond } from './data.ts';
import { createProtectedBed, type ProtectedBed } from './protected-bed.ts';

/** What `holdfast rescue --json` prints. */
export interface RescueDocument {
  readonly rescue: RescueReport;
  readonly applied: AppliedChange | null;
}

/** A database in which something goes wrong after a moment that can be restored. */
export interface RescueBed extends ProtectedBed {
  /** Between what was made and what went wrong. */
  readonly moment: string;
  /** `holdfast rescue ARGS --to MOMENT --json`. @throws Error when it fails */
  rescue(...args: readonly string[]): Promise<RescueDocument>;
  /** Runs a script as a person would. @throws Error with what psql said */
  runScript(file: string): Promise<void>;
  /** Everything of the database as pg_dump writes it, rows in order. */
  dump(): Promise<string>;
}

/** @param made SQL before the moment, its statements each in a transaction. @param disaster SQL after it */
export async function createRescueBed(name: string, made: string, disaster: string): Promise<RescueBed> {
  const bed = await createProtectedBed({ name });
  try {
    const { cluster, sandbox } = bed;
    await cluster.sql(made);
    await bed.backup('full');
    await passSecond(cluster);
    const { time: moment } = await noteMoment(cluster);
    await cluster.sql(disaster);
    await archiveWal(cluster);
    const connection = ['-h', cluster.socketDirectory, '-p', String(cluster.port), '-U', 'postgres'];
    return {
      ...bed,
      moment,
      async rescue(...args) {
        return (await bed.mustRun(['rescue', ...args, '--to', moment, '--json'])).json<RescueDocument>();
      },
      async runScript(file) {
        const input = readFileSync(file, 'utf8');
        await sandbox.mustRun(
          cluster.binaries.psql,
          ['-X', '-q', ...connection, '-d', 'postgres', '-f', '-'],
          { input },
        );
      },
      async dump() {
        const args = [...connection, '-d', 'postgres', '--inserts', '--column-inserts', '--large-objects'];
        const blobs = args.map((word) => (word === '--large-objects' ? '--blobs' : word));
        const { stdout } = await sandbox.mustRun(`${cluster.binaries.directory}/pg_dump`, blobs);
        // Rows lie where they were written; a rescue writes them anew. The key of \restrict is made by chance.
        return sortRows(stdout.split('\n').filter((line) => !/^\\(un)?restrict /.test(line)));
      },
    };
  } catch (error) {
    await bed[Symbol.asyncDispose]();
    throw error;
  }
}

function sortRows(lines: readonly string[]): string {
  const isRow = (line: string): boolean => line.startsWith('INSERT INTO ');
  const rows = lines.filter(isRow).toSorted();
  return [...lines.filter((line) => !isRow(line)), ...rows].join('\n');
}

/** The part of the report about one table. */
export function tableOf({ rescue }: RescueDocument, name: string): RescuedTable {
  const found = rescue.tables.find((table) => table.name === name);
  if (found === undefined)
    throw new Error(`${name} is not among ${rescue.tables.map((one) => one.name).join(', ')}`);
  return found;
}
