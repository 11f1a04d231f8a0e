import { type Lsn, parseSegmentName, segmentStart } from '../../model/wal.ts';
import type { PrimaryFacts } from '../../postgres/primary-facts.ts';
import type { TrackPoint, WalDirectoryObservation } from '../../status/primary-observation.ts';
import type { SampleMemory } from '../../store/sample-memory.ts';

/** Names of what is measured at each look at a primary. Positions are numbers here: exact up to 2^53. */
const names = {
  lsn: 'wal',
  timeline: 'wal-timeline',
  claimed: 'wal-claimed',
  ready: 'wal-ready',
  free: 'wal-free',
} as const;

/** How far the track goes back, milliseconds. */
const trackMs = 6 * 60 * 60_000;
const hourMs = 60 * 60_000;

/**
 * Remembers what a look found, and gives it together with the earlier ones. What is old is thinned once an hour.
 *
 * @param at epoch milliseconds
 * @returns oldest first; this look is the last
 */
export function rememberLook(
  samples: SampleMemory,
  stanza: string,
  at: number,
  look: Omit<TrackPoint, 'at'>,
): readonly TrackPoint[] {
  // A clock that was set back leaves looks that lie in the future: they are no past.
  const track = readTrack(samples, stanza, at).filter((point) => point.at < at);
  const last = track.at(-1);
  if (last === undefined || Math.floor(last.at / hourMs) !== Math.floor(at / hourMs))
    samples.thin(stanza, at);
  samples.note(stanza, at, {
    [names.lsn]: Number(look.lsn),
    ...(look.timeline === undefined ? {} : { [names.timeline]: look.timeline }),
    ...(look.claimedEnd === undefined ? {} : { [names.claimed]: Number(look.claimedEnd) }),
    ...(look.ready === undefined ? {} : { [names.ready]: look.ready }),
    ...(look.availableBytes === undefined ? {} : { [names.free]: look.availableBytes }),
  });
  return [...track, { at, ...look }];
}

function readTrack(samples: SampleMemory, stanza: string, now: number): TrackPoint[] {
  const read = (name: string): ReadonlyMap<number, number> =>
    new Map(samples.samples(stanza, name, now - trackMs).map(({ at, value }) => [at, value]));
  const [timeline, claimed] = [read(names.timeline), read(names.claimed)];
  const [ready, free] = [read(names.ready), read(names.free)];
  return [...read(names.lsn)].map(([at, lsn]) => {
    const claimedEnd = claimed.get(at);
    return {
      at,
      lsn: BigInt(lsn),
      timeline: timeline.get(at),
      claimedEnd: claimedEnd === undefined ? undefined : BigInt(claimedEnd),
      ready: ready.get(at),
      availableBytes: free.get(at),
    };
  });
}

/**
 * Where the primary was at the last look that saw it on a timeline.
 *
 * @param from epoch milliseconds; before it the stanza may have had another database
 * @param until epoch milliseconds; this moment is not part of it
 * @returns undefined when no look is remembered
 */
export function lastPositionOn(
  samples: Pick<SampleMemory, 'samples'>,
  stanza: string,
  timeline: number,
  { from, until }: { readonly from: number; readonly until: number },
): Lsn | undefined {
  const last = samples
    .samples(stanza, names.timeline, from)
    .findLast(({ at, value }) => at < until && value === timeline);
  if (last === undefined) return undefined;
  const position = samples.samples(stanza, names.lsn, last.at).find(({ at }) => at === last.at);
  return position && BigInt(position.value);
}

/** What a look has to remember. */
export function describeLook(
  facts: Pick<PrimaryFacts, 'insertLsn' | 'archiver' | 'timeline' | 'segmentSize'>,
  wal: WalDirectoryObservation | undefined,
): Omit<TrackPoint, 'at'> {
  return {
    lsn: facts.insertLsn,
    timeline: facts.timeline,
    claimedEnd: endOfClaimed(facts),
    ready: wal?.ready,
    availableBytes: wal?.availableBytes,
  };
}

/** Of its present timeline alone: what was archived before a promotion another server has claimed. */
function endOfClaimed({
  archiver: { lastArchived },
  timeline,
  segmentSize,
}: Pick<PrimaryFacts, 'archiver' | 'timeline' | 'segmentSize'>): Lsn | undefined {
  const segment = lastArchived === undefined ? undefined : parseSegmentName(lastArchived, segmentSize);
  if (segment === undefined || segment.timeline !== timeline) return undefined;
  return segmentStart(segment.number + 1n, segmentSize);
}
