import { readFileSync, readlinkSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PostgresNode } from '../model/stanza.ts';
import { runCommand, SpawnError } from '../process/run-command.ts';
import { inspectServer, type ServerState } from './inspect-server.ts';
import type { KeptSessions } from './kept-sessions.ts';
import { readPostmasterFile, type PostmasterFile } from './postmaster-file.ts';
import { findProcessElsewhere, isSharedMemoryInUse } from './postmaster-processes.ts';
import type { Server } from './server.ts';
import { takeServerGuard } from './server-guard.ts';
import { queryRow } from './query.ts';
import { isFailure } from '../model/failure.ts';
import { isWithin } from '../model/is-within.ts';

/** A server that works in the data directory and is not among the processes that are seen from here. */
export interface ElsewhereState {
  /** `unknown`: nothing answers, and nothing proves that none is there. */
  readonly is: 'running' | 'unknown';
  /** How that is known. */
  readonly evidence: string;
}

/** What a look needs to know of the server. */
type Looked = Pick<Server, 'socketDirectory' | 'psql'> & {
  readonly node: Pick<PostgresNode, 'path' | 'port'>;
};

/**
 * Asks whether another container runs a server in the data directory; undefined: none does, for certain. Only for
 * directories in which no process that is seen from here works.
 *
 * A `postmaster.pid` whose number means nothing here is what a crash left where all processes of the machine are seen.
 * In a container it may as well be of a server in another one.
 */
export async function lookElsewhere(server: Looked): Promise<ElsewhereState | undefined> {
  const directory = server.node.path;
  const guard = await takeServerGuard(directory, 'shared');
  if (guard === 'held') return { is: 'running', evidence: 'the lock beside the data directory is held' };
  if (guard !== 'none') {
    await guard[Symbol.asyncDispose]();
    return undefined;
  }
  const file = await readPostmasterFile(directory);
  if (file === undefined) return undefined;
  if (await isSharedMemoryInUse(file)) return { is: 'running', evidence: 'its shared memory is in use' };
  const seen = findProcessElsewhere(directory);
  if (seen !== undefined) return { is: 'running', evidence: `process ${seen} of a container works in it` };
  if (seesEveryProcess() || isOlderThanMachine(file)) return undefined;
  if (await answers(server)) {
    return {
      is: 'running',
      evidence: `a server answers on ${server.socketDirectory}, port ${server.node.port}`,
    };
  }
  if (await isPrivate(directory)) return undefined;
  return {
    is: 'unknown',
    evidence: `postmaster.pid names process ${file.pid}, which is not seen from this container, and there is no lock beside the data directory`,
  };
}

/** Like inspectServer, of a server that may also run in another container. */
export async function inspectProduction(server: Server, sessions?: KeptSessions): Promise<ServerState> {
  const state = await inspectServer(server, sessions);
  if (state.running) return state;
  const elsewhere = await lookElsewhere(server);
  if (elsewhere === undefined) return state;
  if (elsewhere.is === 'unknown')
    return { running: true, elsewhere, accepting: false, problem: elsewhere.evidence };
  try {
    const { recovery } = await queryRow<{ recovery: boolean }>(
      { ...server, sessions },
      'SELECT pg_is_in_recovery() AS recovery',
      { database: 'postgres', timeoutMs: 5000 },
    );
    return { running: true, elsewhere, accepting: true, inRecovery: recovery };
  } catch (error) {
    if (!isFailure(error)) throw error;
    return { running: true, elsewhere, accepting: false, problem: error.problem };
  }
}

/**
 * True in the first process namespace of the machine, whose number the kernel fixes
 * (`include/uapi/linux/nsfs.h`, PID_NS_INIT_INO).
 */
function seesEveryProcess(): boolean {
  try {
    return readlinkSync('/proc/self/ns/pid') === 'pid:[4026531836]';
  } catch {
    return false;
  }
}

/** Nothing of before the machine started lives. */
function isOlderThanMachine({ startTime }: PostmasterFile): boolean {
  const booted = /^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1];
  return startTime !== undefined && booted !== undefined && startTime < Number(booted);
}

/** @see https://www.postgresql.org/docs/current/app-pg-isready.html: 0 and 1 are answers of a server. */
async function answers({ node, psql, socketDirectory }: Looked): Promise<boolean> {
  try {
    const { code } = await runCommand({
      command: join(dirname(psql), 'pg_isready'),
      args: ['-q', '-h', socketDirectory, '-p', String(node.port), '-t', '3'],
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8' },
      timeoutMs: 10_000,
    });
    return code === 0 || code === 1;
  } catch (error) {
    if (error instanceof SpawnError) return false;
    throw error;
  }
}

/** A directory in a container's own layers, which are mounted into no other one. */
async function isPrivate(directory: string): Promise<boolean> {
  const path = await realpath(directory).catch(() => directory);
  // proc_pid_mountinfo(5): the fifth field is the mount point, and the first after the dash the file system.
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => {
      const [before = '', after = ''] = line.split(' - ');
      return { point: unescape(before.split(' ')[4] ?? ''), type: after.split(' ')[0] };
    })
    .filter(({ point }) => isWithin(path, point));
  return mounts.every(({ point, type }) => point === '/' && type === 'overlay');
}

function unescape(text: string): string {
  return text.replaceAll(/\\(\d{3})/g, (_all, octal: string) =>
    String.fromCodePoint(Number.parseInt(octal, 8)),
  );
}
