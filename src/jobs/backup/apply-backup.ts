import { runBackup, type BackupOutcome } from '../../engine/backup.ts';
import type { Engine, EngineProgress } from '../../engine/engine.ts';
import { Failure, isFailure } from '../../model/failure.ts';
import { identifyProcess } from '../../process/process-identity.ts';
import type { Actor } from '../../model/actor.ts';
import type { Journal } from '../../store/journal.ts';
import type { BackupPlan, PlannedBackup } from './backup-plan.ts';
import type { BackupResult, FinishedBackup } from './backup-result.ts';
import { proveBackup } from './prove-backup.ts';

/** What happens while a backup runs. */
export type BackupEvent =
  | { readonly kind: 'started'; readonly planned: PlannedBackup }
  | { readonly kind: 'progress'; readonly planned: PlannedBackup; readonly progress: EngineProgress }
  | { readonly kind: 'ended'; readonly result: BackupResult };

export interface BackupDeps {
  readonly engine: Engine;
  readonly journal: Journal;
  readonly actor: Actor;
  /** The command as typed. */
  readonly cause: string;
  /** Kept with each set, besides who, where and why. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly newRunId: () => string;
  /** Milliseconds of any clock that does not jump. */
  readonly clock: () => number;
  readonly pid: number;
  readonly signal?: AbortSignal | undefined;
  readonly onSpawn?: ((pid: number) => void) | undefined;
  readonly onEvent: (event: BackupEvent) => void;
  /** Writes a checkpoint on the primary; undefined where that is not on this host. */
  readonly writeCheckpoint?: (() => Promise<void>) | undefined;
}

/**
 * Takes the planned backups one after the other. One that fails does not keep the others from being taken; a stop
 * does. Each is a run in the journal, begun before the engine starts and ended whatever happens.
 *
 * @returns a result for each planned backup, in order; fewer only after a stop
 */
export async function applyBackup(plan: BackupPlan, deps: BackupDeps): Promise<readonly BackupResult[]> {
  const results: BackupResult[] = [];
  for (const planned of plan.backups) {
    if (deps.signal?.aborted) break;
    const result = await backUpInto(plan.stanza, planned, deps);
    results.push(result);
    deps.onEvent({ kind: 'ended', result });
  }
  return results;
}

async function backUpInto(stanza: string, planned: PlannedBackup, deps: BackupDeps): Promise<BackupResult> {
  const runId = deps.newRunId();
  const started = deps.clock();
  const { repository, requestedType, type } = planned;
  deps.journal.startRun({
    id: runId,
    kind: 'backup',
    stanza,
    repository: repository.name,
    actor: deps.actor,
    cause: deps.cause,
    facts: { requestedType, type },
    process: identifyProcess(deps.pid),
  });
  deps.onEvent({ kind: 'started', planned });
  let outcome: BackupOutcome | undefined;
  try {
    outcome = await runEngineBackup(stanza, planned, runId, deps);
    const set = await proveBackup(deps.engine, { stanza, repository, label: outcome.label }, deps);
    const result: FinishedBackup = {
      ok: true,
      planned,
      runId,
      label: set.label,
      type: set.type,
      elapsedMs: deps.clock() - started,
      clusterBytes: set.size,
      copiedBytes: set.deltaSize,
      repositoryBytes: set.repositoryDeltaSize,
      warnings: outcome.warnings.map((record) => record.message),
    };
    deps.journal.finishRun(runId, {
      result: 'ok',
      label: set.label,
      bytes: set.repositoryDeltaSize,
      facts: { clusterBytes: set.size, copiedBytes: set.deltaSize, warnings: result.warnings },
    });
    return result;
  } catch (error) {
    return recordFailure(error, { planned, runId, label: outcome?.label, started }, deps);
  }
}

async function runEngineBackup(
  stanza: string,
  planned: PlannedBackup,
  runId: string,
  deps: BackupDeps,
): Promise<BackupOutcome> {
  const annotations = {
    'holdfast-by': deps.actor.user,
    'holdfast-host': deps.actor.host,
    'holdfast-cause': deps.cause,
    'holdfast-run': runId,
    ...deps.annotations,
  };
  // The requested type: where a full one is needed the engine falls forward by itself, and what it decides counts.
  const request = { stanza, repositoryKey: planned.repository.key, type: planned.requestedType, annotations };
  const run = (): Promise<BackupOutcome> =>
    runBackup(deps.engine, request, {
      signal: deps.signal,
      onSpawn: deps.onSpawn,
      onProgress: (progress) => deps.onEvent({ kind: 'progress', planned, progress }),
    });
  try {
    return await run();
  } catch (error) {
    if (!isJustPromoted(error) || deps.writeCheckpoint === undefined) throw error;
    await deps.writeCheckpoint();
    return run();
  }
}

/**
 * After a promotion the control file names the old timeline until a checkpoint has been written, which may take minutes
 * by itself. The engine refuses a backup meanwhile (pgBackRest `src/command/backup/backup.c`, backupInit).
 */
function isJustPromoted(error: unknown): boolean {
  return (
    isFailure(error, 'stanza-mismatch') &&
    /WAL timeline \d+ does not match pg_control timeline \d+/.test(error.problem)
  );
}

interface FailedRun {
  readonly planned: PlannedBackup;
  readonly runId: string;
  readonly label: string | undefined;
  readonly started: number;
}

/** Ends the run in the journal. A bug is journaled too and then goes on its way. */
function recordFailure(error: unknown, run: FailedRun, deps: BackupDeps): BackupResult {
  const { planned, runId, label } = run;
  const stopped = deps.signal?.aborted === true || isFailure(error, 'interrupted');
  const failure = error instanceof Failure ? error : undefined;
  deps.journal.finishRun(runId, {
    result: stopped ? 'interrupted' : 'failed',
    label,
    failure: failure?.toJSON() ?? { kind: 'bug', problem: String(error) },
  });
  if (failure === undefined) throw error;
  return { ok: false, planned, runId, label, elapsedMs: deps.clock() - run.started, failure };
}
