import type { SQLInputValue } from 'node:sqlite';
import type { JournalDatabase } from './journal-database.ts';
import { readRunRow } from './journal-rows.ts';
import type { RunRecord } from './journal.ts';
import { periodicQueries } from './periodic-queries.ts';

/** Clocks are put right by a little all the time: milliseconds. */
const toleratedAheadMs = 60_000;

/**
 * The newest runs that a query is for, newest first. A host that boots with its clock in the future writes runs that
 * would stay the newest until that time comes, and hide what fails after the correction: those ahead of the clock count
 * only while nothing was written after them.
 *
 * @param parameters of the query
 * @param now epoch milliseconds
 * @throws Failure journal-damaged
 */
export function findNewestRuns(
  database: JournalDatabase,
  query: 'lastRuns' | 'lastGoodRun',
  parameters: Record<string, SQLInputValue> & { readonly limit: number },
  now: number,
): RunRecord[] {
  const find = (where: string, more: Record<string, SQLInputValue>): RunRecord[] =>
    database.all(`SELECT * FROM run ${where}`, more).map((row) => readRunRow(row, database.file));
  const of = { ...parameters, until: now + toleratedAheadMs };
  const past = find(periodicQueries[query], of);
  const ahead = find(periodicQueries[`${query}Ahead`], { ...of, after: past[0]?.id ?? null });
  return [...ahead, ...past].slice(0, parameters.limit);
}
