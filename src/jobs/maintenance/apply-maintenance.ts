import { Failure, isFailure } from '../../model/failure.ts';
import { HeldDirectory } from './held-directory.ts';
import { type MaintenanceAction, placeOf } from './maintenance-plan.ts';

export interface MaintenanceDeps {
  readonly signal: AbortSignal;
  /** Takes the lease, and does not wait for it. */
  readonly removePin: (action: Extract<MaintenanceAction, { kind: 'remove-pin' }>) => Promise<void>;
  /** Called before each action; tests stop there. */
  readonly onAction?: ((action: MaintenanceAction) => void) | undefined;
}

/** What became of one action. */
export interface DoneAction {
  readonly action: MaintenanceAction;
  /** `changed`: what was looked at is no longer what is there, so nothing was done. */
  readonly result: 'done' | 'changed' | 'failed';
  readonly problem: string | undefined;
}

/**
 * Does what was planned, each action by itself: one that cannot be done does not keep the others from being done, and a
 * rerun after a kill does the rest.
 *
 * @throws Failure interrupted
 */
export async function applyMaintenance(
  actions: readonly MaintenanceAction[],
  deps: MaintenanceDeps,
): Promise<readonly DoneAction[]> {
  const done: DoneAction[] = [];
  for (const action of actions) {
    if (deps.signal.aborted) throw stopped(done.length, actions.length);
    deps.onAction?.(action);
    try {
      const result = (await act(action, deps)) ? 'done' : 'changed';
      done.push({ action, result, problem: undefined });
    } catch (error) {
      if (isFailure(error, 'interrupted') && deps.signal.aborted) throw error;
      const problem = isFailure(error) ? error.problem : systemProblem(error);
      if (problem === undefined) throw error;
      done.push({ action, result: 'failed', problem });
    }
  }
  return done;
}

/** @returns false when what is there is not what was planned */
async function act(action: MaintenanceAction, deps: MaintenanceDeps): Promise<boolean> {
  switch (action.kind) {
    case 'remove-pin':
      await deps.removePin(action);
      return true;
    case 'rotate-log': {
      const { file, to } = action;
      return inDirectory(file.base, file.below, (held) => held.renameFile(file.name, to, file));
    }
    case 'remove-file': {
      const { file } = action;
      return inDirectory(file.base, file.below, (held) => held.removeFile(file.name, file));
    }
    case 'remove-directory':
      return inDirectory(action.base, action.below, (held) => held.removeDirectory(action.name));
    default:
      return action satisfies never;
  }
}

/** Enters a directory step by step, following no link. */
async function inDirectory(
  base: string,
  below: readonly string[],
  work: (held: HeldDirectory) => Promise<boolean>,
): Promise<boolean> {
  await using root = await HeldDirectory.open(base);
  // Awaited, so that the directories stay open until the work is done.
  return root === undefined ? false : await enterAll(root, below, work);
}

async function enterAll(
  held: HeldDirectory,
  [name, ...rest]: readonly string[],
  work: (held: HeldDirectory) => Promise<boolean>,
): Promise<boolean> {
  if (name === undefined) return work(held);
  await using inner = await held.enter(name);
  return inner === undefined ? false : await enterAll(inner, rest, work);
}

/** An error of the file system is an answer; anything else is a bug. */
function systemProblem(error: unknown): string | undefined {
  const { code, message } = error as NodeJS.ErrnoException;
  return typeof code === 'string' && message !== undefined ? message : undefined;
}

function stopped(done: number, count: number): Failure {
  return new Failure('interrupted', {
    operation: 'maintain',
    problem: `stopped on request after ${done} of ${count} actions`,
    hint: 'Run it again: it does the rest.',
  });
}

/** An action as `--json` and the journal show it: docs/json.md, maintenance. */
export function documentAction({
  action,
  ...end
}: { readonly action: MaintenanceAction } & Partial<DoneAction>): Record<string, unknown> {
  const bytes = 'file' in action ? action.file.bytes : undefined;
  return {
    kind: action.kind,
    place: placeOf(action),
    ...(action.kind === 'rotate-log' ? { to: action.to } : { why: action.why }),
    ...(bytes === undefined ? {} : { bytes }),
    ...(end.result === undefined ? {} : { result: end.result }),
    ...(end.problem === undefined ? {} : { problem: end.problem }),
  };
}
