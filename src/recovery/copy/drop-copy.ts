import { join } from 'node:path';
import type { CopyRecord } from '../../model/copy.ts';
import { Failure } from '../../model/failure.ts';
import { findServerProcesses } from '../../postgres/postmaster-processes.ts';
import { endGroup } from '../../process/end-group.ts';
import { endProcessesNaming, findProcessesNaming } from '../../process/end-naming.ts';
import { isAlive, type ProcessIdentity } from '../../process/process-identity.ts';
import { lookupUser, runAsFor } from '../../process/os-user.ts';
import { runCommand, type RunAs } from '../../process/run-command.ts';
import { exists } from '../apply/durable-files.ts';
import { defaultLimits } from '../apply/restore-context.ts';
import { factsOfStep, readRestoreFacts, restoredServer, serverFor } from '../apply/restore-run.ts';
import { stopWhateverRuns } from '../apply/stop-old-server.ts';
import type { CopyDependencies } from './copy-deps.ts';
import { isOwnCopyPlace, listCopyPlace } from './copy-place.ts';

/** Programs that make or start a copy; its server itself is stopped as servers are. */
const starters: ReadonlySet<string> = new Set(['pgbackrest', 'pg_ctl', 'pg_controldata']);

/** What a server is called on its way: pg_ctl forks, becomes a shell, and that the postmaster (`pg_ctl.c`, start_postmaster). */
const arriving: ReadonlySet<string> = new Set(['pg_ctl', 'sh', 'postgres']);

type DropDependencies = Pick<
  CopyDependencies,
  'configuration' | 'journal' | 'currentUid' | 'sleep' | 'limits' | 'checkpoint'
>;

/**
 * Takes a copy away: its engine if that still restores, its server, its directories. May be repeated from any place
 * where it was killed. Only what Holdfast made for this copy is removed (copy-place.ts), with its owner's rights.
 *
 * @throws Failure not-permitted when something else is in its place; server-running when its server does not stop
 */
export async function dropCopy(copy: CopyRecord, deps: DropDependencies): Promise<void> {
  try {
    await dropAll(copy, deps);
  } catch (error) {
    // This process may live on: from here on it is everybody's to finish.
    deps.journal.copies.update(copy.id, { process: undefined });
    throw error;
  }
}

async function dropAll(copy: CopyRecord, deps: DropDependencies): Promise<void> {
  const { journal } = deps;
  const isThere = await isOwnCopyPlace(deps.configuration, copy);
  journal.copies.update(copy.id, { state: 'dropping' });
  await deps.checkpoint?.('drop: noted');
  await endRestore(copy, deps);
  await deps.checkpoint?.('drop: engine ended');
  const owner = await ownerOf(copy, deps.currentUid);
  // A pg_ctl or an engine whose Holdfast was killed right after it started them: neither is in the journal yet.
  await endProcessesNaming(copy.dataDirectory, { graceMs: 10_000, sleep: deps.sleep, programs: starters });
  await awaitArrival(copy.dataDirectory, deps.sleep);
  if (isThere || (await findServerProcesses(copy.dataDirectory)).length > 0) {
    await stopServerOf(copy, deps);
    await deps.checkpoint?.('drop: server stopped');
  }
  const extra = extraDirectories(copy, deps).map((directory) => removeUsed(directory, owner, deps.sleep));
  // Each is awaited, also when another fails: nothing of it works on behind a failure.
  const removed = await Promise.allSettled([isThere ? removePlace(copy, owner) : undefined, ...extra]);
  for (const result of removed) if (result.status === 'rejected') throw result.reason;
  await deps.checkpoint?.('drop: place removed');
  journal.copies.update(copy.id, { state: 'dropped', process: undefined });
}

async function removePlace({ place }: CopyRecord, owner: RunAs | undefined): Promise<void> {
  for (const name of await listCopyPlace(place)) await removeTree(join(place, name), owner);
  await removeTree(place, owner);
}

/** Looks, a tenth of a second apart, in which a directory must not have come back. */
const quietLooks = 3;

/**
 * Removes a directory that programs in the background may be using: the copy's server may have left an archive-get that
 * makes its spool again, and that one another. @throws Failure file-unusable when it comes back again and again
 */
