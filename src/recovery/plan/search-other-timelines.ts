import { segmentNumberOf } from '../../model/wal.ts';
import { listStretches } from '../wal/ledger.ts';
import type { WalEvent } from '../wal/record.ts';
import { endsTransaction, type SearchProgress } from '../wal/search-wal.ts';
import { buildChain } from '../wal/timeline-chain.ts';
import { WalReader } from '../wal/wal-reader.ts';
import type { WalSource } from './fetch-segment.ts';

export interface OtherTimelineQuery {
  readonly matches: (event: WalEvent) => boolean;
  /**
   * `first`: only the first transaction of each abandoned part is asked (was the target's time spent there?).
   * `any`: every record is.
   */
  readonly isEnough: 'first' | 'any';
}

/**
 * Looks for a target on WAL that is archived but not part of the chain: the abandoned end of an ancestor, or another
 * branch.
 *
 * @returns the youngest match with its timeline
 */
export async function searchOtherTimelines(
  source: WalSource,
  onProgress: SearchProgress | undefined,
  query: OtherTimelineQuery,
): Promise<{ readonly timeline: number; readonly event: WalEvent } | undefined> {
  let found: { timeline: number; event: WalEvent } | undefined;
  const timelines = [...source.ledger.timelines.keys()];
  for (const [index, timeline] of timelines.entries()) {
    onProgress?.(index, timelines.length);
    const event = await searchTimeline(source, timeline, query);
    if (event && (!found || event.time > found.event.time)) found = { timeline, event };
  }
  return found;
}

async function searchTimeline(
  source: WalSource,
  timeline: number,
  query: OtherTimelineQuery,
): Promise<WalEvent | undefined> {
  const link = source.chain.links.find((one) => one.timeline === timeline);
  if (link && link.end === undefined) return undefined;
  const left = link?.end ?? 0n;
  // The segment in which it was left holds records of both.
  const from = segmentNumberOf(left, source.chain.segmentSize);
  const chain = buildChain(timeline, [], source.chain.segmentSize);
  const reader = new WalReader(source.readerFor(chain));
  for (const stretch of listStretches(source.ledger, chain)) {
    for (let number = stretch.first > from ? stretch.first : from; number <= stretch.last; number += 1n) {
      const events = ((await reader.scan(number))?.events ?? []).filter((event) => event.lsn >= left);
      const match = events.find(query.matches);
      if (match) return match;
      if (query.isEnough === 'first' && events.some(endsTransaction)) return undefined;
    }
  }
  return undefined;
}
