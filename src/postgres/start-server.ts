import { access, constants } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Failure } from '../model/failure.ts';
import { quoteForShell } from '../model/quote-for-shell.ts';
import type { CommandResult } from '../process/run-command.ts';
import { runCommand } from '../process/run-command.ts';
import { serverEnvironment } from './server-environment.ts';
import { markLogs, readNewLogLines } from './server-log.ts';
import type { ServerGuard } from './server-guard.ts';
import type { Server } from './server.ts';
import { classifyStartFailure, startFailureHint } from './start-failure.ts';

export interface StartOptions {
  /** Defaults to the node's data directory. */
  readonly dataDirectory?: string | undefined;
  /** Settings for this start only (`-c name=value`). */
  readonly options?: Readonly<Record<string, string>> | undefined;
  /** postgresql.conf to use instead of the server's own. */
  readonly configFile?: string | undefined;
  readonly hbaFile?: string | undefined;
  /** Where pg_ctl sends the server's output; defaults to Debian's log, or `log/holdfast-start.log` in the directory. */
  readonly logFile?: string | undefined;
  readonly timeoutMs: number;
  /** False returns as soon as the postmaster was started. Defaults to true: until it accepts connections. */
  readonly wait?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Held by the server too, for as long as it lives. */
  readonly guard?: ServerGuard | undefined;
}

/** How a server was started. */
export interface StartedServer {
  /** `pg_ctl` also for a service when options were given that a service cannot take. */
  readonly by: 'pg_ctl' | 'pg_ctlcluster' | 'systemd';
  /** Undefined when a service started it: the output is then in the journal. */
  readonly logFile: string | undefined;
}

/**
 * Starts a server. Options for one start cannot be given to a service, so with them pg_ctl is used and the service
 * does not know of the server until its next regular start.
 *
 * With `wait` a server in recovery counts as started when it is consistent and a hot standby.
 *
 * @throws Failure server-failed with `details.cause` (a StartFailureCause), `details.parameters` and the last log
 *   lines; timed-out when it is still starting, which then goes on
 */
export async function startServer(server: Server, options: StartOptions): Promise<StartedServer> {
  const dataDirectory = options.dataDirectory ?? server.node.path;
  const special = options.configFile ?? options.hbaFile ?? options.logFile ?? options.dataDirectory;
  const ownWay =
    special === undefined && Object.keys(options.options ?? {}).length === 0 && options.wait !== false;
  const by = ownWay ? server.control.kind : 'pg_ctl';
  const logFile = options.logFile ?? (await defaultLogFile(server, dataDirectory));
  const [marks] = await Promise.all([
    markLogs(dataDirectory, logFile),
    by === 'pg_ctl' ? makeLogDirectory(server, logFile) : undefined,
  ]);
  const result = await runStart(server, by, dataDirectory, logFile, options);
  if (result.code === 0) return { by, logFile: by === 'systemd' ? undefined : logFile };
  const lines = await readNewLogLines(dataDirectory, logFile, marks);
  throw startFailure(dataDirectory, result, lines, options.timeoutMs);
}

/** The command that startServer runs for a plain start, as a person would type it. */
export function startCommand(server: Server): string {
  const { control, owner, node } = server;
  if (node.elsewhere !== undefined) return node.elsewhere.start;
  if (control.kind === 'systemd') return `systemctl start ${control.unit}`;
  const command =
    control.kind === 'pg_ctlcluster'
      ? `pg_ctlcluster ${control.version} ${control.cluster} start`
      : `${server.binDirectory}/pg_ctl -D ${server.node.path} -l ${join(server.node.path, 'log/holdfast-start.log')} start`;
  return `sudo -u ${owner.name} ${command}`;
}

