import type { BackupType } from '../../model/backup-set.ts';
import type { Failure } from '../../model/failure.ts';
import type { PlannedBackup } from './backup-plan.ts';

/** A set that is in the repository, as the engine's catalogue has it afterwards. Bytes and milliseconds. */
export interface FinishedBackup {
  readonly ok: true;
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
  readonly runId: string;
  /** Set when the engine finished but the set has damaged pages or is not in the catalogue. */
  readonly label: string | undefined;
  readonly elapsedMs: number;
  readonly failure: Failure;
}

export type BackupResult = FinishedBackup | FailedBackup;
