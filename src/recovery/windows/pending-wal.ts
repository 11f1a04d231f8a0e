import { parseSegmentName } from '../../model/wal.ts';
import { findSegment, type ArchiveLedger, type Stretch } from '../wal/ledger.ts';
import { isOnChain, segmentOnChain, type TimelineChain } from '../wal/timeline-chain.ts';

/** WAL that was stored within this time may have overtaken what lies before it: milliseconds. */
const overtakingMs = 120_000;

/**
 * From which segment on a missing one may still come. Asynchronous archiving stores several at once, in any order;
 * PostgreSQL is told of them in order (`last_archived_wal` of pg_stat_archiver) and keeps those that it was not told of.
 *
 * @param lastArchived as PostgreSQL said right before the archive was listed; undefined where it was not asked
 * @param listedAt when the listing began, epoch milliseconds
 * @returns the number of a segment; undefined when nothing is on its way
 */
export function findPendingFrom(
  ledger: ArchiveLedger,
  chain: TimelineChain,
  stretches: readonly Stretch[],
  lastArchived: string | undefined,
  listedAt: number,
): bigint | undefined {
  const told = lastArchived === undefined ? undefined : readArchived(lastArchived, chain);
  if (told?.isNewest === true) return told.number + 1n;
  const overtaken = findOvertaken(ledger, chain, stretches, listedAt);
  if (told === undefined || overtaken === undefined) return overtaken;
  return overtaken > told.number ? overtaken : told.number + 1n;
}

/** By the times of storing alone. */
function findOvertaken(
  ledger: ArchiveLedger,
  chain: TimelineChain,
  stretches: readonly Stretch[],
  listedAt: number,
): bigint | undefined {
  let pending: bigint | undefined;
  for (const [index, { first }] of [...stretches.entries()].toReversed()) {
    const storedAt = findSegment(ledger, segmentOnChain(chain, first))?.storedAt ?? 0;
    const before = stretches[index - 1];
    if (before === undefined || storedAt * 1000 < listedAt - overtakingMs) break;
    pending = before.last + 1n;
  }
  return pending;
}

interface Archived {
  readonly number: bigint;
  /** False: later ones may be archived as well. */
  readonly isNewest: boolean;
}

/**
 * A backup history file has the name of the segment in which the backup began. The archiver takes the lowest name first
 * (PostgreSQL `pgarch_readyXlog`), so everything up to that segment had been archived, and what the backup wrote since may
 * have been. Other names tell nothing of a position.
 */
function readArchived(name: string, chain: TimelineChain): Archived | undefined {
  const match = /^([0-9A-F]{24})(\.[0-9A-F]{8}\.backup)?$/.exec(name);
  const segment = match && parseSegmentName(match[1] as string, chain.segmentSize);
  if (!segment) return undefined;
  const start = segment.number * BigInt(chain.segmentSize);
  if (!isOnChain(chain, segment.timeline, start)) return undefined;
  return { number: segment.number, isNewest: match[2] === undefined };
}
