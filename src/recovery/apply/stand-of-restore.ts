import { findGroup, isAlive, type ProcessIdentity } from '../../process/process-identity.ts';
import type { Journal, RunRecord } from '../../store/journal.ts';
import { type RestoreStepName, restoreStepNames } from '../restore-plan.ts';
import { factsOfStep, isDone, readRestoreFacts, stepsOfPlan } from './restore-run.ts';

/**
 * Where a restore stands.
 * - `running`: a living Holdfast does it
 * - `stopped`: killed, interrupted or failed on the way; can be resumed or undone
 * - `finished`: can be undone
 * - `undoing`: an undo of it stopped in the middle (or runs); can only be undone
 * - `undone`
 */
export type RestoreState = 'running' | 'stopped' | 'finished' | 'undoing' | 'undone';

export interface RestoreStand {
  readonly id: string;
  readonly state: RestoreState;
  readonly done: readonly RestoreStepName[];
  /** The step at which it stopped or is; undefined when all are done. */
  readonly at: RestoreStepName | undefined;
  /** The engine or a copy that goes on although its Holdfast is dead; ended before anything else. */
  readonly orphan: ProcessIdentity | undefined;
  readonly failure: RunRecord['failure'];
  /** One line for people: lower case, no full stop. */
  readonly description: string;
  /** What can be typed now. */
  readonly next: readonly string[];
}

/** Reads where a restore stands from the journal and from which processes live. */
export function standOfRestore(journal: Journal, run: RunRecord): RestoreStand {
  const { plan } = readRestoreFacts(run);
  const steps = journal.stepsOf(run.id);
  const names = stepsOfPlan(plan).map((step) => step.name);
  const done = names.filter((name) => isDone(steps, name));
  const at = names.find((name) => !isDone(steps, name));
  const state = stateOf(journal, run);
  return {
    id: run.id,
    state,
    done,
    at,
    orphan: findOrphan(journal, run),
    failure: run.failure,
    description: describe(run, state, at, done.length, names.length),
    next: nextOf(run.id, state),
  };
}

/** The undo of a restore, whatever became of it. */
export function undoOf(journal: Journal, restoreId: string): RunRecord | undefined {
  return journal.listRuns({ kind: 'undo' }).find((run) => run.facts['restoreId'] === restoreId);
}

/** A child that a step started and noted, and that still lives, or whose workers do. */
export function findOrphan(journal: Journal, run: RunRecord): ProcessIdentity | undefined {
  const steps = journal.stepsOf(run.id);
  return (
    restoreStepNames
      .map((name) => factsOfStep(steps, name)['child'] as ProcessIdentity | null | undefined)
      .find((child) => child !== undefined && child !== null && findGroup(child).length > 0) ?? undefined
  );
}

function stateOf(journal: Journal, run: RunRecord): RestoreState {
  const undo = undoOf(journal, run.id);
  if (undo !== undefined) return undo.result === 'ok' ? 'undone' : 'undoing';
  if (run.result === 'ok') return 'finished';
  const alive = run.result === 'running' && run.process !== undefined && isAlive(run.process);
  return alive ? 'running' : 'stopped';
}

function describe(
  run: RunRecord,
  state: RestoreState,
  at: RestoreStepName | undefined,
  done: number,
  count: number,
): string {
  if (state === 'running') return `runs (pid ${run.process?.pid}), at step ${at ?? 'none'}`;
  if (state === 'finished') return 'finished';
  if (state === 'undone') return 'undone';
  if (state === 'undoing') return 'its undo has not finished';
  const why = { failed: 'failed', interrupted: 'was interrupted', running: 'was killed', ok: 'ended' }[
    run.result
  ];
  const cause = typeof run.failure?.['problem'] === 'string' ? `: ${run.failure['problem']}` : '';
  return `${why} at step ${at ?? 'none'} (${done} of ${count} done)${cause}`;
}

function nextOf(id: string, state: RestoreState): readonly string[] {
  if (state === 'stopped') return [`holdfast restore --resume ${id}`, `holdfast undo ${id}`];
  return state === 'finished' || state === 'undoing' ? [`holdfast undo ${id}`] : [];
}
