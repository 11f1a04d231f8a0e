import { Failure, isFailure } from '../../model/failure.ts';
import { type Connectable, queryRows } from '../../postgres/query.ts';
import type { ProbeAnswer } from './search-transition.ts';

/** What is asked at each place. */
export interface Probe {
  /** A query that gives one boolean, or an expression. */
  readonly sql: string;
  readonly database: string;
  /** What an SQL error or NULL counts as; `stop` ends the search. */
  readonly onError: 'good' | 'bad' | 'stop';
  /** Of one run. */
  readonly timeoutMs: number;
}

/** The SQL that is run: an expression becomes a query. @throws Failure usage when there is nothing */
export function probeQuery(text: string): string {
  const sql = text.trim().replace(/[;\s]+$/, '');
  if (sql === '') throw usage('the probe is empty');
  return /^(?:select|with|values|table)\b/i.test(sql) ? sql : `SELECT (${sql})`;
}

/**
 * Asks the probe once. The copy is a hot standby and stands still, so that it cannot change anything, and no replay
 * comes between.
 *
 * @returns `blocked` when a transaction that has not ended where the copy stands holds a lock on a table
 * @throws Failure nothing-found when it has no answer and nobody said what that counts as; usage when the answer is no
 *   boolean; timed-out; those of a query
 */
export async function runProbe(
  server: Connectable,
  probe: Probe,
  signal?: AbortSignal,
): Promise<ProbeAnswer> {
  let rows: Record<string, unknown>[];
  try {
    rows = await queryRows(server, probeQuery(probe.sql), {
      database: probe.database,
      timeoutMs: probe.timeoutMs,
      ownSearchPath: true,
      signal,
    });
  } catch (error) {
    if (isFailure(error, 'server-failed') && error.details?.['sqlState'] === '55P03') return 'blocked';
    if (!isAboutState(error)) throw error;
    if (probe.onError !== 'stop') return probe.onError;
    throw unknown(probe, error instanceof Failure ? error.problem : String(error));
  }
  const values = Object.values(rows[0] ?? {});
  if (rows.length > 1 || values.length > 1)
    throw usage('the probe gave more than one row or column: it must give one boolean');
  const [value = null] = values;
  if (typeof value === 'boolean') return value ? 'good' : 'bad';
  if (value !== null)
    throw usage(`the probe gave ${JSON.stringify(value)}: it must give true while all is good`);
  if (probe.onError !== 'stop') return probe.onError;
  throw unknown(probe, rows.length === 0 ? 'it gave no row' : 'it gave NULL');
}

/**
 * Errors that tell of the state that is asked: a table or database that is not there. One in the text itself (SQLSTATE
 * class 42 without the undefined objects) would be the same everywhere.
 */
function isAboutState(error: unknown): boolean {
  if (isFailure(error, 'server-unreachable')) return /database ".*" does not exist/.test(error.problem);
  if (!isFailure(error, 'server-failed')) return false;
  const sqlState = error.details?.['sqlState'];
  if (typeof sqlState !== 'string') return false;
  const aboutText = ['42601', '42804', '25006'];
  return !aboutText.includes(sqlState) && !/^(?:08|53|57|58|XX)/.test(sqlState);
}

function unknown(probe: Probe, problem: string): Failure {
  return new Failure('nothing-found', {
    operation: `ask the probe in database ${probe.database}`,
    problem: `the probe has no answer: ${problem}`,
    hint: 'Say what that counts as: --on-error bad (a table that was dropped), or --on-error good (one that did not exist yet).',
  });
}

function usage(problem: string): Failure {
  return new Failure('usage', {
    operation: 'ask the probe',
    problem,
    hint: "For example: --probe 'SELECT count(*) > 1000 FROM orders'.",
  });
}
