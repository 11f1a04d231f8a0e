import { Failure, isFailure } from '../../model/failure.ts';
import type { Finding } from '../../model/finding.ts';
import { isAlive } from '../../process/process-identity.ts';
import type { RunRecord, StepRecord } from '../../store/journal.ts';
import type { RestorePlan, RestoreStepName } from '../restore-plan.ts';
import { checkPause, clusterStepBodies } from '../patroni/cluster-step-bodies.ts';
import { flushWal } from './flush-wal.ts';
import { handOver } from './hand-over.ts';
import { followRecovery } from './follow-recovery.ts';
import { moveAside } from './move-aside.ts';
import { prepareServer } from './prepare-server.ts';
import { promoteRestoredServer } from './promote-server.ts';
import { proveTarget } from './prove-target.ts';
import { proveWrite } from './prove-write.ts';
import { recheckPlan } from './recheck-plan.ts';
import type { RestoreContext, RestoreDependencies, StepBody } from './restore-context.ts';
import { restoreFiles } from './restore-files.ts';
import { failedEnd, isDone, restoreContext, stepsOfPlan } from './restore-run.ts';
import { salvageWal } from './salvage-wal.ts';
import { stepFailure } from './step-failure.ts';
import { ensureStarted, startRestoredServer } from './start-restored-server.ts';
import { stopOldServer } from './stop-old-server.ts';
import type { LogPlace } from './recovery-log.ts';

/*
 * A restore is a line of steps, and its state is the journal: a step that is `ok` there is behind us, the first one
 * that is not is where it stands. Each step is written down before it begins and after it ended, and what an undo
 * would need is written before it is done. A crash can therefore leave at most one step in doubt, and every step can
 * be run again over whatever the crash left: stopping a stopped server, copying what was copied, renaming what was
 * renamed, restoring with --delta over a part of the files, starting a running server, waiting for a target that is
 * reached, promoting a promoted server. So to resume is to run the same line once more, skipping what is done.
 *
 * Until `promote` nothing can be lost: the old directory is renamed or copied, its unarchived WAL is saved, and the
 * restored server pauses at its target (for `latest` it waits at the end of the WAL), where the result is proved.
 * It has archived nothing by then. Undoing goes back from any step (../undo/).
 *
 * Two things may outlive a killed Holdfast: the engine's restore, which is ended before anything else (its pid and
 * start time are in the journal), and the restored server, which is welcome.
 */

const stepBodies: Readonly<Record<RestoreStepName, StepBody>> = {
  'flush-wal': flushWal,
  'stop-server': stopOldServer,
  'salvage-wal': salvageWal,
  'move-aside': moveAside,
  'restore-files': restoreFiles,
  'prepare-server': prepareServer,
  'start-server': startRestoredServer,
  recover: followRecovery,
  'prove-target': proveTarget,
  promote: promoteRestoredServer,
  'prove-write': proveWrite,
  'hand-over': handOver,
  ...clusterStepBodies,
};

/** What a finished restore came to. */
export interface RestoreOutcome {
  readonly id: string;
  readonly stanza: string;
  readonly mode: RestorePlan['mode'];
  readonly dataDirectory: string;
  /** The old directory, or the copy of it; undefined for a restore beside production. */
  readonly aside: string | undefined;
  readonly salvage: string | undefined;
  readonly port: number;
  readonly socketDirectory: string;
  readonly reached: {
    readonly lsn: bigint | undefined;
    /** Commit time of the last transaction, microseconds since 1970. */
    readonly time: bigint | undefined;
    readonly timeline: number;
    /** The same as `timeline` where it was not promoted. */
    readonly newTimeline: number;
  };
  /** What was seen, one sentence each: lower case, no full stop. */
  readonly proofs: readonly string[];
  readonly steps: readonly {
    readonly name: string;
    readonly elapsedMs: number;
    readonly summary: string;
  }[];
  readonly bytes: number | undefined;
  readonly elapsedMs: number;
  readonly findings: readonly Finding[];
  /** What to type in order to go back. */
  readonly undo: string;
}

