import { createReadStream } from 'node:fs';
import { Failure } from '../../model/failure.ts';
import { psqlCommand } from '../../postgres/psql-command.ts';
import { parseServerError, queryFailure, queryRow } from '../../postgres/query.ts';
import { runCommand } from '../../process/run-command.ts';
import { quoteName } from './match-table.ts';
import { parseTableName } from './parse-table-name.ts';
import type { Side } from './read-tables.ts';
import type { RescueReport } from './rescue-report.ts';
import { changedMeanwhile, wouldTakeMore } from './table-change-sql.ts';

/** What an applied change left, as it was read after the commit. */
export interface AppliedChange {
  readonly tables: readonly { readonly name: string; readonly rows: number }[];
}

/**
 * Runs change.sql, which is one transaction: all of it is done or nothing. When this process is killed psql's input ends,
 * and without its COMMIT the server takes everything back.
 *
 * @throws Failure preflight-refused when rows are not what was compared; server-failed; interrupted. Nothing was changed.
 */
export async function applyChange(report: RescueReport, live: Side): Promise<AppliedChange> {
  const { server, database, user = server.owner.name, signal } = live;
  const { PGOPTIONS: _ours, ...env } = psqlCommand(server, { user, database, timeoutMs: 0 }).env;
  const result = await runCommand({
    ...psqlCommand(server, { user, database, timeoutMs: 0 }),
    // The database's own search_path: triggers, checks and index expressions may need it.
    env,
    input: createReadStream(report.files.change),
    signal,
    onChunk: () => {},
  });
  if (result.code !== 0 || result.stopped !== undefined) throw explain(report, live, result);
  const tables: { name: string; rows: number }[] = [];
  for (const table of report.tables) {
    const name = nameNow(table.name, report.intoSchema);
    const { rows } = await queryRow<{ rows: string }>(server, `SELECT count(*)::text AS rows FROM ${name}`, {
      database,
      user,
      timeoutMs: 3_600_000,
    });
    tables.push({ name, rows: Number(rows) });
  }
  return { tables };
}

/** Names of the report are as a person would type them. */
function nameNow(shown: string, intoSchema: string | undefined): string {
  const { schema, name } = parseTableName(shown);
  return quoteName({ schema: intoSchema ?? schema ?? 'public', name });
}

function explain(
  { id, files }: RescueReport,
  { server, user = server.owner.name }: Side,
  result: {
    readonly code: number | undefined;
    readonly stderr: string;
    readonly stopped: 'timeout' | 'abort' | undefined;
  },
): Failure {
  const failure = queryFailure(server, user, result, 0);
  const { sqlState, message, detail } = parseServerError(result.stderr);
  const operation = `apply rescue ${id}`;
  const place = files.change;
  const problem = `${detail === undefined ? message : `${message}: ${detail}`}; nothing was changed`;
  if (result.stopped === 'abort')
    return new Failure('interrupted', { operation, place, problem: 'interrupted; nothing was changed' });
  if (sqlState === changedMeanwhile || sqlState === wouldTakeMore) {
    const hint =
      sqlState === changedMeanwhile
        ? 'Somebody wrote to the table since it was compared. Run the rescue again, which compares anew.'
        : 'Name those tables too, so that their rows are compared and saved.';
    return new Failure('preflight-refused', { operation, place, problem, hint, details: { sqlState } });
  }
  return new Failure(failure.kind, {
    operation,
    place,
    problem,
    hint: hints[sqlState ?? ''] ?? failure.hint,
    details: { sqlState },
  });
}

/** By SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const hints: Readonly<Record<string, string>> = {
  '23505':
    'A live row has that key or unique value: one that came since, perhaps. --delete-new takes such rows away (they are saved), or --where leaves rows out.',
  '23503': 'Rows refer to rows of a table that is not rescued. Name that table too.',
  '55P03': 'Somebody holds a lock on the table. Look into pg_locks, and try again.',
  '42704':
    'A type or role that the tables need is gone. Make it again (a dropped schema comes back with --schema NAME), then run the rescue again.',
  '22P02':
    'A value is none of its type any more: a label that an enum lost, perhaps. Add it, or use --into-schema.',
};
