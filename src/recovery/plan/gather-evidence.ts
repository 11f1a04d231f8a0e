import type { Lsn } from '../../model/wal.ts';
import { segmentNumberOf, segmentStart } from '../../model/wal.ts';
import { findStoredAfter, type Stretch } from '../wal/ledger.ts';
import {
  findFirstAfter,
  findLastRecord,
  findLastTransaction,
  findRestorePoints,
  findTransactionEnd,
  type LocatedEvent,
  type SearchProgress,
} from '../wal/search-wal.ts';
import { WalReader } from '../wal/wal-reader.ts';
import type { WalSource } from './fetch-segment.ts';
import { consistencySegment, judgeSets, type SetVerdict } from './judge-sets.ts';
import type { RepositoryObservation, TargetEvidence } from './observations.ts';
import type { RestoreRequest } from './restore-request.ts';
import { searchOtherTimelines } from './search-other-timelines.ts';

/** What is known of a repository before its WAL is looked into. */
export type ListedRepository = Omit<RepositoryObservation, 'evidence'>;

/**
 * Looks into the WAL for the target: as few segments as possible, because each has to be fetched.
 *
 * @returns undefined when no set could be the base of this restore, so that there is nothing to look for
 * @throws Failure of the engine or of decompressing
 */
export async function gatherEvidence(
  repository: ListedRepository,
  request: RestoreRequest,
  source: WalSource,
  onProgress?: SearchProgress,
): Promise<TargetEvidence | undefined> {
  const reader = new WalReader(source.readerFor(source.chain));
  const verdicts = judgeSets(repository, request, undefined);
  const best = verdicts[0];
  if (best?.kind !== 'usable' || !best.stretch) {
    const oldest = verdicts.findLast((verdict) => verdict.kind === 'late');
    return oldest && lookRightAfter(reader, oldest, repository, request);
  }
  const range = {
    first: consistencySegment(best, source.chain.segmentSize),
    last: best.stretch.last,
  };
  const context = { repository, request, source, reader, best, range, onProgress };
  switch (request.target.kind) {
    case 'time':
      return forTime(context, request.target.microseconds);
    case 'lsn':
      return forPosition(context, request.target.lsn);
    case 'xid':
      return forTransaction(context, request.target.xid);
    case 'name':
      return forRestorePoint(context, request.target.name);
    case 'latest':
      return { ...nothing(range), last: await findLastTransaction(reader, range, onProgress) };
    case 'immediate':
      return nothing(range);
  }
}

/** All sets end behind the target: is a moment right after the oldest one in reach? That is what will be offered. */
async function lookRightAfter(
  reader: WalReader,
  oldest: SetVerdict,
  repository: ListedRepository,
  request: RestoreRequest,
): Promise<TargetEvidence | undefined> {
  const anyTarget = { ...request, target: { kind: 'latest' } as const, setLabel: oldest.set.label };
  const stretch = judgeSets(repository, anyTarget, undefined)[0]?.stretch;
  if (!stretch) return undefined;
  const range = { first: oldest.lastSegment, last: stretch.last };
  const time = BigInt(oldest.set.stopTime + 1) * 1_000_000n;
  const { stop } = await findFirstAfter(reader, range, time, range.first);
  return { ...nothing(range), nextSet: { label: oldest.set.label, time: stop ? time : undefined } };
}

interface EvidenceContext {
  readonly repository: ListedRepository;
  readonly request: RestoreRequest;
  readonly source: WalSource;
  readonly reader: WalReader;
  readonly best: SetVerdict;
  /** From where the best set is consistent to the end of its WAL. */
  readonly range: Stretch;
  readonly onProgress: SearchProgress | undefined;
}

function nothing(stretch: Stretch): TargetEvidence {
  return {
    stretch,
    stop: undefined,
    before: undefined,
    last: undefined,
    lastRecord: undefined,
    sameName: [],
    nextSet: undefined,
    elsewhere: undefined,
  };
}

async function forTime(context: EvidenceContext, time: bigint): Promise<TargetEvidence> {
  const { reader, range, source } = context;
  const { stop, before } = await findFirstAfter(reader, range, time, guessSegment(context, time));
  const last = stop ? undefined : await findLastTransaction(reader, range, context.onProgress);
  const earlier = stop ? before : last?.event;
  // Where nothing was committed since the set, its own end is the last thing known before the target.
  const { stopLsn = 0n, stopTime } = context.best.set;
  const floor = earlier ?? { lsn: stopLsn, time: BigInt(stopTime) * 1_000_000n };
  // Only where the target falls between two timelines can it be a moment of another one.
  const isBetween =
    stop === undefined ||
    source.chain.links.some(
      (link) => link.end !== undefined && floor.lsn < link.end && link.end <= stop.event.lsn,
    );
  const elsewhere = isBetween
    ? await searchOtherTimelines(source, context.onProgress, {
        matches: (event) => event.time <= time && event.time > floor.time,
        isEnough: 'first',
      })
    : undefined;
  const nextSet = stop || elsewhere ? undefined : await lookBehindHole(context);
  return { ...nothing(range), stop, before: earlier, last, elsewhere, nextSet };
}

