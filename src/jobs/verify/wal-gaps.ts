/** Segment names, both ends included, without a hole between them. */
export interface WalRange {
  readonly first: string;
  readonly last: string;
}

/** WAL that is not there: everything between these two segments, which are. */
export interface WalGap {
  readonly after: string;
  readonly before: string;
}

/**
 * Holes on one timeline in WAL that the retention keeps. Where a timeline ends and another begins there is none: the
 * new one repeats the segment in which it left the old one.
 *
 * @param ranges of one archive id, in order
 * @param from from this segment on all WAL is kept
 * @param segmentsNow of the same archive id, listed later; a hole in which something has arrived since is being filled (asynchronous archiving
 *   stores segments out of order)
 */
export function findGaps(
  ranges: readonly WalRange[],
  from: string,
  segmentsNow: ReadonlySet<string> | undefined,
): readonly WalGap[] {
  return ranges.flatMap((range, index) => {
    const next = ranges[index + 1];
    if (next === undefined || timelineOf(next.first) !== timelineOf(range.last)) return [];
    if (next.first <= from) return [];
    const gap = { after: range.last, before: next.first };
    return isFilling(gap, segmentsNow) ? [] : [gap];
  });
}

/** Whether all segments of a set lie in one range, or in several between which something has arrived since. */
export function isCovered(
  wanted: WalRange,
  ranges: readonly WalRange[],
  segmentsNow: ReadonlySet<string> | undefined,
): boolean {
  const start = ranges.find((range) => range.first <= wanted.first && wanted.first <= range.last);
  const end = ranges.find((range) => range.first <= wanted.last && wanted.last <= range.last);
  if (start === undefined || end === undefined) return false;
  if (start === end) return true;
  return ranges
    .slice(ranges.indexOf(start), ranges.indexOf(end))
    .every((range, index, all) =>
      isFilling({ after: range.last, before: (all[index + 1] ?? end).first }, segmentsNow),
    );
}

function isFilling({ after, before }: WalGap, segmentsNow: ReadonlySet<string> | undefined): boolean {
  return [...(segmentsNow ?? [])].some((name) => name > after && name < before);
}

function timelineOf(segment: string): string {
  return segment.slice(0, 8);
}
