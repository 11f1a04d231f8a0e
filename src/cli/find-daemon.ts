import { realpathSync } from 'node:fs';
import { askDaemon, unreachable } from '../daemon/control-client.ts';
import type { DaemonStatus } from '../daemon/describe-status.ts';
import { socketPath } from '../daemon/socket-path.ts';
import type { ArchiveDocument } from '../status/document-archive.ts';
import type { CommandContext } from './context.ts';

/** A daemon that answers and works with the same file. */
export interface FoundDaemon {
  readonly socket: string;
  readonly status: DaemonStatus;
}

/** Milliseconds: it answers from memory. */
const patienceMs = 10_000;

/**
 * The daemon that keeps the schedules of this configuration.
 *
 * @returns undefined when none runs, or the one that does read another file: then it knows nothing of what is meant here
 * @throws Failure daemon-unreachable when it runs but does not answer
 */
export async function findDaemon(context: CommandContext): Promise<FoundDaemon | undefined> {
  const { stateDirectory } = await context.configuration();
  const socket = socketPath(stateDirectory);
  const answer = await askDaemon(socket, { ask: 'status' }, 'status', patienceMs);
  if (answer === undefined) return undefined;
  const status = answer.status as unknown as DaemonStatus;
  if (status.configuration.file === realpathSync(context.configFile())) return { socket, status };
  context.terminal.printNote(
    `holdfast: the daemon with this state directory works with ${status.configuration.file}: going without it`,
  );
  return undefined;
}

/** The same for commands that are about the daemon. @throws Failure daemon-unreachable when there is none */
export async function requireDaemon(context: CommandContext): Promise<FoundDaemon> {
  const found = await findDaemon(context);
  if (found) return found;
  const { stateDirectory } = await context.configuration();
  throw unreachable(socketPath(stateDirectory), 'no daemon runs with this configuration', undefined, {
    hint: 'Start it: `systemctl start holdfast`, or `holdfast serve` to see what it says.',
  });
}

/**
 * What the daemon saw of the archives, as it is known there now.
 *
 * @returns undefined when none runs with this configuration
 * @throws Failure daemon-unreachable when it runs but does not answer
 */
export async function askForArchives(
  context: CommandContext,
): Promise<readonly ArchiveDocument[] | undefined> {
  const daemon = await findDaemon(context);
  if (daemon === undefined) return undefined;
  const answer = await askDaemon(daemon.socket, { ask: 'archives' }, 'archives', patienceMs);
  return answer?.archives;
}
