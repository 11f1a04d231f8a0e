import { Failure, isFailure } from '../../model/failure.ts';
import { queryRow, quoteIdentifier } from '../../postgres/query.ts';
import { columnsWithoutValue, type ComparedTable, copyValue } from './match-table.ts';
import type { RescueWork } from './rescue-tables.ts';
import type { Found } from './write-scripts.ts';

/**
 * Values of a column whose type is another one now must come through it unchanged, or nothing is done.
 *
 * @throws Failure preflight-refused
 */
export async function proveCasts({ sides }: RescueWork, table: ComparedTable): Promise<void> {
  for (const column of table.common.filter(({ typeThen }) => typeThen !== undefined)) {
    const { live, typeThen } = column;
    const refused = (problem: string): Failure =>
      new Failure('preflight-refused', {
        operation: `rescue ${table.shown}`,
        problem: `column ${live.name} was ${typeThen} and is ${live.type}: ${problem}`,
        hint: 'Bring the table back beside the live one with --into-schema, and move the values yourself.',
      });
    const value = copyValue(column);
    const sql = `SELECT count(*)::text AS lost ${table.copyFrom}
      WHERE format('%L', (${value})::${typeThen}) <> format('%L', t.${quoteIdentifier(live.name)})`;
    const { server, database, user, signal } = sides.copy;
    let lost: string;
    try {
      ({ lost } = await queryRow<{ lost: string }>(server, sql, {
        database,
        user,
        signal,
        timeoutMs: 3_600_000,
      }));
    } catch (error) {
      if (!isFailure(error, 'server-failed')) throw error;
      throw refused(error.problem);
    }
    if (lost !== '0') throw refused(`${lost} of its values would not survive`);
  }
}

/** @throws Failure preflight-refused when rows are missing that cannot be inserted */
export function refuseImpossible(found: readonly Found[]): void {
  for (const { table, compared } of found) {
    const columns = columnsWithoutValue(table);
    if (columns.length === 0 || compared.counts.missing === 0) continue;
    throw new Failure('preflight-refused', {
      operation: `rescue ${table.shown}`,
      problem: `${compared.counts.missing} rows are missing, and column ${columns.join(', ')}, which came since, takes no NULL and has no default`,
      hint: 'Give the column a default, or bring the table back beside the live one with --into-schema.',
    });
  }
}
