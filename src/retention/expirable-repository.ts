import type { BackupSet } from '../model/backup-set.ts';

/** What of a set decides whether it stays. Times are epoch seconds. */
export type ExpirableSet = Pick<
  BackupSet,
  'label' | 'type' | 'databaseId' | 'stopTime' | 'archiveStart' | 'archiveStop' | 'prior'
>;

/** A repository as an expire finds it. */
export interface ExpirableRepository {
  /** Every set of backup.info, in any order. */
  readonly sets: readonly ExpirableSet[];
  /** History ids with an archive directory. */
  readonly databases: readonly number[];
  /** The history id of the database as it is now. */
  readonly currentDatabase: number;
}

/** Byte order of labels: the order in which the engine goes through them. */
export function byLabel(left: Pick<ExpirableSet, 'label'>, right: Pick<ExpirableSet, 'label'>): number {
  return left.label < right.label ? -1 : left.label > right.label ? 1 : 0;
}