/**
 * Carries a plan out. Consent is the caller's business.
 *
 * @throws Failure preflight-refused before anything changed; operation-unfinished when another restore of this stanza
 *   or directory is; otherwise of the step that failed, after which the restore can be resumed or undone
 */
export async function applyRestore(plan: RestorePlan, deps: RestoreDependencies): Promise<RestoreOutcome> {
  await recheckPlan(plan, deps);
  deps.journal.startRun(
    {
      id: plan.id,
      kind: 'restore',
      stanza: plan.stanza,
      repository: plan.repository.name,
      actor: deps.actor,
      cause: deps.cause,
      facts: { plan, server: deps.server },
      process: deps.process,
    },
    (unfinished) => refuseSecond(plan, unfinished),
  );
  return runSteps(restoreContext({ plan, server: deps.server }, deps));
}

/** Runs every step of a started run that is not done yet, and ends the run. */
export async function runSteps(context: RestoreContext): Promise<RestoreOutcome> {
  const { plan, deps } = context;
  const { journal } = deps;
  try {
    const steps = stepsOfPlan(plan);
    const behind = journal.stepsOf(plan.id);
    let resumed = behind.length > 0;
    for (const [index, { name, title }] of steps.entries()) {
      if (isBehind(behind, name)) continue;
      deps.emit?.({ type: 'step-started', step: name, title, number: index + 1, count: steps.length });
      await runStep(context, name, resumed);
      // From here on this process has seen the server run itself.
      if (name === 'start-server' || needsServer.has(name)) resumed = false;
    }
    const outcome = outcomeOf(context);
    journal.finishRun(plan.id, {
      result: 'ok',
      label: plan.set.label,
      bytes: outcome.bytes,
      facts: { reached: outcome.reached, proofs: outcome.proofs, findings: outcome.findings },
    });
    return outcome;
  } catch (error) {
    const end = failedEnd(error);
    journal.finishRun(plan.id, end);
    throw end.result === 'interrupted' ? asInterrupted(plan, error) : error;
  } finally {
    await context.sessions[Symbol.asyncDispose]();
  }
}

/** A proof that failed may succeed when recovery has gone on, with WAL that was put back: both are done again. */
function isBehind(steps: readonly StepRecord[], name: RestoreStepName): boolean {
  return isDone(steps, name) && (name !== 'recover' || isDone(steps, 'prove-target'));
}

async function runStep(context: RestoreContext, name: RestoreStepName, resumed: boolean): Promise<void> {
  const { plan, deps } = context;
  await context.checkpoint(`before ${name}`);
  if (deps.signal?.aborted) throw asInterrupted(plan, undefined);
  const earlier = context.factsOf(name);
  const step = deps.journal.startStep(plan.id, name);
  try {
    await context.checkpoint(`started ${name}`);
    await checkPause(context, name);
    if (needsServer.has(name) && resumed) {
      // After a crash of the host nothing runs any more.
      await ensureStarted(context, context.factsOf('start-server')['log'] as LogPlace | undefined);
    }
    const { facts, summary } = await stepBodies[name](context, {
      earlier,
      note: (noted) => void deps.journal.updateStep(plan.id, step.sequence, noted),
    });
    await context.checkpoint(`done ${name}`);
    const ended = deps.journal.finishStep(plan.id, step.sequence, 'ok', { ...facts, summary });
    const elapsedMs = (ended.endedAt ?? ended.startedAt) - ended.startedAt;
    deps.emit?.({ type: 'step-finished', step: name, elapsedMs, summary });
  } catch (thrown) {
    const error = stepFailure(thrown, {
      operation: `restore stanza ${plan.stanza}: ${name}`,
      place: plan.directories.data,
      restoreId: plan.id,
      next: `Go on with \`holdfast restore --resume ${plan.id}\`, or go back with \`holdfast undo ${plan.id}\`.`,
    });
    const { result, failure } = failedEnd(error);
    deps.journal.finishStep(plan.id, step.sequence, result, { failure });
    throw error;
  }
  await context.checkpoint(`after ${name}`);
}

