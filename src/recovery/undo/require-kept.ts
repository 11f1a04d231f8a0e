import { Failure } from '../../model/failure.ts';
import type { Journal, RunRecord, StepRecord } from '../../store/journal.ts';
import { exists } from '../apply/durable-files.ts';
import { isDone, readRestoreFacts, stepsOfPlan } from '../apply/restore-run.ts';
import { undoOf } from '../apply/stand-of-restore.ts';
import type { RestorePlan } from '../restore-plan.ts';
import type { UndoAction, UndoPlan } from './plan-undo.ts';

export type PutBack = Extract<UndoAction, { kind: 'put-back' }>;

/**
 * Looks whether everything is there that an undo will put back, before it touches anything. Old data may be removed at
 * any time, and what is left of it (its tablespaces, say) must not be put under the restored cluster.
 *
 * @throws Failure undo-impossible when a part of the old cluster is gone
 */
export async function requireKept(proposed: UndoPlan, restore: RunRecord, journal: Journal): Promise<void> {
  const undo = undoOf(journal, restore.id);
  if (undo?.result === 'ok') return;
  const plan = (undo?.facts['undoPlan'] as UndoPlan | undefined) ?? proposed;
  const undoing = undo === undefined ? [] : journal.stepsOf(undo.id);
  const moved = wasMoved(readRestoreFacts(restore).plan, journal.stepsOf(restore.id));
  const lost: string[] = [];
  for (const action of plan.actions) {
    if (action.kind !== 'put-back' || (await exists(action.aside))) continue;
    const isThere = await exists(action.path);
    if (!isThere || (moved && !isBack(action, undoing) && !(await exists(action.undone)))) {
      lost.push(action.aside);
    }
  }
  if (lost.length === 0) return;
  throw new Failure('undo-impossible', {
    operation: `undo the restore ${plan.restoreId}`,
    place: lost[0],
    problem: `the old cluster is not complete any more: ${lost.join(', ')} ${lost.length === 1 ? 'is' : 'are'} gone`,
    hint: 'Nothing was changed. Where it was only moved, put it back under that name and undo again; where it was removed, there is nothing to go back to: restore to a moment before the restore instead.',
    details: { lost },
  });
}

/** Before the step has ended, a directory that is not aside may still be in its place. */
function wasMoved(restored: RestorePlan, steps: readonly StepRecord[]): boolean {
  const names = stepsOfPlan(restored).map((step) => step.name);
  const later = new Set<string>(names.slice(names.indexOf('move-aside') + 1));
  return isDone(steps, 'move-aside') || steps.some((step) => later.has(step.name));
}

/** Noted before the second rename: what is not aside after it is back. */
function isBack(action: PutBack, undoing: readonly StepRecord[]): boolean {
  return undoing.some(({ facts }) => facts['setAway'] === action.path);
}
