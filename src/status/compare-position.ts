import { parseSegmentName, type Lsn, segmentNumberOf } from '../model/wal.ts';
import type { Window } from '../model/window.ts';
import type { ArchiveObservation } from './archive-observation.ts';
import type { PrimaryObservation, TrackPoint } from './primary-observation.ts';
import { explainUnknown, type Sighting } from './sighting.ts';

/**
 * How far the archive of a repository is behind the primary.
 * - `complete`: everything that was written is there.
 * - `idle`: what is not there is the beginning of a segment in which nothing is written that matters: otherwise
 *   archive_timeout would have ended it long ago.
 * - `waiting`: what is not there is on its way: the present segment, or one that was ended just now.
 * - `behind`: WAL is missing that should be there.
 */
export type PositionState = 'complete' | 'idle' | 'waiting' | 'behind';

/** The primary's position against the newest segment of a repository, at one moment. Times are epoch milliseconds. */
export interface PositionComparison {
  /** When the older one of the two looks began: what is said is true of this moment. */
  readonly at: number;
  readonly state: PositionState;
  /** From the end of the newest segment in the repository to the primary's position, at that moment; never negative. */
  readonly behindBytes: number;
  /** Segments that are full and not there. */
  readonly behindSegments: number;
  /** Milliseconds since the oldest WAL that is not there was written. Undefined: nothing is missing, or it is not known. */
  readonly behindMs: number | undefined;
  /** True: it is longer than what is remembered, so that `behindMs` is the least that it can be. */
  readonly isAtLeast: boolean;
  readonly loss: LossExposure | undefined;
}

/** What would be lost if the primary were gone at that moment, milliseconds before it: the measured RPO. */
export interface LossExposure {
  /** Everything older is restorable. */
  readonly atMostMs: number;
  /** Something of this age was written and is not restorable; 0: nothing is known to be missing. */
  readonly atLeastMs: number;
  /** Everything up to this time is restorable, by our clock. */
  readonly restorableUntil: number;
}

export type PositionJudgement =
  | { readonly known: true; readonly comparison: PositionComparison }
  | { readonly known: false; readonly because: string };

/** Milliseconds that a segment may be on its way. */
const graceMs = 60_000;
/** The server looks at archive_timeout now and then, and a checkpoint may be in its way. */
const timeoutSlackMs = 30_000;

/**
 * Compares a primary with one repository. pg_stat_archiver has no part in it: it counts what archive_command said, which
 * may be nothing but `true`.
 *
 * @param now epoch milliseconds
 */
export function comparePosition(
  primary: Sighting<PrimaryObservation> | undefined,
  archive: Sighting<ArchiveObservation> | undefined,
  now: number,
): PositionJudgement {
  const [server, store] = [see(primary, now), see(archive, now)];
  if (typeof server === 'string') return { known: false, because: `the primary: ${server}` };
  if (typeof store === 'string') return { known: false, because: `the archive: ${store}` };
  if (store.value.otherCluster?.primary.systemIdentifier === server.value.systemIdentifier)
    return { known: false, because: 'the primary is another cluster than the one whose WAL is archived' };
  const { segmentSize } = server.value;
  const newest = store.value.newest;
  const segment = newest === undefined ? undefined : parseSegmentName(newest.segment, segmentSize);
  if (newest !== undefined && segment === undefined)
    return { known: false, because: `the archive: ${newest.segment} is no segment of ${segmentSize} bytes` };
  const number = segment?.number;
  const archivedEnd = number === undefined ? 0n : (number + 1n) * BigInt(segmentSize);
  const at = Math.min(server.at, listedAt(store));
  const view = viewTrack(server.value, at);
  const missing = judgeMissing(server.value, view, archivedEnd);
  const window = store.value.windows?.contiguous.at(-1);
  // Nothing that matters lies behind the newest segment, so that there is no loss where no hole is before it.
  const nothingBehind = missing.state === 'idle' && window?.to.lsn === archivedEnd;
  return {
    known: true,
    comparison: {
      at,
      ...missing,
      loss: nothingBehind ? noLoss(at) : measureLoss(server.value, view, at, window),
    },
  };
}

function see<Value>(
  sighting: Sighting<Value> | undefined,
  now: number,
): { readonly at: number; readonly value: Value } | string {
  if (sighting === undefined) return 'not looked at yet';
  const unknown = explainUnknown(sighting, now);
  if (unknown !== undefined) return unknown;
  const { observedAt, value } = sighting;
  return observedAt === undefined || value === undefined ? 'nothing is known' : { at: observedAt, value };
}

