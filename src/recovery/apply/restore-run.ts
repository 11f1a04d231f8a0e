import { Failure, isFailure } from '../../model/failure.ts';
import { KeptSessions } from '../../postgres/kept-sessions.ts';
import { scratchServer } from '../../postgres/scratch-config.ts';
import type { Server } from '../../postgres/server.ts';
import { runAsFor } from '../../process/os-user.ts';
import type { RunRecord, StepRecord } from '../../store/journal.ts';
import { type RestorePlan, restoreStepNames, type RestoreStepName } from '../restore-plan.ts';
import {
  defaultLimits,
  type Facts,
  type RestoreContext,
  type RestoreDependencies,
} from './restore-context.ts';

/** What the journal keeps of a restore: enough to finish or undo it without the configuration. */
export interface RestoreFacts {
  readonly plan: RestorePlan;
  readonly server: Server;
}

/** Reads the facts of a restore's run. @throws Failure journal-damaged when they are not there */
export function readRestoreFacts(run: RunRecord): RestoreFacts {
  const { plan, server } = run.facts as Partial<RestoreFacts>;
  if (run.kind === 'restore' && plan?.planVersion === 1 && server !== undefined) return { plan, server };
  throw new Failure('journal-damaged', {
    operation: `read the restore ${run.id}`,
    problem: run.kind === 'restore' ? 'its plan is not in the journal' : `it is a ${run.kind}`,
    hint: 'Look at `holdfast journal` for the id of the restore.',
  });
}

/** What all attempts at a step have noted, the later over the earlier. */
export function factsOfStep(steps: readonly StepRecord[], name: RestoreStepName): Facts {
  return Object.assign({}, ...steps.filter((step) => step.name === name).map((step) => step.facts)) as Facts;
}

/** True when an attempt at this step succeeded. */
export function isDone(steps: readonly StepRecord[], name: RestoreStepName): boolean {
  return steps.some((step) => step.name === name && step.result === 'ok');
}

/** The plan's steps in the order in which they run. */
export function stepsOfPlan(plan: RestorePlan): RestorePlan['steps'] {
  const place = (name: RestoreStepName): number => restoreStepNames.indexOf(name);
  return plan.steps.toSorted((left, right) => place(left.name) - place(right.name));
}

/** The server that a restore makes: production's own again, or a copy beside it. */
export function restoredServer(plan: RestorePlan, production: Server): Server {
  if (plan.mode !== 'into') return production;
  const place = { dataDirectory: plan.directories.data, port: plan.server.port };
  return { ...scratchServer(production, place), priority: plan.bounds };
}

/** Production's server from the journal, with the rights of the Holdfast that runs now. */
export function serverFor(server: Server, currentUid: number): Server {
  return { ...server, runAs: runAsFor(server.owner, currentUid) };
}

export function restoreContext({ plan, server }: RestoreFacts, deps: RestoreDependencies): RestoreContext {
  const production = serverFor(server, deps.currentUid);
  const sessions = deps.sessions ?? new KeptSessions();
  return {
    plan,
    production,
    restored: { ...restoredServer(plan, production), sessions },
    deps,
    limits: { ...defaultLimits, ...deps.limits },
    factsOf: (name) => factsOfStep(deps.journal.stepsOf(plan.id), name),
    findings: [],
    sessions,
    checkpoint: async (place) => deps.checkpoint?.(place),
    progress: (step, progress) => deps.emit?.({ type: 'step-progress', step, progress }),
  };
}

/** How a run or step that threw this has ended, for the journal. A bug is recorded too, and thrown on. */
export function failedEnd(error: unknown): {
  readonly result: 'failed' | 'interrupted';
  readonly failure: Readonly<Record<string, unknown>>;
} {
  const interrupted = isFailure(error, 'interrupted') || (error as Error | undefined)?.name === 'AbortError';
  const failure = error instanceof Failure ? error.toJSON() : { kind: 'bug', problem: String(error) };
  return { result: interrupted ? 'interrupted' : 'failed', failure };
}
