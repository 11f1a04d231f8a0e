import { join } from 'node:path';
import { Failure } from '../model/failure.ts';
import { runCommand } from '../process/run-command.ts';
import { serverEnvironment } from './server-environment.ts';
import type { Server } from './server.ts';

/**
 * Ends recovery: the server becomes a primary on a new timeline. Also ends a pause at the recovery target. Does
 * nothing to a server that is a primary already, so it may be repeated.
 *
 * @throws Failure server-failed; timed-out when the promotion is still under way
 * @see https://www.postgresql.org/docs/current/app-pg-ctl.html
 */
export async function promoteServer(
  server: Server,
  options: { readonly timeoutMs: number; readonly dataDirectory?: string | undefined },
): Promise<void> {
  const directory = options.dataDirectory ?? server.node.path;
  const result = await runCommand({
    command: join(server.binDirectory, 'pg_ctl'),
    args: ['promote', '-D', directory, '-w', '-t', String(Math.max(1, Math.ceil(options.timeoutMs / 1000)))],
    env: serverEnvironment(server.owner, server.binDirectory),
    runAs: server.runAs,
    timeoutMs: options.timeoutMs + 5000,
  });
  if (result.code === 0 || /server is not in standby mode/.test(result.stderr)) return;
  const late = result.stopped === 'timeout' || /did not promote in time/.test(result.stderr + result.stdout);
  throw new Failure(late ? 'timed-out' : 'server-failed', {
    operation: 'promote PostgreSQL',
    place: directory,
    problem: late
      ? `the promotion did not finish within ${Math.round(options.timeoutMs / 1000)} s and goes on`
      : (result.stderr.split('\n')[0] ?? 'pg_ctl failed'),
    hint: 'Read the server log.',
  });
}
