import type { BackupSet } from '../../model/backup-set.ts';
import { proofOf } from '../../model/proof.ts';
import { parseSegmentName, segmentStart } from '../../model/wal.ts';
import type { RepositoryWindows, UnusableSet, Window } from '../../model/window.ts';
import { judgeSetWal } from '../wal/judge-set-wal.ts';
import type { Stretch } from '../wal/ledger.ts';
import { isUsable, type ArchiveToJudge, type JudgedSet } from './archive-to-judge.ts';
import { edgeAfterSet, edgeAtEnd, storedAtOf } from './describe-edges.ts';
import { findHoles, type WindowOfStretch } from './find-holes.ts';

/**
 * From when to when one repository can restore: what is claimed, what is contiguous, what was proven. Pure.
 *
 * Contiguous is what recovery along the chain can reach: from the end of each usable set through WAL without a hole
 * (PostgreSQL `xlogrecovery.c` reads segment after segment and ends at the first that is not there). Sets within one
 * stretch share a window; behind a hole a window begins again with the next set.
 */
export function describeWindows(archive: ArchiveToJudge): RepositoryWindows {
  const judged = archive.sets.map((set) => ({ set, wal: judgeSetWal(archive, set) }));
  const windows = archive.stretches.flatMap((stretch) => describeWindow(archive, stretch, judged));
  const onChain = judged.filter(({ wal }) => wal.kind !== 'other');
  return {
    claimed: describeClaim(archive),
    contiguous: windows.map(({ window }) => window),
    holes: findHoles(archive, onChain, windows),
    proven: archive.sets.map(proofOf).filter((proof) => proof !== undefined),
    unusable: judged.flatMap((one) => describeUnusable(archive, one)),
  };
}

function describeWindow(
  archive: ArchiveToJudge,
  stretch: Stretch,
  judged: readonly JudgedSet[],
): WindowOfStretch[] {
  const sets = judged
    .filter((one) => isUsable(one) && one.wal.stretch?.first === stretch.first)
    .map(({ set }) => set)
    .toSorted(compareEnds);
  const [oldest, newest] = [sets[0], sets.at(-1)];
  if (oldest === undefined || newest === undefined) return [];
  const from = edgeAfterSet(oldest, archive.ledger);
  const to = edgeAtEnd(archive, stretch.last, from, newest);
  return [{ window: { set: oldest.label, from, to }, stretch }];
}

function compareEnds(left: BackupSet, right: BackupSet): number {
  const [one, other] = [left.stopLsn ?? 0n, right.stopLsn ?? 0n];
  if (one === other) return left.stopTime - right.stopTime;
  return one < other ? -1 : 1;
}

/** What info lets one believe: from the end of the oldest set to the last segment, whatever is missing in between. */
function describeClaim({ sets, claimed, ledger, databaseId }: ArchiveToJudge): Window | undefined {
  const [oldest] = sets.filter((set) => set.databaseId === databaseId).toSorted(compareEnds);
  const last = claimed?.max;
  if (oldest === undefined || last === undefined) return undefined;
  const segment = parseSegmentName(last, ledger.segmentSize);
  const storedAt = storedAtOf(ledger, last);
  return {
    set: oldest.label,
    from: edgeAfterSet(oldest, ledger),
    to: {
      lsn: segment && segmentStart(segment.number + 1n, ledger.segmentSize),
      timeline: segment?.timeline,
      segment: last,
      time: storedAt,
      timeFrom: storedAt === undefined ? undefined : 'stored',
      storedAt,
    },
  };
}

function describeUnusable({ databaseId }: ArchiveToJudge, { set, wal }: JudgedSet): UnusableSet[] {
  if (set.databaseId !== databaseId)
    return [{ set: set.label, problem: wal.problem ?? 'it is of an earlier database', why: 'former' }];
  if (wal.kind !== 'usable')
    return [{ set: set.label, problem: wal.problem ?? 'its WAL is not there', why: wal.kind }];
  if (!set.error) return [];
  return [{ set: set.label, problem: 'page checksum errors were found when it was taken', why: 'damaged' }];
}
