import type { BackupType } from './backup-set.ts';

/** What the daemon may do by itself about missing WAL. */
export interface SelfHealing {
  readonly holes: BackupType | 'off';
  /** Seconds: looks so far apart must have seen a hole. */
  readonly after: number;
  readonly inBlackouts: boolean;
}

/** Where a file says nothing of it. */
export const usualSelfHealing: SelfHealing = { holes: 'off', after: 180, inBlackouts: false };
