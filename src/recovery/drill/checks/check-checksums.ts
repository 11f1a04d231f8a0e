import { join } from 'node:path';
import { queryRow } from '../../../postgres/query.ts';
import { serverEnvironment } from '../../../postgres/server-environment.ts';
import { stopServer } from '../../../postgres/stop-server.ts';
import { runCommand } from '../../../process/run-command.ts';
import { failed, notDone, passed, type RunDrillCheck } from '../drill-check.ts';

/** Milliseconds for the shutdown of the copy before it is told to stop at once. */
const stopMs = 60_000;

/**
 * Reads every page of the stopped copy and compares its checksum. The last check, because the server is down then.
 *
 * @see https://www.postgresql.org/docs/current/app-pgchecksums.html
 */
export const checkChecksums: RunDrillCheck = async ({ copy, signal }) => {
  const { server } = copy;
  const { on } = await queryRow<{ on: boolean }>(
    server,
    `SELECT current_setting('data_checksums') = 'on' AS on`,
    { database: 'postgres' },
  );
  if (!on) return notDone('the cluster has no page checksums');
  const { clean } = await stopServer(server, { timeoutMs: stopMs });
  if (!clean) return failed('the restored server did not shut down cleanly');
  const result = await runCommand({
    command: join(server.binDirectory, 'pg_checksums'),
    args: ['--check', '--pgdata', server.node.path],
    env: serverEnvironment(server.owner, server.binDirectory),
    runAs: server.runAs,
    signal,
  });
  const number = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, 'mi').exec(result.stdout)?.[1] ?? Number.NaN);
  const [pages, bad] = [number('Blocks scanned'), number('Bad checksums')];
  if (result.code === 0 && bad === 0) return passed(`${pages} pages have the right checksum`, { pages, bad });
  return failed(
    Number.isNaN(bad)
      ? (result.stderr.trim().split('\n').at(-1) ?? 'pg_checksums failed')
      : `${bad} of ${pages} pages have a wrong checksum`,
    { pages: Number.isNaN(pages) ? null : pages, bad: Number.isNaN(bad) ? null : bad },
  );
};
