import { segmentName, segmentNumberOf, type Lsn, type TimelineSwitch } from '../../model/wal.ts';

/** One timeline's part of a chain. */
export interface ChainLink {
  readonly timeline: number;
  readonly begin: Lsn;
  /** Where its child began; undefined for the last one. */
  readonly end: Lsn | undefined;
}

/**
 * A timeline with its ancestors, oldest first: the way recovery takes to it.
 *
 * PostgreSQL `src/backend/access/transam/timeline.c` (readTimeLineHistory) and `xlogrecovery.c`
 * (XLogFileReadAnyTLI): a segment is taken from the newest timeline of the chain that had begun by then.
 */
export interface TimelineChain {
  readonly timeline: number;
  readonly links: readonly ChainLink[];
  /** Bytes. */
  readonly segmentSize: number;
}

/**
 * @param timeline where the chain ends
 * @param ancestors its history file, oldest first; empty for timeline 1
 */
export function buildChain(
  timeline: number,
  ancestors: readonly TimelineSwitch[],
  segmentSize: number,
): TimelineChain {
  const links: ChainLink[] = [];
  let begin = 0n;
  for (const ancestor of ancestors) {
    links.push({ timeline: ancestor.timeline, begin, end: ancestor.switchLsn });
    begin = ancestor.switchLsn;
  }
  links.push({ timeline, begin, end: undefined });
  return { timeline, links, segmentSize };
}

/** The timeline whose file holds this segment number on the chain. */
export function timelineOfSegment(chain: TimelineChain, number: bigint): number {
  const link = chain.links.findLast((one) => segmentNumberOf(one.begin, chain.segmentSize) <= number);
  return (link ?? (chain.links[0] as ChainLink)).timeline;
}

/** Which segment numbers of a timeline belong to a chain, both ends included. */
export interface LinkRange {
  readonly timeline: number;
  readonly first: number;
  /** Infinity for the last link. */
  readonly last: number;
}

/** The chain in segment numbers, oldest first; timelines that were left in the segment in which they began are not in it. */
export function listLinkRanges(chain: TimelineChain): LinkRange[] {
  const numbers = chain.links.map(({ begin }) => Number(segmentNumberOf(begin, chain.segmentSize)));
  return chain.links.flatMap(({ timeline }, index) => {
    const first = index === 0 ? 0 : (numbers[index] as number);
    const last = (numbers[index + 1] ?? Number.POSITIVE_INFINITY) - 1;
    return first <= last ? [{ timeline, first, last }] : [];
  });
}

/** The file name of a segment on the chain. */
export function segmentOnChain(chain: TimelineChain, number: bigint): string {
  return segmentName({ timeline: timelineOfSegment(chain, number), number }, chain.segmentSize);
}

/** True when a position of a timeline belongs to the chain: it was not left before. */
export function isOnChain(chain: TimelineChain, timeline: number, lsn: Lsn): boolean {
  const link = chain.links.find((one) => one.timeline === timeline);
  return link !== undefined && (link.end === undefined || lsn <= link.end);
}
