import type { BackupType } from '../../model/backup-set.ts';

/** One run of the engine that a backup consists of: pgBackRest writes to one repository per run. */
export interface PlannedBackup {
  readonly repository: { readonly name: string; readonly key: number };
  readonly requestedType: BackupType;
  /** What will be taken: a full one where there is nothing to build on. */
  readonly type: BackupType;
  /** Why the type differs from what was asked; undefined when it does not. */
  readonly reason: string | undefined;
}

/** What `holdfast backup` will do: data, in the order in which it happens. */
export interface BackupPlan {
  readonly stanza: string;
  /** At least one. */
  readonly backups: readonly PlannedBackup[];
}
