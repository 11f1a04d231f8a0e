import { segmentStart } from '../../model/wal.ts';
import type { Hole, Window, WindowEdge } from '../../model/window.ts';
import type { Stretch } from '../wal/ledger.ts';
import { segmentOnChain, timelineOfSegment } from '../wal/timeline-chain.ts';
import { isUsable, timeAfter, type ArchiveToJudge, type JudgedSet } from './archive-to-judge.ts';

/** A window with the WAL that it is made of. */
export interface WindowOfStretch {
  readonly window: Window;
  readonly stretch: Stretch;
}

/**
 * The holes from the oldest set on: before it nothing is needed. A segment that PostgreSQL was not yet told to be archived
 * is on its way.
 *
 * @param sets those of the chain, in any order
 */
export function findHoles(
  archive: ArchiveToJudge,
  sets: readonly JudgedSet[],
  windows: readonly WindowOfStretch[],
): Hole[] {
  const gaps = listGaps(archive, sets);
  const expired = countExpired(archive, sets, gaps);
  return gaps
    .map((gap, index) => describeHole(archive, sets, windows, gap, index < expired ? 'expired' : 'lost'))
    .filter((_, index) => !isPending(archive, gaps[index] as Stretch));
}

function isPending({ pendingFrom }: ArchiveToJudge, { first }: Stretch): boolean {
  return pendingFrom !== undefined && first >= pendingFrom;
}

function listGaps({ stretches }: ArchiveToJudge, sets: readonly JudgedSet[]): Stretch[] {
  const [oldest] = sets.map(({ wal }) => wal.firstSegment).toSorted(compare);
  if (oldest === undefined) return [];
  const gaps: Stretch[] = [];
  let next = oldest;
  for (const { first, last } of stretches) {
    if (last < next) continue;
    if (first > next) gaps.push({ first: next, last: first - 1n });
    next = last + 1n;
  }
  const newest = sets
    .map(({ wal }) => wal.lastSegment)
    .toSorted(compare)
    .at(-1) as bigint;
  if (newest >= next) gaps.push({ first: next, last: newest });
  return gaps;
}

/**
 * How many of the gaps, from the oldest on, are the work of retention. Expire removes all WAL before the start of a set,
 * but what lies between start and stop of an older one that is kept (pgBackRest `src/command/expire/expire.c`,
 * removeExpiredArchive): so each gap ends where a set begins, and what is left before it is nothing but sets' own WAL.
 */
function countExpired(
  { stretches }: ArchiveToJudge,
  sets: readonly JudgedSet[],
  gaps: readonly Stretch[],
): number {
  const starts = new Set(sets.map(({ wal }) => wal.firstSegment));
  const owned = joinOwned(sets);
  const oldest = owned[0]?.first ?? 0n;
  const isOwn = ({ first, last }: Stretch): boolean =>
    owned.some((own) => own.last === last && own.first === (first > oldest ? first : oldest));
  let count = 0;
  for (const gap of gaps) {
    const before = stretches.find(({ last }) => last === gap.first - 1n);
    if (before === undefined || !isOwn(before) || !starts.has(gap.last + 1n)) break;
    count += 1;
  }
  return count;
}

/** The WAL that sets need for themselves, joined where it touches; oldest first. */
function joinOwned(sets: readonly JudgedSet[]): Stretch[] {
  const joined: { first: bigint; last: bigint }[] = [];
  const ranges = sets.map(({ wal }) => ({ first: wal.firstSegment, last: wal.lastSegment }));
  for (const range of ranges.toSorted((left, right) => compare(left.first, right.first))) {
    const current = joined.at(-1);
    if (current === undefined || range.first > current.last + 1n) joined.push(range);
    else if (range.last > current.last) current.last = range.last;
  }
  return joined;
}

function describeHole(
  { chain }: ArchiveToJudge,
  sets: readonly JudgedSet[],
  windows: readonly WindowOfStretch[],
  { first, last }: Stretch,
  why: Hole['why'],
): Hole {
  const before = windows.findLast(({ stretch }) => stretch.last < first)?.window;
  const behind = sets
    .filter((judged) => isUsable(judged) && judged.wal.firstSegment > last)
    .toSorted((left, right) => compare(left.wal.lastSegment, right.wal.lastSegment))[0]?.set;
  const nowhere: WindowEdge = {
    lsn: segmentStart(first, chain.segmentSize),
    timeline: timelineOfSegment(chain, first),
    segment: undefined,
    time: undefined,
    timeFrom: undefined,
  };
  return {
    timeline: timelineOfSegment(chain, first),
    first: segmentOnChain(chain, first),
    last: segmentOnChain(chain, last),
    segments: Number(last - first) + 1,
    lostFrom: before?.to ?? nowhere,
    lostTo: behind && { set: behind.label, time: timeAfter(behind) },
    why,
  };
}

function compare(left: bigint, right: bigint): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
