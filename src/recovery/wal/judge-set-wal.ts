import type { BackupSet } from '../../model/backup-set.ts';
import { parseSegmentName } from '../../model/wal.ts';
import { listMissing, type ArchiveLedger, type Stretch } from './ledger.ts';
import { isOnChain, type TimelineChain } from './timeline-chain.ts';

/** The WAL of one repository along a chain, as far as it can be known. */
export interface FollowedArchive {
  /** The history id of the database whose WAL it is (the 1 in `15-1`). */
  readonly databaseId: number | undefined;
  readonly ledger: ArchiveLedger | undefined;
  readonly chain: TimelineChain | undefined;
  /** Along the chain; oldest first. */
  readonly stretches: readonly Stretch[];
}

/** Whether a set has the WAL that makes it consistent, and how far WAL goes on from there. */
export interface SetWal {
  /** `broken` ones lack WAL of their own; `other` are not of this chain or database. */
  readonly kind: 'usable' | 'broken' | 'other';
  /** Why it is not usable. */
  readonly problem: string | undefined;
  /** The WAL that follows it without a hole. */
  readonly stretch: Stretch | undefined;
  /** Numbers of archiveStart and archiveStop; 0 where the set has none. */
  readonly firstSegment: bigint;
  readonly lastSegment: bigint;
}

/**
 * Judges the WAL of a set without asking for what: restore plans and windows go on from here, so that both say the same.
 * pgBackRest's own rule: a backup needs every segment from archive-start to archive-stop (`src/command/backup/backup.c`).
 */
export function judgeSetWal(archive: FollowedArchive, set: BackupSet): SetWal {
  const { chain, ledger } = archive;
  const size = chain?.segmentSize;
  const start = set.archiveStart === undefined ? undefined : parseSegmentName(set.archiveStart, size);
  const end = set.archiveStop === undefined ? undefined : parseSegmentName(set.archiveStop, size);
  const verdict = (kind: SetWal['kind'], problem: string | undefined, stretch?: Stretch): SetWal => ({
    kind,
    problem,
    stretch,
    firstSegment: start?.number ?? 0n,
    lastSegment: end?.number ?? 0n,
  });
  if (archive.databaseId !== undefined && set.databaseId !== archive.databaseId)
    return verdict('other', 'it is of an earlier database (before stanza-upgrade)');
  if (!ledger || !chain) {
    return verdict(
      'other',
      `nobody can say which WAL follows it: ${ledger ? 'the history file of the timeline is not in this repository' : 'the archive of its database could not be listed'}`,
    );
  }
  if (!start || !end || set.stopLsn === undefined)
    return verdict('other', 'it was taken offline, no WAL belongs to it');
  if (!isOnChain(chain, end.timeline, set.stopLsn)) {
    return verdict(
      'other',
      `it lies on timeline ${end.timeline}, which is not part of timeline ${chain.timeline}'s history`,
    );
  }
  const stretch = archive.stretches.find((one) => one.first <= start.number && start.number <= one.last);
  if (!stretch || stretch.last < end.number) {
    const missing = listMissing(ledger, chain, start.number, end.number, 1);
    return verdict('broken', `WAL it needs for itself is missing: ${missing[0] ?? set.archiveStart}`);
  }
  return verdict('usable', undefined, stretch);
}
