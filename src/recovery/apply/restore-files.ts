import { lstat, realpath, rm, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { runRestore } from '../../engine/restore.ts';
import { Failure } from '../../model/failure.ts';
import { identifyProcess } from '../../process/process-identity.ts';
import { clusterOf } from '../patroni/cluster-steps.ts';
import { removeMemberFiles } from '../patroni/keep-member-files.ts';
import type { RestorePlan } from '../restore-plan.ts';
import { exists, listNames, makeOwnedDirectory } from './durable-files.ts';
import type { StepBody } from './restore-context.ts';
import { moveAside } from './move-aside.ts';
import { writeMarker } from './restore-marker.ts';
import { restoreRequestOf } from './restore-request.ts';

/**
 * Lets the engine restore the set. The engine's process is journaled as soon as it runs: should Holdfast die, it goes
 * on by itself, and nobody may start a second one beside it.
 *
 * A second attempt continues with `--delta` what an earlier one began. Before the engine has saved its manifest there
 * are only empty directories, links and at most a part of that manifest under its temporary name, which are taken away
 * again: nothing else that holds a byte is ever removed.
 */
export const restoreFiles: StepBody = async (context, step) => {
  const { plan, deps } = context;
  // With the old data directory gone there is no step that moves things aside; its tablespaces may still be there.
  const lost = plan.mode === 'in-place' && !plan.steps.some((one) => one.name === 'move-aside');
  if (lost) await moveAside(context, step);
  const directory = await ownDirectory(plan);
  const begun = await isBegun(directory);
  if (!begun && plan.mode !== 'delta') {
    await rm(join(directory, unsavedManifest), { force: true });
    if (clusterOf(plan) !== undefined) await removeMemberFiles(directory);
    await removeEmptyTree(directory, false);
  }
  const started = deps.now();
  let bytes: number | undefined;
  const result = await runRestore(
    { ...deps.engine, priority: plan.bounds },
    restoreRequestOf(plan, plan.mode === 'delta' || begun),
    {
      signal: deps.signal,
      onSpawn: (pid) => step.note({ child: identifyProcess(pid) ?? null }),
      onProgress: ({ bytesDone, bytesTotal, file }) => {
        bytes = bytesDone;
        const percent = bytesTotal ? Math.min(100, (100 * bytesDone) / bytesTotal) : undefined;
        context.progress('restore-files', { bytesDone, bytesTotal, percent, message: file });
      },
    },
  );
  const seconds = ((deps.now() - started) / 1000).toFixed(1);
  return {
    facts: { child: null, continued: begun, bytes, warnings: result.warnings.map((one) => one.message) },
    summary: `set ${plan.set.label} restored into ${plan.directories.data} in ${seconds} s`,
  };
};

/** The directory is there from `move-aside` on, where there is such a step. */
async function ownDirectory(plan: RestorePlan): Promise<string> {
  await writeMarker(plan);
  const { engine } = plan.directories;
  if (engine !== undefined) await makeOwnedDirectory(engine, 0o700, plan.owner);
  await makeOwnedDirectory(plan.directories.data, 0o700, plan.owner);
  return realpath(plan.directories.data);
}

/**
 * The manifest of an engine that was killed, or met a full disk, while it wrote it: it gets its real name when it is
 * whole (pgBackRest `src/storage/posix/write.c`, STORAGE_FILE_TEMP_EXT).
 */
const unsavedManifest = 'backup.manifest.pgbackrest.tmp';

/** What `--delta` wants to see (pgBackRest `src/command/restore/restore.c`, restorePathValidate). */
async function isBegun(directory: string): Promise<boolean> {
  return (await exists(join(directory, 'PG_VERSION'))) || (await exists(join(directory, 'backup.manifest')));
}

/**
 * Removes a tree of empty directories and links. rmdir(2) refuses a directory that has something in it, and then this
 * is not what an interrupted restore leaves.
 *
 * @throws Failure file-unusable
 */
async function removeEmptyTree(directory: string, itself: boolean): Promise<void> {
  for (const name of await listNames(directory)) {
    const path = join(directory, name);
    const found = await lstat(path);
    if (found.isSymbolicLink()) await unlink(path);
    else if (found.isDirectory()) await removeEmptyTree(path, true);
    else throw notEmpty(path);
  }
  if (itself) await rmdir(directory);
}

function notEmpty(path: string): Failure {
  return new Failure('file-unusable', {
    operation: 'restore files',
    place: path,
    problem: 'the directory to restore into is not empty, and what is in it does not come from this restore',
    hint: 'Look at what it is and move it away, then resume; or undo the restore.',
  });
}
