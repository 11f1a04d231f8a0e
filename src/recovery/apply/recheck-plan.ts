import { lstat, readFile, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Failure } from '../../model/failure.ts';
import { lookElsewhere } from '../../postgres/look-elsewhere.ts';
import { findPostmaster, findServerProcesses } from '../../postgres/postmaster-processes.ts';
import type { Server } from '../../postgres/server.ts';
import type { RestorePlan } from '../restore-plan.ts';
import { requireSet } from './archive-listing.ts';
import { exists, listNames } from './durable-files.ts';
import type { RestoreDependencies } from './restore-context.ts';
import { linkDestinations } from './move-aside.ts';
import { refuseLostRestore } from './lost-restore.ts';
import { markerFile } from './restore-marker.ts';

/**
 * Looks again at what may have changed since the plan was made, before anything is touched.
 *
 * @throws Failure preflight-refused
 */
export async function recheckPlan(plan: RestorePlan, deps: RestoreDependencies): Promise<void> {
  const [refusal] = plan.refusals;
  if (refusal !== undefined) {
    throw refuse(plan, refusal.problem, refusal.remedy, { refusals: plan.refusals });
  }
  await refuseLostRestore(deps.journal, plan.directories.data, `restore stanza ${plan.stanza}`);
  await refuseUnfinished(plan);
  await Promise.all([
    deps.isPlanFresh === true ? undefined : requireSet(deps.engine, plan),
    plan.mode === 'into' ? checkNewDirectory(plan) : checkOldCluster(plan, deps),
  ]);
}

/** The note beside the directory is there from the first change of a restore until it is proved or undone. */
async function refuseUnfinished(plan: RestorePlan): Promise<void> {
  const file = markerFile(plan);
  if (!(await exists(file))) return;
  const id = /"restore": "([^"]+)"/.exec(await readFile(file, 'utf8'))?.[1] ?? 'of unknown name';
  throw new Failure('operation-unfinished', {
    operation: `restore stanza ${plan.stanza}`,
    place: plan.directories.data,
    problem: `the restore ${id} into this directory has not been finished`,
    hint:
      `Finish it with \`holdfast restore --resume ${id}\`, or undo it with \`holdfast undo ${id}\`. ` +
      `${file} says more; nothing was changed.`,
    details: { id },
  });
}

async function checkNewDirectory(plan: RestorePlan): Promise<void> {
  const { data } = plan.directories;
  if (!(await exists(data))) return;
  const found = await stat(data);
  if (!found.isDirectory()) throw refuse(plan, `${data} is not a directory`, 'Choose another directory.');
  const names = await listNames(data);
  if (names.length === 0) return;
  throw refuse(
    plan,
    `${data} is not empty (${names.slice(0, 3).join(', ')}, …)`,
    'Choose another directory.',
  );
}

async function checkOldCluster(plan: RestorePlan, { server, guard }: RestoreDependencies): Promise<void> {
  const { data, aside, salvage } = plan.directories;
  const willStop = plan.steps.some((step) => step.name === 'stop-server');
  if (!willStop && (await isRunning(server))) {
    throw refuse(plan, 'the server was down when the plan was made and runs now', 'Make a new plan.');
  }
  // Whoever holds the lock has looked already.
  const elsewhere = willStop || guard !== undefined ? undefined : await lookElsewhere(server);
  if (elsewhere !== undefined) {
    throw refuse(
      plan,
      `a server in another container ${elsewhere.is === 'running' ? 'works' : 'may work'} in it: ${elsewhere.evidence}`,
      server.node.elsewhere === undefined ? 'Stop it there.' : `Stop it: \`${server.node.elsewhere.stop}\`.`,
    );
  }
  for (const path of [aside, salvage]) {
    if (path !== undefined && (await exists(path))) {
      throw refuse(plan, `${path} exists already`, 'Make a new plan, which takes new names.');
    }
  }
  for (const destination of await linkDestinations(plan)) {
    if (!(await isMountPoint(destination))) continue;
    throw refuse(
      plan,
      `${destination}, where a link of the data directory leads, is a mount point: a delta could not be undone`,
      'Restore without --delta, which leaves the old files there alone.',
    );
  }
  if (plan.mode !== 'in-place' || !(await exists(data))) return;
  const directory = await realpath(data);
  if (!(await isMountPoint(directory)) || (await listNames(directory)).length === 0) return;
  throw refuse(
    plan,
    `${directory} is a mount point and cannot be renamed`,
    'Restore with --delta, which copies the old files first, or into another directory with --into.',
  );
}

/** Asked without a connection: one that is still starting counts. */
async function isRunning({ node }: Server): Promise<boolean> {
  return (await findPostmaster(node.path)) !== undefined || (await findServerProcesses(node.path)).length > 0;
}

async function isMountPoint(directory: string): Promise<boolean> {
  return (await lstat(directory)).dev !== (await lstat(dirname(directory))).dev;
}

function refuse(
  plan: RestorePlan,
  problem: string,
  hint: string,
  details?: Record<string, unknown>,
): Failure {
  return new Failure('preflight-refused', {
    operation: `restore stanza ${plan.stanza} to ${plan.target.description}`,
    place: plan.directories.data,
    problem,
    hint: `${hint} Nothing was changed.`,
    details,
  });
}
