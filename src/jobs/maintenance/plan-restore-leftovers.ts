import { lstat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isFailure } from '../../model/failure.ts';
import type { Finding } from '../../model/finding.ts';
import { readMoveFacts } from '../../recovery/apply/move-aside.ts';
import { factsOfStep, readRestoreFacts } from '../../recovery/apply/restore-run.ts';
import { standOfRestore, undoOf, type RestoreState } from '../../recovery/apply/stand-of-restore.ts';
import type { RestorePlan } from '../../recovery/restore-plan.ts';
import type { Journal, RunRecord } from '../../store/journal.ts';
import type { MaintenanceAction, MaintenancePart } from './maintenance-plan.ts';
import type { LogRules } from './plan-logs.ts';
import { planTreeRemoval } from './plan-tree-removal.ts';

export interface LeftoverDeps {
  readonly journal: Journal;
  readonly stateDirectory: string;
  readonly rules: LogRules;
  /** Bytes of a directory with all that is in it; undefined where that takes too long or cannot be read. */
  readonly measure: (path: string) => Promise<number | undefined>;
}

/**
 * What restores left that Holdfast made itself: salvaged WAL, and the engine's directories of copies that are gone. Only
 * of restores that are finished or undone, longer ago than logs are kept. A directory with data of a cluster is never
 * removed: it is told of, with its size.
 */
export async function planRestoreLeftovers(stanza: string, deps: LeftoverDeps): Promise<MaintenancePart> {
  const { journal } = deps;
  const parts: MaintenancePart[] = [];
  for (const run of journal.listRuns({ stanza, kind: 'restore' })) {
    const restore = readRestore(journal, run);
    if (restore === undefined) continue;
    parts.push(await listAsides(restore, stanza, deps));
    if (!isSettled(restore, deps.rules)) continue;
    parts.push(await removeSalvage(restore, deps), await removeEngineDirectory(restore, deps));
  }
  return {
    actions: parts.flatMap((part) => part.actions),
    findings: parts.flatMap((part) => part.findings),
  };
}

interface KnownRestore {
  readonly id: string;
  readonly plan: RestorePlan;
  readonly state: RestoreState;
  /** Epoch milliseconds of its end, or of its undo's. */
  readonly endedAt: number | undefined;
  /** Where what was there before is now, and what an undo put aside. */
  readonly asides: readonly string[];
}

/** A restore that the journal does not describe as it should is left alone. */
function readRestore(journal: Journal, run: RunRecord): KnownRestore | undefined {
  try {
    const { plan } = readRestoreFacts(run);
    const moves = readMoveFacts(factsOfStep(journal.stepsOf(run.id), 'move-aside'))?.moves ?? [];
    return {
      id: run.id,
      plan,
      state: standOfRestore(journal, run).state,
      endedAt: undoOf(journal, run.id)?.endedAt ?? run.endedAt,
      asides: moves.flatMap((move) => [move.to, `${move.from}.holdfast-undone-${run.id}`]),
    };
  } catch (error) {
    if (!isFailure(error, 'journal-damaged')) throw error;
    return undefined;
  }
}

function isSettled({ state, endedAt }: KnownRestore, { keepMs, now }: LogRules): boolean {
  return (state === 'finished' || state === 'undone') && endedAt !== undefined && now - endedAt > keepMs;
}

/** Only under the name that Holdfast gives it. */
async function removeSalvage({ id, plan }: KnownRestore, deps: LeftoverDeps): Promise<MaintenancePart> {
  if (plan.directories.salvage !== join(deps.stateDirectory, 'salvage', id)) return nothing;
  return planTreeRemoval(deps.stateDirectory, ['salvage', id], {
    why: 'WAL salvaged by a restore that ended long ago',
    isExpected: (name) => /^([0-9A-F]{24}(\.partial)?|[0-9A-F]{8}\.history)(\.holdfast-new)?$/.test(name),
  });
}

async function removeEngineDirectory(
  { id, plan }: KnownRestore,
  deps: LeftoverDeps,
): Promise<MaintenancePart> {
  const { engine, data } = plan.directories;
  if (engine !== join(deps.stateDirectory, 'copies', id) || !(await isGone(data))) return nothing;
  return planTreeRemoval(deps.stateDirectory, ['copies', id], {
    why: `pgBackRest's directories of the copy in ${data}, which is gone`,
    isExpected: () => true,
  });
}

/** Where the directory above is missing too a disk may only not be mounted. */
async function isGone(path: string): Promise<boolean> {
  return !(await isThere(path)) && (await isThere(dirname(path)));
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    // It is there, and cannot be seen.
    return true;
  }
}

async function listAsides(
  restore: KnownRestore,
  stanza: string,
  deps: LeftoverDeps,
): Promise<MaintenancePart> {
  const findings: Finding[] = [];
  for (const path of restore.asides) {
    if (!(await isThere(path))) continue;
    const bytes = await deps.measure(path);
    findings.push(asideFinding(restore, { path, bytes, stanza }));
  }
  return { actions: [], findings };
}

function asideFinding(
  { id, state }: KnownRestore,
  { path, bytes, stanza }: { path: string; bytes: number | undefined; stanza: string },
): Finding {
  const size = bytes === undefined ? 'of unknown size' : `${Math.ceil(bytes / 1024 / 1024)} MiB`;
  const open = state === 'finished' ? ` While it is there \`holdfast undo ${id}\` can go back.` : '';
  return {
    rule: 'kept-directory',
    severity: 'advice',
    subject: `stanza ${stanza}`,
    problem: `${path} is kept from restore ${id}, ${size}`,
    evidence: `the journal, and the directory; the restore is ${state}`,
    remedy: `Holdfast never removes data of a cluster.${open} When nobody needs it: rm -r -- '${path.replaceAll("'", "'\\''")}'`,
  };
}

const nothing: MaintenancePart = { actions: [] as readonly MaintenanceAction[], findings: [] };
