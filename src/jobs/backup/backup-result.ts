import type { BackupType } from '../../model/backup-set.ts';
import type { Failure } from '../../model/failure.ts';
import type { JobOutcome, SkipReason } from '../../model/job.ts';
import type { PlannedBackup } from './backup-plan.ts';

/** A set that is in the repository, as the engine's catalogue has it afterwards. Bytes and milliseconds. */
export interface FinishedBackup {
  readonly ok: true;
  readonly needless?: undefined;
  readonly planned: PlannedBackup;
  /** The run in the journal. */
  readonly runId: string;
  readonly label: string;
  readonly type: BackupType;
  readonly elapsedMs: number;
  /** Size of the cluster. */
  readonly clusterBytes: number;
  /** What had to be copied. */
  readonly copiedBytes: number;
  /** What the set added to the repository. */
  readonly repositoryBytes: number;
  readonly warnings: readonly string[];
}

/** A run that did not lead to a set that can be relied on. */
export interface FailedBackup {
  readonly ok: false;
  readonly planned: PlannedBackup;
  /** Undefined when the journal could not be written. */
  readonly runId: string | undefined;
  /** Set when the engine finished but the set has damaged pages or is not in the catalogue. */
  readonly label: string | undefined;
  readonly elapsedMs: number;
  readonly failure: Failure;
}

/** A line of a schedule has nothing to do here: another host has done it, or is to do it. */
export interface NeedlessBackup {
  readonly ok: true;
  /** `detail`: in words, without a stop. */
  readonly needless: { readonly reason: SkipReason; readonly detail: string };
  readonly planned: PlannedBackup;
  /** It is none in the journal. */
  readonly runId: undefined;
  readonly elapsedMs: 0;
}

export type BackupResult = FinishedBackup | NeedlessBackup | FailedBackup;

/** What a backup's job came to, as a result of the command. What was not asked for as a line's is never skipped. */
export function readOutcome(planned: PlannedBackup, outcome: JobOutcome): BackupResult {
  if (outcome.result === 'skipped') {
    const { reason, detail } = outcome;
    return { ok: true, needless: { reason, detail }, planned, runId: undefined, elapsedMs: 0 };
  }
  const { runId, elapsedMs } = outcome;
  if (outcome.result !== 'ok') {
    const { label, failure } = outcome;
    return { ok: false, planned, runId, label, elapsedMs, failure };
  }
  const { facts, warnings, label } = outcome;
  const bytes = (name: string): number => Number(facts[name]);
  return {
    ok: true,
    planned,
    runId: outcome.runId,
    label: label ?? '',
    type: facts['type'] as BackupType,
    elapsedMs,
    clusterBytes: bytes('clusterBytes'),
    copiedBytes: bytes('copiedBytes'),
    repositoryBytes: bytes('repositoryBytes'),
    warnings,
  };
}
