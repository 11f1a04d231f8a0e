import { dirname, join } from 'node:path';
import { isFailure } from '../model/failure.ts';
import { runCommand, SpawnError } from '../process/run-command.ts';
import { findParent, findPostmaster, findServerProcesses } from './postmaster-processes.ts';
import type { KeptSessions } from './kept-sessions.ts';
import type { Connectable } from './query.ts';
import { queryRow } from './query.ts';
import { serverEnvironment } from './server-environment.ts';
import type { ElsewhereState } from './look-elsewhere.ts';
import type { Server } from './server.ts';

/** What a server is doing right now. */
export interface ServerState {
  /** Processes of it exist. */
  readonly running: boolean;
  /** Its processes are in another container: nobody here can stop it. */
  readonly elsewhere?: ElsewhereState | undefined;
  /** Of the postmaster. */
  readonly pid?: number | undefined;
  /** It lets clients in (not starting, stopping or recovering without hot standby). */
  readonly accepting: boolean;
  /** Its end has begun: it was told to stop, or has taken its postmaster.pid away already. */
  readonly ending?: boolean | undefined;
  /** Undefined when it could not be asked. */
  readonly inRecovery?: boolean | undefined;
  /** Epoch seconds at which the postmaster started. */
  readonly startTime?: number | undefined;
  /** Port it really listens on, from postmaster.pid. */
  readonly port?: number | undefined;
  /** Why it could not be asked although it runs. */
  readonly problem?: string | undefined;
}

/**
 * Looks at a local server: postmaster.pid checked against /proc, processes found by their working directory when
 * that file is gone, and one question through its socket.
 */
export async function inspectServer(server: Server, sessions?: KeptSessions): Promise<ServerState> {
  const postmaster = await findPostmaster(server.node.path);
  if (postmaster === undefined) {
    const pid = await findParent(await findServerProcesses(server.node.path));
    return pid === undefined
      ? { running: false, accepting: false }
      : {
          running: true,
          pid,
          accepting: false,
          ending: true,
          problem: 'it runs without postmaster.pid',
        };
  }
  const found = {
    running: true,
    pid: postmaster.pid,
    startTime: postmaster.startTime,
    port: postmaster.port,
    ending: postmaster.status === 'stopping',
  };
  try {
    const row = await queryRow<{ recovery: boolean }>(
      { ...server, sessions },
      'SELECT pg_is_in_recovery() AS recovery',
      {
        database: 'postgres',
        timeoutMs: 5000,
      },
    );
    return { ...found, accepting: true, inRecovery: row.recovery };
  } catch (error) {
    if (!isFailure(error)) throw error;
    return { ...found, accepting: await isAccepting(server), problem: error.problem };
  }
}

/**
 * Asks without logging in, with the pg_isready that lies beside psql. False also when it cannot be asked.
 *
 * @see https://www.postgresql.org/docs/current/app-pg-isready.html
 */
async function isAccepting(server: Connectable): Promise<boolean> {
  try {
    const result = await runCommand({
      command: join(dirname(server.psql), 'pg_isready'),
      args: ['-q', '-h', server.socketDirectory, '-p', String(server.node.port), '-t', '3'],
      env: serverEnvironment(server.owner, server.binDirectory),
      runAs: server.runAs,
      timeoutMs: 10_000,
    });
    return result.code === 0;
  } catch (error) {
    if (error instanceof SpawnError) return false;
    throw error;
  }
}
