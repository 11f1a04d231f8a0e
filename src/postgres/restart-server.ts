import { readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../model/failure.ts';
import { runCommand } from '../process/run-command.ts';
import { findPostmaster } from './postmaster-processes.ts';
import { serverEnvironment } from './server-environment.ts';
import { markLogs, readNewLogLines } from './server-log.ts';
import { readRestartOptions } from './restart-options.ts';
import type { Server } from './server.ts';
import { classifyStartFailure, startFailureHint } from './start-failure.ts';

/**
 * Restarts a running server the way it was started: pg_ctl takes the options of the last start from postmaster.opts,
 * and its output goes on into the same file. Always a fast shutdown, never an immediate one: nobody who restarts for
 * a setting wants a crash recovery.
 *
 * @throws Failure server-running when another container runs it; server-failed with `details.cause` as startServer; timed-out when it does not stop or start in time
 */
export async function restartServer(server: Server, options: { readonly timeoutMs: number }): Promise<void> {
  const directory = server.node.path;
  // pg_ctl would send its signal to whatever has that number here.
  if (server.node.elsewhere !== undefined) throw runsElsewhere(server, server.node.elsewhere);
  const logFile = (await currentLogFile(directory)) ?? join(directory, 'log', 'holdfast-start.log');
  const marks = await markLogs(directory, logFile);
  const own = await readRestartOptions(directory);
  const { command, args, runAs } = restartInvocation(server, logFile, options.timeoutMs, own);
  const result = await runCommand({
    command,
    args,
    env: serverEnvironment(server.owner, server.binDirectory),
    runAs,
    timeoutMs: 2 * options.timeoutMs + 5000,
  });
  if (result.code === 0) return;
  const late =
    result.stopped === 'timeout' ||
    /does not shut down|did not start in time/.test(result.stderr + result.stdout);
  const lines = await readNewLogLines(directory, logFile, marks);
  const failure = classifyStartFailure(lines.length > 0 ? lines : result.stderr.split('\n'));
  throw new Failure(late ? 'timed-out' : 'server-failed', {
    operation: 'restart PostgreSQL',
    place: directory,
    problem: late
      ? `it did not stop or start within ${Math.round(options.timeoutMs / 1000)} s`
      : (failure.line ?? 'it ended and logged nothing'),
    hint: late ? 'Look at the server log, and at what is connected.' : startFailureHint(failure.cause),
    details: { cause: failure.cause, parameters: failure.parameters, log: lines },
  });
}

function runsElsewhere({ node }: Server, { stop, start }: NonNullable<Server['node']['elsewhere']>): Failure {
  return new Failure('server-running', {
    operation: 'restart PostgreSQL',
    place: node.path,
    problem: 'another container runs it, and nobody here can restart it',
    hint: `Restart it: \`${stop}\`, then \`${start}\`.`,
  });
}

/** The command for a person. */
export function restartCommand(server: Server): string {
  const { control, owner, node } = server;
  if (node.elsewhere !== undefined) return `${node.elsewhere.stop} && ${node.elsewhere.start}`;
  if (control.kind === 'systemd') return `systemctl restart ${control.unit}`;
  const command =
    control.kind === 'pg_ctlcluster'
      ? `pg_ctlcluster ${control.version} ${control.cluster} restart -m fast`
      : `${server.binDirectory}/pg_ctl -D ${server.node.path} -m fast restart`;
  return `sudo -u ${owner.name} ${command}`;
}

function restartInvocation(
  server: Server,
  logFile: string,
  timeoutMs: number,
  own: string | undefined,
): { command: string; args: string[]; runAs: Server['runAs'] } {
  const seconds = String(Math.max(1, Math.ceil(timeoutMs / 1000)));
  const { control, runAs } = server;
  switch (control.kind) {
    case 'systemd':
      return { command: '/usr/bin/systemctl', args: ['restart', control.unit], runAs: undefined };
    case 'pg_ctlcluster':
      return {
        command: '/usr/bin/pg_ctlcluster',
        args: [
          '--skip-systemctl-redirect',
          control.version,
          control.cluster,
          'restart',
          '-m',
          'fast',
          '--',
          '-t',
          seconds,
        ],
        runAs,
      };
    case 'pg_ctl': {
      const args = ['restart', '-D', server.node.path, '-m', 'fast', '-w', '-t', seconds, '-l', logFile];
      if (own !== undefined) args.push('-o', own);
      return { command: join(server.binDirectory, 'pg_ctl'), args, runAs };
    }
  }
}

/** Where the postmaster's standard error goes now, when that is a file. */
async function currentLogFile(dataDirectory: string): Promise<string | undefined> {
  const postmaster = await findPostmaster(dataDirectory);
  if (postmaster === undefined) return undefined;
  const target = await readlink(`/proc/${postmaster.pid}/fd/2`).catch(() => undefined);
  return target?.startsWith('/') && !target.startsWith('/dev/') && !target.endsWith(' (deleted)')
    ? target
    : undefined;
}