/** Nothing when a set leads to the record; otherwise what a refusal needs to know. */
async function lookBeforeCut(context: EvidenceContext, stop: LocatedEvent): Promise<Partial<TargetEvidence>> {
  const { repository, request, reader, range } = context;
  const best = judgeSets(repository, request, stop)[0];
  if (best?.kind === 'usable') return {};
  const cut = judgeSets(repository, request, stop).find((verdict) => verdict.kind === 'cut');
  const before = cut?.stretch && { first: cut.firstSegment, last: cut.stretch.last };
  return {
    last: before && (await findLastTransaction(reader, before)),
    nextSet: await lookBehindHole({ ...context, range: before ?? range }),
  };
}

/** The first set that begins behind the end of the stretch, and whether a time right after it can be reached. */
async function lookBehindHole(context: EvidenceContext): Promise<TargetEvidence['nextSet']> {
  const { repository, request, reader, range } = context;
  const anySet = { ...request, target: { kind: 'latest' } as const, setLabel: undefined };
  const next = judgeSets(repository, anySet, undefined).findLast(
    (verdict) => verdict.kind === 'usable' && verdict.firstSegment > range.last,
  );
  if (!next?.stretch) return undefined;
  const time = BigInt(next.set.stopTime + 1) * 1_000_000n;
  const behind = { first: next.lastSegment, last: next.stretch.last };
  const { stop } = await findFirstAfter(reader, behind, time, behind.first);
  return { label: next.set.label, time: stop ? time : undefined };
}

/** The first segment stored after the target: what was committed before the target is in it or before it. */
function guessSegment(context: EvidenceContext, time: bigint): bigint {
  const { range, source } = context;
  const isLater = (storedAt: number): boolean => BigInt(storedAt + 1) * 1_000_000n > time;
  return findStoredAfter(source.ledger, source.chain, range, isLater) ?? range.last;
}

async function forPosition(context: EvidenceContext, lsn: Lsn): Promise<TargetEvidence> {
  const { reader, range, source } = context;
  const found = nothing(range);
  if (segmentNumberOf(lsn, source.chain.segmentSize) < range.last) return found;
  const lastRecord = await findLastRecord(reader, range);
  if (lastRecord !== undefined && lastRecord >= lsn) return { ...found, lastRecord };
  return { ...found, lastRecord, last: await findLastTransaction(reader, range, context.onProgress) };
}

async function forTransaction(context: EvidenceContext, xid: bigint): Promise<TargetEvidence> {
  const { reader, source, repository } = context;
  for (const stretch of repository.stretches.toReversed()) {
    const stop = await findTransactionEnd(reader, stretch, xid, context.onProgress);
    if (stop) return { ...nothing(stretch), stop, ...(await lookBeforeCut(context, stop)) };
  }
  const wanted = Number(xid & 0xffff_ffffn);
  return {
    ...nothing(context.range),
    last: await findLastTransaction(reader, context.range),
    elsewhere: await searchOtherTimelines(source, context.onProgress, {
      matches: (event) => event.kind !== 'restore-point' && event.xid === wanted,
      isEnough: 'any',
    }),
  };
}

async function forRestorePoint(context: EvidenceContext, name: string): Promise<TargetEvidence> {
  const { reader, source, repository, request } = context;
  const baseFor = (stop: LocatedEvent | undefined): SetVerdict | undefined =>
    judgeSets(repository, request, stop).find((verdict) => verdict.kind === 'usable');
  const enough = (found: readonly LocatedEvent[], reached: bigint): boolean => {
    const base = baseFor(found.at(-1));
    return base !== undefined && reached <= base.firstSegment;
  };
  for (const stretch of repository.stretches.toReversed()) {
    const found = await findRestorePoints(reader, stretch, name, enough, context.onProgress);
    const base = baseFor(found.at(-1));
    if (found.length === 0) continue;
    // PostgreSQL stops at the first one it meets, counted from where recovery begins.
    const begin = base ? segmentStart(base.firstSegment, source.chain.segmentSize) : 0n;
    const met = found.filter(({ event }) => event.lsn >= begin);
    const sameName = met.slice(1).map(({ event }) => event);
    const stop = met[0] ?? (found.at(-1) as LocatedEvent);
    return { ...nothing(stretch), stop, sameName, ...(await lookBeforeCut(context, stop)) };
  }
  return {
    ...nothing(context.range),
    last: await findLastTransaction(reader, context.range),
    elsewhere: await searchOtherTimelines(source, context.onProgress, {
      matches: (event) => event.name === name,
      isEnough: 'any',
    }),
  };
}