const needsServer: ReadonlySet<RestoreStepName> = new Set([
  'recover',
  'prove-target',
  'promote',
  'prove-write',
  // While the cluster is paused Patroni would not start it either.
  'take-over',
  'full-backup',
  'rebuild-replicas',
]);

/** Two restores of one cluster at once would be the end of it. */
function refuseSecond(plan: RestorePlan, unfinished: readonly RunRecord[]): void {
  const other = unfinished.find((run) => disturbs(plan, run));
  if (other === undefined) return;
  const alive = other.process !== undefined && isAlive(other.process);
  const back = other.kind === 'undo' ? String(other.facts['restoreId'] ?? other.id) : other.id;
  throw new Failure('operation-unfinished', {
    operation: `restore stanza ${plan.stanza}`,
    place: plan.directories.data,
    problem: `${other.id} ${alive ? `is running (pid ${other.process?.pid})` : 'stopped in the middle'}`,
    hint: alive
      ? 'Wait until it has ended.'
      : `Finish it with \`holdfast restore --resume ${back}\`, or undo it with \`holdfast undo ${back}\`.`,
    details: { id: other.id, alive },
  });
}

/** Copies beside production touch neither it nor each other, as long as each has its own directory. */
function disturbs(plan: RestorePlan, { kind, stanza, facts }: RunRecord): boolean {
  if (kind !== 'restore' && kind !== 'undo') return false;
  const other = facts['plan'] as RestorePlan | undefined;
  if (other?.directories.data === plan.directories.data) return true;
  return stanza === plan.stanza && plan.mode !== 'into' && other?.mode !== 'into';
}

function asInterrupted(plan: RestorePlan, error: unknown): Failure {
  if (isFailure(error, 'interrupted') && error.operation.startsWith('restore stanza')) return error;
  return new Failure('interrupted', {
    operation: `restore stanza ${plan.stanza}`,
    place: plan.directories.data,
    problem: 'it was interrupted and stands where it is',
    hint: `Go on with \`holdfast restore --resume ${plan.id}\`, or go back with \`holdfast undo ${plan.id}\`.`,
    cause: error,
  });
}

function outcomeOf(context: RestoreContext): RestoreOutcome {
  const { plan, deps, restored } = context;
  const records = deps.journal.stepsOf(plan.id).filter((step) => step.result === 'ok');
  const target = context.factsOf('prove-target');
  const promoted = context.factsOf('promote');
  const steps = records.map((step) => ({
    name: step.name,
    elapsedMs: (step.endedAt ?? step.startedAt) - step.startedAt,
    summary: String(step.facts['summary'] ?? ''),
  }));
  const bytes = context.factsOf('restore-files')['bytes'];
  return {
    id: plan.id,
    stanza: plan.stanza,
    mode: plan.mode,
    dataDirectory: plan.directories.data,
    aside: plan.directories.aside,
    salvage: plan.directories.salvage,
    port: restored.node.port,
    socketDirectory: restored.socketDirectory,
    reached: {
      lsn: target['lsn'] as bigint | undefined,
      time: target['time'] as bigint | undefined,
      timeline: Number(target['timeline']),
      newTimeline: Number(promoted['newTimeline'] ?? target['timeline']),
    },
    proofs: [
      ...((target['proofs'] as readonly string[] | undefined) ?? []),
      String(promoted['summary'] ?? ''),
      String(context.factsOf('prove-write')['summary'] ?? ''),
    ].filter((proof) => proof !== ''),
    steps,
    bytes: typeof bytes === 'number' ? bytes : undefined,
    elapsedMs: steps.reduce((sum, step) => sum + step.elapsedMs, 0),
    findings: context.findings,
    undo: `holdfast undo ${plan.id}`,
  };
}
