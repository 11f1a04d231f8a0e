import { isFailure } from '../model/failure.ts';
import type { JournalDatabase, SqlRow } from './journal-database.ts';
import { readRunRow, readStepRow } from './journal-rows.ts';

/** More than these say nothing more. */
const mostRows = 20;

/** SQLite's own full check, and each row of a run or step that makes no sense. The audit trail has its own check. */
export function findDamage(database: JournalDatabase): readonly string[] {
  const verdicts = database
    .all(`PRAGMA integrity_check(${mostRows})`)
    .map((row) => String(row['integrity_check']));
  const problems = verdicts.filter((verdict) => verdict !== 'ok').map((verdict) => `sqlite: ${verdict}`);
  const check = (table: string, read: (row: SqlRow) => unknown): void => {
    for (const row of database.each(`SELECT * FROM ${table}`)) {
      if (problems.length >= mostRows) return;
      const problem = problemOf(() => read(row));
      if (problem !== undefined) problems.push(`${String(row['id'] ?? row['run_id'])}: ${problem}`);
    }
  };
  const unreadable = problemOf(() => {
    check('run', (row) => readRunRow(row, database.file));
    check('step', (row) => readStepRow(row, database.file));
  });
  return unreadable === undefined ? problems : [...problems, unreadable];
}

function problemOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (isFailure(error, 'journal-damaged')) return error.problem;
    throw error;
  }
}
