import type { ArchiveRange, BackupSet } from '../../model/backup-set.ts';
import type { Lsn } from '../../model/wal.ts';
import type { FollowedArchive, SetWal } from '../wal/judge-set-wal.ts';
import type { ArchiveLedger } from '../wal/ledger.ts';
import type { TimelineChain } from '../wal/timeline-chain.ts';

/** What the windows of one repository are made of. */
export interface ArchiveToJudge extends FollowedArchive {
  readonly ledger: ArchiveLedger;
  readonly chain: TimelineChain;
  /** All of this repository, oldest first. */
  readonly sets: readonly BackupSet[];
  /** What info says of this archive. */
  readonly claimed: ArchiveRange | undefined;
  /** The last heartbeat of a timeline that was committed in WAL before a position; its time is epoch milliseconds. */
  readonly heartbeatBefore: (timeline: number, before: Lsn) => KnownHeartbeat | undefined;
  /**
   * PostgreSQL may still have these segments (by number, this one and all behind it): one that is missing among them is
   * on its way and not lost. Undefined: it has been told that all are archived.
   */
  readonly pendingFrom: bigint | undefined;
}

export interface KnownHeartbeat {
  readonly at: number;
  readonly lsn: Lsn;
}

/** A set with the judgement of its WAL. */
export interface JudgedSet {
  readonly set: BackupSet;
  readonly wal: SetWal;
}

/** A restore can begin with it: all of its WAL is there, and no page errors were found in it. */
export function isUsable({ set, wal }: JudgedSet): boolean {
  return wal.kind === 'usable' && !set.error;
}

/**
 * The first full second after a set, epoch milliseconds: info cuts the end to seconds, and PostgreSQL refuses a target
 * that lies before it (`requested recovery stop point is before consistent recovery point`).
 */
export function timeAfter(set: Pick<BackupSet, 'stopTime'>): number {
  return (set.stopTime + 1) * 1000;
}
