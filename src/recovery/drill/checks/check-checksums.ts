import { queryRow } from '../../../postgres/query.ts';
import { stopServer } from '../../../postgres/stop-server.ts';
import { type CommandResult, SpawnError } from '../../../process/run-command.ts';
import {
  type CheckOutcome,
  failed,
  notApplicable,
  notDone,
  passed,
  type RunDrillCheck,
} from '../drill-check.ts';
import { interrupted, lastLine, runProgram } from './run-program.ts';

/** Milliseconds for the shutdown of the copy before it is told to stop at once. */
const stopMs = 60_000;

/** Bad pages that are named; all are counted. */
const mostNamed = 20;

/**
 * Reads every page of the stopped copy and compares its checksum. The last check, because the server is down then.
 *
 * @see https://www.postgresql.org/docs/current/app-pgchecksums.html
 */
export const checkChecksums: RunDrillCheck = async (context) => {
  const { server } = context.copy;
  const { on } = await queryRow<{ on: boolean }>(
    server,
    `SELECT current_setting('data_checksums') = 'on' AS on`,
    { database: 'postgres', signal: context.signal },
  );
  if (!on) return notApplicable('the cluster has no page checksums');
  const { clean } = await stopServer(server, { timeoutMs: stopMs });
  if (context.signal?.aborted === true) throw interrupted();
  if (!clean) return failed('the restored server did not shut down cleanly');
  try {
    return judge(await runProgram(context, 'pg_checksums', ['--check', `--pgdata=${server.node.path}`]));
  } catch (error) {
    if (!(error instanceof SpawnError)) throw error;
    return notDone(`there is no pg_checksums in ${server.binDirectory} (it comes with PostgreSQL 12)`);
  }
};

function judge(result: CommandResult): CheckOutcome {
  const number = (name: string): number | undefined => {
    const match = new RegExp(`^${name}:\\s+(\\d+)`, 'mi').exec(result.stdout);
    return match === null ? undefined : Number(match[1]);
  };
  const [pages, bad] = [number('Blocks scanned'), number('Bad checksums')];
  if (result.code === 0 && bad === 0 && pages !== undefined)
    return passed(`${pages} pages have the right checksum`, { pages, bad });
  const places = result.stderr.split('\n').flatMap((line) => {
    const match = /failed in file "(.*)", block (\d+)/.exec(line);
    return match === null ? [] : [{ file: match[1], block: Number(match[2]) }];
  });
  return failed(
    bad === undefined
      ? lastLine(result, 'pg_checksums')
      : `${bad} of ${String(pages)} pages have a wrong checksum`,
    { pages: pages ?? null, bad: bad ?? null, places: places.slice(0, mostNamed) },
  );
}
