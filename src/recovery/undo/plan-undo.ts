import { Failure } from '../../model/failure.ts';
import type { ProcessIdentity } from '../../process/process-identity.ts';
import type { RunRecord, StepRecord } from '../../store/journal.ts';
import { type Move, readMoveFacts } from '../apply/move-aside.ts';
import { markerFile } from '../apply/restore-marker.ts';
import { factsOfStep, readRestoreFacts } from '../apply/restore-run.ts';
import { clusterOf } from '../patroni/cluster-steps.ts';
import { type ClusterUndoAction, clusterUndoCommands, undoCluster } from '../patroni/undo-cluster.ts';
import { plainStartCommand, plainStopCommand } from '../plain-server-commands.ts';
import type { RestoreMode, RestorePlan } from '../restore-plan.ts';

/** One act of an undo. Each can be repeated. */
export type UndoAction =
  /** The engine or a copy that outlived its Holdfast. */
  | { readonly kind: 'end-child'; readonly process: ProcessIdentity }
  | { readonly kind: 'stop-server'; readonly directory: string }
  /** The new directory goes to `undone`, the old one from `aside` back to `path`. */
  | {
      readonly kind: 'put-back';
      readonly what: 'data' | 'tablespace' | 'link';
      readonly path: string;
      readonly aside: string;
      readonly undone: string;
    }
  | { readonly kind: 'remove-marker'; readonly file: string }
  | { readonly kind: 'start-server' }
  | ClusterUndoAction;

/** Everything an undo would do: data that can be printed and applied. */
export interface UndoPlan {
  readonly undoVersion: 1;
  /** `undo-20261120T103000Z-3f2a`: one restore has one undo. */
  readonly id: string;
  readonly restoreId: string;
  readonly stanza: string;
  readonly mode: RestoreMode;
  readonly actions: readonly UndoAction[];
  /** The same in words and as commands. */
  readonly commands: readonly string[];
  /** What stays on disk, and when it may go. */
  readonly keeps: readonly { readonly path: string; readonly meaning: string }[];
  readonly warnings: readonly string[];
}

/**
 * Says how to go back from a restore, from wherever it stands. Pure.
 *
 * @param run of the restore, and its steps
 * @param child the orphan that still runs, if any (`findOrphan`)
 * @throws Failure undo-impossible when the restore has not changed anything that could be undone
 */
export function planUndo(
  run: RunRecord,
  steps: readonly StepRecord[],
  child: ProcessIdentity | undefined,
): UndoPlan {
  const { plan } = readRestoreFacts(run);
  const base = {
    undoVersion: 1 as const,
    id: `undo-${run.id.replace(/^restore-/, '')}`,
    restoreId: run.id,
    stanza: plan.stanza,
    mode: plan.mode,
  };
  const before: UndoAction[] = child === undefined ? [] : [{ kind: 'end-child', process: child }];
  return plan.mode === 'into'
    ? { ...base, ...undoCopy(plan, before) }
    : { ...base, ...undoInPlace(plan, steps, before) };
}

type UndoParts = Pick<UndoPlan, 'actions' | 'commands' | 'keeps' | 'warnings'>;

function undoCopy(plan: RestorePlan, before: readonly UndoAction[]): UndoParts {
  const { data } = plan.directories;
  const actions: UndoAction[] = [
    ...before,
    { kind: 'stop-server', directory: data },
    { kind: 'remove-marker', file: markerFile(plan) },
  ];
  return {
    actions,
    commands: actions.flatMap((action) => commandOf(plan, action)),
    keeps: [
      { path: data, meaning: 'the restored copy, stopped; remove it by hand when nobody needs it' },
      ...plan.tablespaces
        .filter((tablespace) => tablespace.to !== tablespace.from)
        .map(({ to }) => ({ path: to, meaning: 'a tablespace of the copy; remove it with the copy' })),
    ],
    warnings: [],
  };
}