async function removeUsed(
  directory: string,
  owner: RunAs | undefined,
  sleep: DropDependencies['sleep'],
): Promise<void> {
  let quiet = 0;
  for (let attempt = 0; attempt < 20; attempt += 1) {
    await endProcessesNaming(directory, { graceMs: 10_000, sleep });
    if (await exists(directory)) {
      quiet = 0;
      await removeTree(directory, owner);
    } else quiet += 1;
    if (quiet === quietLooks) return;
    await sleep(100);
  }
  throw new Failure('file-unusable', {
    operation: 'remove the directory of a copy',
    place: directory,
    problem: 'something makes it again and again',
    hint: 'Find out who does (`fuser`), end it, and drop the copy again.',
  });
}

/**
 * A server that was just forked is not in its directory yet, where servers are looked for: without this it would go on
 * in a directory that is gone. Whatever is not there after ten seconds never comes.
 */
async function awaitArrival(directory: string, sleep: DropDependencies['sleep']): Promise<void> {
  for (let look = 0; look < 100; look += 1) {
    if (findProcessesNaming(directory, arriving).length === 0) return;
    if ((await findServerProcesses(directory)).length > 0) return;
    await sleep(100);
  }
}

/** Its restore is over: an engine that still works is ended, and a run that nobody ends any more is closed. */
async function endRestore(copy: CopyRecord, { journal, sleep }: DropDependencies): Promise<void> {
  const run = journal.readRun(copy.restoreId);
  if (run === undefined) return;
  const { child } = factsOfStep(journal.stepsOf(run.id), 'restore-files');
  if (isProcess(child)) await endGroup(child, { graceMs: 10_000, sleep });
  if (run.result !== 'running' || (run.process !== undefined && isAlive(run.process))) return;
  const failure = { kind: 'interrupted', problem: 'its Holdfast was killed; the copy was dropped' };
  journal.finishRun(run.id, { result: 'interrupted', failure });
}

function isProcess(child: unknown): child is ProcessIdentity {
  return typeof child === 'object' && child !== null && 'pid' in child && 'startTicks' in child;
}

async function stopServerOf(
  copy: CopyRecord,
  { journal, currentUid, limits }: DropDependencies,
): Promise<void> {
  const run = journal.readRun(copy.restoreId);
  if (run === undefined) {
    // Its restore never began, so no server can be there; anything else is not ours to stop.
    if ((await findServerProcesses(copy.dataDirectory)).length === 0) return;
    throw new Failure('server-running', {
      operation: `drop copy ${copy.id}`,
      place: copy.dataDirectory,
      problem: 'a server runs there, and nothing is known of its restore',
      hint: 'Stop it yourself, then drop the copy again.',
    });
  }
  const { plan, server } = readRestoreFacts(run);
  const stopMs = Math.min(limits?.stopMs ?? defaultLimits.stopMs, 20_000);
  await stopWhateverRuns(restoredServer(plan, serverFor(server, currentUid)), stopMs);
}

/** Lock and spool of the engine, and a socket directory that did not fit into the data directory. */
function extraDirectories(copy: CopyRecord, { configuration }: DropDependencies): string[] {
  const engine = join(configuration.stateDirectory, 'copies', copy.restoreId);
  return [
    ...(copy.engineDirectory === engine ? [engine] : []),
    ...(/^\/tmp\/holdfast-[0-9a-f]{12}$/.test(copy.socketDirectory) ? [copy.socketDirectory] : []),
  ];
}

async function ownerOf(copy: CopyRecord, currentUid: number): Promise<RunAs | undefined> {
  const owner = await lookupUser(copy.owner);
  if (owner === undefined) {
    throw new Failure('not-permitted', {
      operation: `drop copy ${copy.id}`,
      place: copy.place,
      problem: `there is no operating system user ${copy.owner}`,
      hint: 'The copy belongs to a user that is gone; remove its directory yourself.',
    });
  }
  return runAsFor(owner, currentUid);
}

/** With the rights of the owner and on one file system: a link or mount inside cannot lead root anywhere else. */
async function removeTree(directory: string, runAs: RunAs | undefined): Promise<void> {
  const result = await runCommand({
    command: '/bin/rm',
    args: ['-rf', '--one-file-system', '--', directory],
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
    runAs,
    cwd: '/',
  });
  if (result.code === 0) return;
  throw new Failure('file-unusable', {
    operation: 'remove the directory of a copy',
    place: directory,
    problem: result.stderr.trim().split('\n').at(-1) ?? `rm ended with ${result.code}`,
    hint: 'Remove the cause and drop the copy again: what is gone is gone, and the rest follows.',
  });
}