async function runStart(
  server: Server,
  by: StartedServer['by'],
  dataDirectory: string,
  logFile: string,
  options: StartOptions,
): Promise<CommandResult> {
  const { control } = server;
  if (by === 'systemd' && control.kind === 'systemd') {
    return runCommand({
      command: '/usr/bin/systemctl',
      args: ['start', control.unit],
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8' },
      timeoutMs: options.timeoutMs,
      signal: options.signal,
    });
  }
  const debian = by === 'pg_ctlcluster' && control.kind === 'pg_ctlcluster' ? control : undefined;
  return runCommand({
    command: debian === undefined ? join(server.binDirectory, 'pg_ctl') : '/usr/bin/pg_ctlcluster',
    args:
      debian === undefined
        ? pgCtlArguments(server, dataDirectory, logFile, options)
        : clusterArguments(debian, startSeconds(options)),
    env: serverEnvironment(server.owner, server.binDirectory),
    runAs: server.runAs,
    priority: server.priority,
    inherited: options.guard === undefined ? undefined : [options.guard.fd],
    timeoutMs: options.timeoutMs + 5000,
    signal: options.signal,
  });
}

function clusterArguments(
  control: { readonly version: string; readonly cluster: string },
  seconds: string,
): string[] {
  return ['--skip-systemctl-redirect', control.version, control.cluster, 'start', '--', '-t', seconds];
}

function pgCtlArguments(
  server: Server,
  dataDirectory: string,
  logFile: string,
  options: StartOptions,
): string[] {
  const wait = options.wait === false ? '-W' : '-w';
  const seconds = startSeconds(options);
  return [
    'start',
    '-D',
    dataDirectory,
    '-l',
    logFile,
    '-t',
    seconds,
    wait,
    ...postmasterOptions(server, options),
  ];
}

function startSeconds(options: StartOptions): string {
  return String(Math.max(1, Math.ceil(options.timeoutMs / 1000)));
}

/** `-o` is handed to a shell by pg_ctl (PostgreSQL `src/bin/pg_ctl/pg_ctl.c`, start_postmaster), hence the quotes. */
function postmasterOptions(server: Server, options: StartOptions): string[] {
  const configFile =
    options.configFile ?? (options.dataDirectory === undefined ? server.configFile : undefined);
  const settings = {
    ...(configFile === undefined ? {} : { config_file: configFile }),
    ...(options.hbaFile === undefined ? {} : { hba_file: options.hbaFile }),
    ...options.options,
    ...(server.control.kind === 'pg_ctl' ? server.control.settings : undefined),
  };
  const text = Object.entries(settings)
    .map(([name, value]) => `-c ${quoteForShell(`${name}=${value}`)}`)
    .join(' ');
  return text === '' ? [] : ['-o', text];
}

async function defaultLogFile(server: Server, dataDirectory: string): Promise<string> {
  const match = /^\/etc\/postgresql\/([^/]+)\/([^/]+)\//.exec(server.configFile ?? '');
  if (match && dataDirectory === server.node.path && (await isWritable('/var/log/postgresql'))) {
    return `/var/log/postgresql/postgresql-${match[1]}-${match[2]}.log`;
  }
  return join(dataDirectory, 'log', 'holdfast-start.log');
}

async function isWritable(directory: string): Promise<boolean> {
  try {
    await access(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Made as the owner, so that a link in the data directory cannot lead root astray. */
async function makeLogDirectory(server: Server, logFile: string): Promise<void> {
  await runCommand({
    command: '/bin/mkdir',
    args: ['-p', '-m', '0700', dirname(logFile)],
    env: serverEnvironment(server.owner, server.binDirectory),
    runAs: server.runAs,
  });
}

function startFailure(
  dataDirectory: string,
  result: CommandResult,
  lines: readonly string[],
  timeoutMs: number,
): Failure {
  const operation = 'start PostgreSQL';
  if (result.stopped === 'abort') {
    return new Failure('interrupted', { operation, place: dataDirectory, problem: 'interrupted' });
  }
  if (result.stopped === 'timeout' || /server did not start in time/.test(result.stderr + result.stdout)) {
    return new Failure('timed-out', {
      operation,
      place: dataDirectory,
      problem: `it does not accept connections after ${Math.round(timeoutMs / 1000)} s and goes on starting`,
      hint: 'Recovery may need longer: look at the log and wait, or stop the server.',
      details: { log: lines },
    });
  }
  const failure = classifyStartFailure(lines.length > 0 ? lines : result.stderr.split('\n'));
  return new Failure('server-failed', {
    operation,
    place: dataDirectory,
    problem: failure.line ?? 'it ended at once and logged nothing',
    hint: startFailureHint(failure.cause),
    details: { cause: failure.cause, parameters: failure.parameters, log: lines },
  });
}