/** When the listing of an archive began, epoch milliseconds: what was stored later need not be in it. */
export function listedAt({ at, value }: { readonly at: number; readonly value: ArchiveObservation }): number {
  return Math.min(at, value.listedFrom ?? at);
}

/** What is remembered of the primary up to the moment that is spoken of, oldest first; never empty. */
interface TrackView {
  readonly points: readonly TrackPoint[];
  /** The position at the moment, or the first one behind it where nothing older is remembered. */
  readonly present: TrackPoint;
}

/** A position that went back is another database's: only what came afterwards counts. */
function viewTrack({ track, insertLsn }: PrimaryObservation, at: number): TrackView {
  const upToNow = track.filter((point) => point.at <= at);
  const first = track[0] ?? { at, lsn: insertLsn };
  const points = upToNow.length === 0 ? [{ ...first, at }] : upToNow;
  const present = points.at(-1) ?? first;
  const broken = points.findLastIndex((point, index) => point.lsn > (points[index + 1]?.lsn ?? point.lsn));
  return { points: points.slice(broken + 1), present };
}

type Missing = Omit<PositionComparison, 'at' | 'loss'>;

function judgeMissing(
  { segmentSize, archiveTimeout }: PrimaryObservation,
  { points, present }: TrackView,
  archivedEnd: Lsn,
): Missing {
  if (present.lsn <= archivedEnd)
    return { state: 'complete', behindBytes: 0, behindSegments: 0, behindMs: undefined, isAtLeast: false };
  const size = BigInt(segmentSize);
  const behindSegments = Number(segmentNumberOf(present.lsn, segmentSize) - archivedEnd / size);
  const since = firstBeyond(points, archivedEnd);
  const found = {
    behindBytes: Number(present.lsn - archivedEnd),
    behindSegments,
    behindMs: present.at - since.at,
    isAtLeast: since.isFirst,
  };
  if (behindSegments > 0) {
    const completed = firstBeyond(points, archivedEnd + size - 1n);
    // Without a past it cannot be told for how long; more than one cannot have been ended just now.
    const late = present.at - completed.at > graceMs || (points.length === 1 && behindSegments > 1);
    return { ...found, state: late ? 'behind' : 'waiting' };
  }
  if (archiveTimeout === 0) return { ...found, state: 'waiting' };
  const timeoutMs = archiveTimeout * 1000 + timeoutSlackMs;
  if (isStill(points, present, timeoutMs))
    return { ...found, state: 'idle', behindMs: undefined, isAtLeast: false };
  return { ...found, state: found.behindMs > timeoutMs + graceMs ? 'behind' : 'waiting' };
}

/** The first remembered moment at which the position was beyond a place, and stayed there. */
function firstBeyond(
  points: readonly TrackPoint[],
  place: Lsn,
): { readonly at: number; readonly isFirst: boolean } {
  const index = points.findLastIndex(({ lsn }) => lsn <= place) + 1;
  const point = points[index] ?? points.at(-1);
  return { at: point?.at ?? 0, isFirst: index === 0 };
}

/** Whether nothing was written for longer than this, as far as looks tell that lie around all of it. */
function isStill(points: readonly TrackPoint[], present: TrackPoint, forMs: number): boolean {
  return points.some(({ at, lsn }) => lsn === present.lsn && present.at - at >= forMs);
}

function noLoss(at: number): LossExposure {
  return { atMostMs: 0, atLeastMs: 0, restorableUntil: at };
}

/**
 * Looks at the primary tell of moments at which the position was not yet beyond the end of what can be restored: what
 * was committed by then is restorable. Heartbeats in that WAL and the end of the backup tell it too, also where no daemon
 * looked. When a segment was stored tells nothing of it: what was committed meanwhile is in the next one.
 */
function measureLoss(
  { clockAheadMs }: PrimaryObservation,
  { points, present }: TrackView,
  at: number,
  window: Window | undefined,
): LossExposure | undefined {
  const lsn = window?.to.lsn;
  if (window === undefined || lsn === undefined) return undefined;
  if (present.lsn <= lsn) return noLoss(at);
  const seen = points.findLast((point) => point.lsn <= lsn)?.at;
  const marked = [window.from, window.to].flatMap(({ time, timeFrom }) =>
    time === undefined || timeFrom === 'stored' ? [] : [time - clockAheadMs],
  );
  const known = [...marked, ...(seen === undefined ? [] : [seen])];
  if (known.length === 0) return undefined;
  const restorableUntil = Math.min(at, Math.max(...known));
  const lost = firstBeyond(points, lsn);
  return {
    restorableUntil,
    atMostMs: at - restorableUntil,
    atLeastMs: Math.min(at - lost.at, at - restorableUntil),
  };
}
