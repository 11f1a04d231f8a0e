import type { BackupSet, BackupType } from '../model/backup-set.ts';

/** What things that are to come will take in a repository. Bytes. */
export interface SizeModel {
  /**
   * A set that is taken at a moment (epoch milliseconds): what it adds, and all files that a restore of it reads.
   * `full` is the set that it is built on.
   */
  readonly setBytes: (set: {
    readonly type: BackupType;
    readonly at: number;
    readonly full: Pick<BackupSet, 'stopTime' | 'repositorySize'> | undefined;
  }) => { readonly own: number; readonly whole: number };
  /** WAL that is archived in a day, as it was at that moment. */
  readonly walBytesPerDay: (at: number) => number;
}

/** Where nothing is asked of sizes. */
export const noSizes: SizeModel = {
  setBytes: () => ({ own: 0, whole: 0 }),
  walBytesPerDay: () => 0,
};