function undoInPlace(
  plan: RestorePlan,
  steps: readonly StepRecord[],
  before: readonly UndoAction[],
): UndoParts {
  const moves = readMoveFacts(factsOfStep(steps, 'move-aside'))?.moves ?? [];
  // Until the engine has begun, delta has changed nothing: the copy is only a copy.
  const changed = plan.mode === 'in-place' || steps.some((step) => step.name === 'restore-files');
  const wanted = changed ? moves : [];
  const restarts = factsOfStep(steps, 'stop-server')['wasRunning'] === true;
  const lost = !plan.steps.some((step) => step.name === 'move-aside');
  const began = steps.some((step) => step.name === 'restore-files');
  if (began && (lost || !moves.some((move) => move.kind === 'data'))) throw nothingKept(plan);
  const back: UndoAction[] = [
    ...(wanted.length > 0 ? [{ kind: 'stop-server' as const, directory: plan.directories.data }] : []),
    ...wanted.toReversed().map((move) => putBack(move, plan.id)),
    { kind: 'remove-marker', file: markerFile(plan) },
  ];
  const start: UndoAction[] = restarts ? [{ kind: 'start-server' }] : [];
  const whole = undoCluster<UndoAction>(plan, steps, { back, start });
  const actions = [...before, ...(whole ?? [...back, ...start])];
  return {
    actions,
    commands: actions.flatMap((action) => commandOf(plan, action)),
    keeps: [...keptOf(plan, moves, changed)],
    warnings: warningsOf(plan, steps),
  };
}

function putBack(move: Move, id: string): UndoAction {
  return {
    kind: 'put-back',
    what: move.kind,
    path: move.from,
    aside: move.to,
    undone: `${move.from}.holdfast-undone-${id}`,
  };
}

function* keptOf(
  plan: RestorePlan,
  moves: readonly Move[],
  changed: boolean,
): Generator<UndoPlan['keeps'][number]> {
  for (const move of moves) {
    if (!changed)
      yield { path: move.to, meaning: 'a copy of what is still in its place; may be removed by hand' };
    else {
      const path = `${move.from}.holdfast-undone-${plan.id}`;
      const meaning =
        move.kind === 'data'
          ? 'the restored data directory, with everything written to it since; remove it by hand when it is not needed'
          : `a ${move.kind === 'link' ? 'linked directory' : 'tablespace'} of the restored cluster; belongs to its data directory`;
      yield { path, meaning };
    }
  }
  if (plan.directories.salvage !== undefined) {
    yield {
      path: plan.directories.salvage,
      meaning:
        'copies of WAL that was not archived; may be removed by hand once the old server archives again',
    };
  }
}

function warningsOf(plan: RestorePlan, steps: readonly StepRecord[]): string[] {
  const newTimeline = factsOfStep(steps, 'promote')['newTimeline'];
  if (typeof newTimeline !== 'number') return [];
  const own = clusterOf(plan) === undefined;
  return [
    `what was written since the restore is then only in ${plan.directories.data}.holdfast-undone-${plan.id}`,
    `WAL of timeline ${newTimeline} that is archived already stays in the repositories; the old cluster goes on with ` +
      `${own ? 'its own timeline' : 'a newer timeline of its own'}, and a later restore must name that one (Holdfast does), not "latest"`,
    'take a new backup after the undo, so that restores begin behind this branching',
  ];
}

function commandOf(plan: RestorePlan, action: UndoAction): string[] {
  switch (action.kind) {
    case 'end-child':
      return [`kill ${action.process.pid}`];
    case 'stop-server':
      return [plainStopCommand(plan)];
    case 'put-back':
      return [`mv ${action.path} ${action.undone}`, `mv ${action.aside} ${action.path}`];
    case 'remove-marker':
      return [`rm -f ${action.file}`];
    case 'start-server':
      return [plainStartCommand(plan)];
    default:
      return clusterUndoCommands(plan, action.kind);
  }
}

function nothingKept(plan: RestorePlan): Failure {
  return new Failure('undo-impossible', {
    operation: `undo the restore ${plan.id}`,
    place: plan.directories.data,
    problem: 'there was no old data directory when it began, so there is nothing to put back',
    hint: 'Finish the restore, or move its directory away by hand and start another one.',
  });
}
