import type { BackupType } from '../../model/backup-set.ts';
import type { SkipReason } from '../../model/job.ts';

/** What a look right before a job's work said. */
export type PreparedJob =
  | {
      readonly kind: 'begin';
      /** For the journal. */
      readonly facts: Readonly<Record<string, unknown>>;
      readonly backupType: BackupType | undefined;
      /** Why the type is not the one that was asked for. */
      readonly reason: string | undefined;
    }
  | { readonly kind: 'skip'; readonly reason: SkipReason; readonly detail: string };

/** For jobs that need no look. */
export const nothingPrepared: Extract<PreparedJob, { kind: 'begin' }> = {
  kind: 'begin',
  facts: {},
  backupType: undefined,
  reason: undefined,
};
