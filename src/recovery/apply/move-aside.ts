import { lstat, readlink, realpath, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Failure } from '../../model/failure.ts';
import { identifyProcess } from '../../process/process-identity.ts';
import { runCommand } from '../../process/run-command.ts';
import type { RestorePlan } from '../restore-plan.ts';
import { exists, listNames, makeOwnedDirectory, renameDurably } from './durable-files.ts';
import type { Facts, RestoreContext, StepBody } from './restore-context.ts';
import { writeMarker } from './restore-marker.ts';

/** One directory that goes aside, or whose copy does. Absolute, links resolved. */
export interface Move {
  readonly kind: 'data' | 'tablespace' | 'link';
  readonly from: string;
  readonly to: string;
}

/** What the step notes before it touches anything: an undo needs nothing else. */
export interface MoveFacts {
  readonly moves: readonly Move[];
  /** The directory that the engine restores into. */
  readonly dataDirectory: string;
}

/**
 * Takes the old cluster out of the way without losing a byte of it.
 *
 * In place: the data directory and the version directory of each tablespace (`PG_15_…`, all that PostgreSQL has in
 * it) are renamed, which is atomic and costs nothing, and an empty data directory is made. With delta they are copied
 * instead, because the engine changes them where they are.
 */
export const moveAside: StepBody = async (context, step) => {
  const { plan } = context;
  const facts = readMoveFacts(step.earlier) ?? (await planMoves(plan));
  step.note({ ...facts });
  await context.checkpoint('move-aside: noted');
  await writeMarker(plan);
  await context.checkpoint('move-aside: marked');
  for (const move of facts.moves) {
    if (plan.mode === 'delta') await copyAside(context, move, step.note);
    else await renameAside(move);
    await context.checkpoint(`move-aside: moved ${move.kind}`);
  }
  const mode = await modeOf(facts.moves.find((move) => move.kind === 'data')?.to);
  await makeOwnedDirectory(facts.dataDirectory, mode, plan.owner);
  const count = facts.moves.length;
  const [verb, aside] = [plan.mode === 'delta' ? 'copied' : 'moved', facts.moves[0]?.to];
  return {
    facts: { ...facts },
    summary: count === 0 ? 'there was nothing to keep' : `${count} directories ${verb}, the data to ${aside}`,
  };
};

/** Reads what `moveAside` noted; undefined before it did. */
export function readMoveFacts(facts: Readonly<Record<string, unknown>>): MoveFacts | undefined {
  const { moves, dataDirectory } = facts;
  return Array.isArray(moves) && typeof dataDirectory === 'string'
    ? { moves: moves as Move[], dataDirectory }
    : undefined;
}

/** A data directory that is a link stays one: what it leads to is moved. */
async function planMoves(plan: RestorePlan): Promise<MoveFacts> {
  const { data, aside } = plan.directories;
  const dataDirectory = (await exists(data)) ? await realpath(data) : data;
  const moves: Move[] = [];
  if (aside !== undefined && (await listNames(dataDirectory)).length > 0) {
    const to = join(dirname(dataDirectory), basename(aside));
    moves.push({ kind: 'data', from: dataDirectory, to });
  }
  for (const location of await tablespaceLocations(plan, dataDirectory)) {
    for (const name of await listNames(location)) {
      if (!new RegExp(`^PG_${majorOf(plan)}_\\d+$`).test(name)) continue;
      const from = join(location, name);
      moves.push({ kind: 'tablespace', from, to: `${from}.holdfast-${plan.id}` });
    }
  }
  for (const destination of await linkDestinations(plan)) {
    moves.push({ kind: 'link', from: destination, to: `${destination}.holdfast-${plan.id}` });
  }
  return { moves, dataDirectory };
}

/**
 * Where links of the data directory lead (pg_wal on a disk of its own), when files are restored through them. Otherwise
 * nothing changes there: the engine makes plain directories, and the old directory keeps its links.
 */
export async function linkDestinations(plan: RestorePlan): Promise<string[]> {
  if (plan.linkAll !== true) return [];
  const destinations = plan.links.map((link) => resolve(plan.directories.data, link.destination));
  const present: string[] = [];
  for (const destination of destinations)
    if (await exists(destination)) present.push(await realpath(destination));
  return present;
}

/** Those that the old cluster has, and those that the new one will use. */
async function tablespaceLocations(plan: RestorePlan, dataDirectory: string): Promise<Set<string>> {
  const locations = new Set<string>();
  for (const oid of await listNames(join(dataDirectory, 'pg_tblspc'))) {
    const link = join(dataDirectory, 'pg_tblspc', oid);
    if (!(await lstat(link)).isSymbolicLink()) continue;
    const destination = await readlink(link);
    if (await exists(destination)) locations.add(await realpath(destination));
  }
  for (const { to } of plan.tablespaces) {
    if (await exists(to)) locations.add(await realpath(to));
  }
  return locations;
}

function majorOf(plan: RestorePlan): string {
  return String(Number.parseInt(plan.versions.postgres, 10));
}

/**
 * Idempotent: after a crash either name may exist. That both do means that the new directory was made already, or that
 * somebody else made one; only an empty one is taken for ours.
 */
async function renameAside(move: Move): Promise<void> {
  const moved = await exists(move.to);
  if (moved && ((await listNames(move.from)).length === 0 || !(await exists(move.from)))) return;
  if (!moved && !(await exists(move.from))) throw vanished(move);
  await renameDurably(move.from, move.to);
}

/** `cp --reflink=auto` shares the blocks where the file system can; the name is given when the copy is whole. */
async function copyAside(context: RestoreContext, move: Move, note: (facts: Facts) => void): Promise<void> {
  if (await exists(move.to)) return;
  if (!(await exists(move.from))) throw vanished(move);
  const unfinished = `${move.to}.unfinished`;
  // Ours by its name, and only a copy.
  await rm(unfinished, { recursive: true, force: true });
  context.progress('move-aside', { message: `copying ${move.from}` });
  await runOrFail(context, ['/bin/cp', '-a', '--reflink=auto', '--', move.from, unfinished], move, note);
  await context.checkpoint('move-aside: copied');
  await runOrFail(context, ['/bin/sync', '--file-system', unfinished], move, note);
  await renameDurably(unfinished, move.to);
}

async function runOrFail(
  context: RestoreContext,
  [command, ...args]: readonly [string, ...string[]],
  move: Move,
  note: (facts: Facts) => void,
): Promise<void> {
  const { signal } = context.deps;
  const onSpawn = (pid: number): void => note({ child: identifyProcess(pid) ?? null });
  const result = await runCommand({ command, args, env: { LC_ALL: 'C.UTF-8' }, signal, onSpawn });
  if (result.code === 0) return;
  throw new Failure(/No space left/.test(result.stderr) ? 'disk-full' : 'file-unusable', {
    operation: `copy ${move.from}`,
    place: move.to,
    problem: result.stderr.split('\n')[0] || `${command} ended with ${result.code ?? result.signal}`,
    hint: 'Nothing was changed in the old directory. Make room, then resume or undo.',
  });
}

async function modeOf(path: string | undefined): Promise<number> {
  return path !== undefined && (await exists(path)) ? (await stat(path)).mode & 0o750 : 0o700;
}

function vanished(move: Move): Failure {
  return new Failure('file-unusable', {
    operation: `move ${move.from} aside`,
    place: move.from,
    problem: 'it is gone, and not moved aside either',
    hint: `Find out who moved it, and put it back to ${move.from} or to ${move.to}; then resume.`,
  });
}
