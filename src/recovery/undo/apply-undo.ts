import { rm } from 'node:fs/promises';
import { Failure } from '../../model/failure.ts';
import { inspectServer } from '../../postgres/inspect-server.ts';
import type { Server } from '../../postgres/server.ts';
import { startServer } from '../../postgres/start-server.ts';
import { endGroup } from '../../process/end-group.ts';
import { isAlive } from '../../process/process-identity.ts';
import type { Journal, RunRecord } from '../../store/journal.ts';
import { exists, renameDurably } from '../apply/durable-files.ts';
import { defaultLimits, type RestoreDependencies, type RestoreLimits } from '../apply/restore-context.ts';
import { failedEnd, readRestoreFacts, restoredServer, serverFor } from '../apply/restore-run.ts';
import { undoOf } from '../apply/stand-of-restore.ts';
import { stepFailure } from '../apply/step-failure.ts';
import { stopWhateverRuns } from '../apply/stop-old-server.ts';
import { applyClusterUndo, mayStart, type ClusterUndoDependencies } from '../patroni/apply-cluster-undo.ts';
import type { RestorePlan } from '../restore-plan.ts';
import type { UndoAction, UndoPlan } from './plan-undo.ts';
import { type PutBack, requireKept } from './require-kept.ts';

/** What an undo tells while it goes on. */
export type UndoEvent =
  | {
      readonly type: 'action-started' | 'action-finished';
      readonly action: UndoAction;
      /** From 1. */
      readonly number: number;
      readonly count: number;
    }
  /** What is waited for; with `command` it is to be done by a person. */
  | { readonly type: 'action-progress'; readonly message: string; readonly command?: string };

export interface UndoDependencies
  extends
    Pick<
      RestoreDependencies,
      'journal' | 'actor' | 'cause' | 'process' | 'currentUid' | 'sleep' | 'checkpoint' | 'limits' | 'guard'
    >,
    ClusterUndoDependencies {
  readonly emit?: ((event: UndoEvent) => void) | undefined;
}

export interface UndoOutcome {
  readonly id: string;
  readonly restoreId: string;
  readonly dataDirectory: string;
  /** The old server runs again, because it ran when the restore began. */
  readonly serverStarted: boolean;
  readonly keeps: UndoPlan['keeps'];
  readonly warnings: readonly string[];
}

/**
 * Goes back from a restore. Nothing is deleted but the note that a restore was under way. Journaled like a restore: an
 * undo that was killed goes on where it stood, with the plan it began with.
 *
 * Consent is the caller's business.
 *
 * @throws Failure operation-unfinished when the restore or its undo runs right now; undo-impossible when it was undone
 *   already or directories are not as the journal says
 */
export async function applyUndo(proposed: UndoPlan, deps: UndoDependencies): Promise<UndoOutcome> {
  const { journal } = deps;
  const restore = journal.findRun(proposed.restoreId);
  if (restore === undefined) throw new Error(`no restore ${proposed.restoreId} in the journal`);
  const facts = readRestoreFacts(restore);
  await requireKept(proposed, restore, journal);
  const plan = beginUndo(proposed, restore, deps);
  const production = serverFor(facts.server, deps.currentUid);
  try {
    for (const [index, action] of plan.actions.entries()) {
      const server = restoredServer(facts.plan, production);
      await runAction(plan, { action, index, server, restored: facts.plan }, deps);
    }
    closeRestore(journal, restore.id, plan.id);
    journal.finishRun(plan.id, { result: 'ok' });
  } catch (error) {
    journal.finishRun(plan.id, failedEnd(error));
    throw error;
  }
  return {
    id: plan.id,
    restoreId: plan.restoreId,
    dataDirectory: facts.plan.directories.data,
    serverStarted: plan.actions.some(
      ({ kind }) => kind === 'start-server' || kind === 'start-on-new-timeline',
    ),
    keeps: await existing(plan.keeps),
    warnings: plan.warnings,
  };
}

/** A new run, or the one that stopped in the middle, whose own plan counts. */
function beginUndo(proposed: UndoPlan, restore: RunRecord, deps: UndoDependencies): UndoPlan {
  const earlier = undoOf(deps.journal, restore.id);
  if (earlier !== undefined) {
    deps.journal.reopenRun(earlier.id, deps.process, (run) => {
      if (run.result === 'ok') throw impossible(proposed, 'it was undone already', 'There is nothing to do.');
      if (run.result === 'running') refuseLiving(run);
    });
    return earlier.facts['undoPlan'] as UndoPlan;
  }
  deps.journal.startRun(
    {
      id: proposed.id,
      kind: 'undo',
      stanza: proposed.stanza,
      repository: undefined,
      actor: deps.actor,
      cause: deps.cause,
      facts: { restoreId: restore.id, undoPlan: proposed },
      process: deps.process,
    },
    (unfinished) => {
      for (const run of unfinished) {
        if (run.id === restore.id) refuseLiving(run);
      }
    },
  );
  return proposed;
}

