import type { BackupSet } from '../../model/backup-set.ts';
import { parseSegmentName, segmentNumberOf, segmentStart, type Lsn } from '../../model/wal.ts';
import type { WindowEdge } from '../../model/window.ts';
import { findSegment, type ArchiveLedger } from '../wal/ledger.ts';
import { segmentOnChain, timelineOfSegment } from '../wal/timeline-chain.ts';
import { timeAfter, type ArchiveToJudge, type KnownHeartbeat } from './archive-to-judge.ts';

/** Where a window begins: with the end of a set. */
export function edgeAfterSet(set: BackupSet, ledger: ArchiveLedger): WindowEdge {
  const segment = set.archiveStop;
  return {
    lsn: set.stopLsn,
    timeline: segment === undefined ? undefined : parseSegmentName(segment, ledger.segmentSize)?.timeline,
    segment,
    time: timeAfter(set),
    timeFrom: 'set',
    storedAt: segment === undefined ? undefined : storedAtOf(ledger, segment),
  };
}

/**
 * Where a window ends: with the last segment that follows without a hole. Its time is that of the last heartbeat in it,
 * because a time can be restored only when something was committed after it. Without one, a window that is nothing but a
 * set ends with that set; of another one only the time is known at which the repository got the segment.
 *
 * @param newest the usable set of this window that ended last
 */
export function edgeAtEnd(
  archive: ArchiveToJudge,
  last: bigint,
  from: WindowEdge,
  newest: BackupSet,
): WindowEdge {
  const { chain, ledger } = archive;
  const segment = segmentOnChain(chain, last);
  const lsn = segmentStart(last + 1n, chain.segmentSize);
  const storedAt = storedAtOf(ledger, segment);
  const place = { lsn, timeline: timelineOfSegment(chain, last), segment, storedAt };
  const heartbeat = findHeartbeat(archive, from.lsn ?? 0n, lsn);
  if (heartbeat !== undefined && heartbeat.at >= (from.time ?? 0))
    return { ...place, time: heartbeat.at, timeFrom: 'heartbeat' };
  const isOnlySet =
    newest.stopLsn !== undefined && segmentNumberOf(newest.stopLsn - 1n, chain.segmentSize) >= last;
  if (isOnlySet || storedAt === undefined) return { ...place, time: timeAfter(newest), timeFrom: 'set' };
  return { ...place, time: Math.max(storedAt, timeAfter(newest)), timeFrom: 'stored' };
}

/** From the end backwards, timeline by timeline: each only up to where it was left. */
function findHeartbeat(
  { chain, heartbeatBefore }: ArchiveToJudge,
  after: Lsn,
  before: Lsn,
): KnownHeartbeat | undefined {
  for (const { timeline, begin, end } of chain.links.toReversed()) {
    if (begin >= before) continue;
    const found = heartbeatBefore(timeline, end !== undefined && end < before ? end : before);
    if (found !== undefined && found.lsn > begin) return found.lsn > after ? found : undefined;
    if (begin <= after) return undefined;
  }
  return undefined;
}

/** When a segment was stored, epoch milliseconds. */
export function storedAtOf(ledger: ArchiveLedger, segment: string): number | undefined {
  const found = findSegment(ledger, segment);
  return found === undefined ? undefined : found.storedAt * 1000;
}