async function runAction(
  plan: UndoPlan,
  at: {
    readonly action: UndoAction;
    readonly index: number;
    readonly server: Server;
    readonly restored: RestorePlan;
  },
  deps: UndoDependencies,
): Promise<void> {
  const { journal } = deps;
  const { action, index } = at;
  const name = `${index + 1}-${action.kind}`;
  if (journal.stepsOf(plan.id).some((step) => step.name === name && step.result === 'ok')) return;
  const event = { action, number: index + 1, count: plan.actions.length };
  deps.emit?.({ type: 'action-started', ...event });
  await deps.checkpoint?.(`before ${action.kind}`);
  const step = journal.startStep(plan.id, name, { action });
  try {
    await act(plan, at, deps, (noted) => void journal.updateStep(plan.id, step.sequence, noted));
    await deps.checkpoint?.(`done ${action.kind}`);
    journal.finishStep(plan.id, step.sequence, 'ok');
  } catch (thrown) {
    const error = stepFailure(thrown, {
      operation: `undo the restore ${plan.restoreId}: ${action.kind}`,
      place: at.server.node.path,
      restoreId: plan.restoreId,
      next: `Then go on with \`holdfast undo ${plan.restoreId}\`.`,
    });
    const { result, failure } = failedEnd(error);
    journal.finishStep(plan.id, step.sequence, result, { failure });
    throw error;
  }
  deps.emit?.({ type: 'action-finished', ...event });
}

async function act(
  plan: UndoPlan,
  {
    action,
    server,
    restored,
  }: { readonly action: UndoAction; readonly server: Server; readonly restored: RestorePlan },
  deps: UndoDependencies,
  note: (facts: Readonly<Record<string, unknown>>) => void,
): Promise<void> {
  const limits = { ...defaultLimits, ...deps.limits };
  switch (action.kind) {
    case 'end-child':
      await endGroup(action.process, { graceMs: 30_000, sleep: deps.sleep });
      return;
    case 'stop-server':
      if ((await inspectServer(server)).running) await stopWhateverRuns(server, limits.stopMs);
      return;
    case 'put-back':
      await putBack(plan, action, deps, note);
      return;
    case 'remove-marker':
      await rm(action.file, { force: true });
      return;
    case 'start-server':
      if (await mayStart(restored, deps)) await startAgain(server, { ...limits, guard: deps.guard });
      return;
    default:
      await applyClusterUndo(action.kind, restored, server, deps, {
        say: (message) => deps.emit?.({ type: 'action-progress', message }),
        askPerson: (member, command) =>
          deps.emit?.({ type: 'action-progress', message: `${member} is waited for`, command }),
      });
  }
}

/** The stop that a restore had asked for when it was killed goes on by itself: that server is about to end. */
async function startAgain(
  server: Server,
  limits: Pick<RestoreLimits, 'stopMs' | 'promoteMs'> & Pick<RestoreDependencies, 'guard'>,
): Promise<void> {
  const state = await inspectServer(server);
  if (state.running && state.ending !== true) return;
  if (state.running) await stopWhateverRuns(server, limits.stopMs);
  await startServer(server, { timeoutMs: limits.promoteMs, guard: limits.guard });
}

/**
 * Two renames. Where the aside directory is not there, either it never went there or it is back already: in both cases
 * the path holds the old one. That nobody removed it was looked at before (requireKept), for which the second rename is
 * noted.
 */
async function putBack(
  plan: UndoPlan,
  action: PutBack,
  deps: UndoDependencies,
  note: (facts: Readonly<Record<string, unknown>>) => void,
): Promise<void> {
  if (!(await exists(action.aside))) {
    if (await exists(action.path)) return;
    throw impossible(
      plan,
      `neither ${action.path} nor ${action.aside} is there`,
      `Find out who moved the old directory, put it to ${action.aside}, and undo again.`,
    );
  }
  if (await exists(action.path)) await renameDurably(action.path, action.undone);
  note({ setAway: action.path });
  await deps.checkpoint?.(`put-back: ${action.what} set away`);
  await renameDurably(action.aside, action.path);
}

/** A restore whose Holdfast died is still `running` in the journal. */
function closeRestore(journal: Journal, restoreId: string, undoId: string): void {
  const restore = journal.findRun(restoreId);
  if (restore?.result === 'running') journal.finishRun(restoreId, { result: 'interrupted' });
  journal.updateRun(restoreId, { facts: { undoneBy: undoId } });
}

async function existing(keeps: UndoPlan['keeps']): Promise<UndoPlan['keeps']> {
  const there = await Promise.all(keeps.map((kept) => exists(kept.path)));
  return keeps.filter((_kept, index) => there[index]);
}

function refuseLiving(run: RunRecord): void {
  if (run.process === undefined || !isAlive(run.process)) return;
  throw new Failure('operation-unfinished', {
    operation: `undo the restore ${run.id}`,
    problem: `${run.id} is running (pid ${run.process.pid})`,
    hint: 'Stop it first (Ctrl-C there, or `kill` with that pid), then undo.',
    details: { id: run.id, pid: run.process.pid },
  });
}

function impossible(plan: UndoPlan, problem: string, hint: string): Failure {
  return new Failure('undo-impossible', {
    operation: `undo the restore ${plan.restoreId}`,
    problem,
    hint,
  });
}
