import { formatLsn } from '../model/wal.ts';
import type { ArchiveSighting } from './archive-observation.ts';
import { comparePosition, type PositionState } from './compare-position.ts';
import type { PrimarySighting } from './primary-observation.ts';
import { explainUnknown } from './sighting.ts';
import { instantOrNull } from '../model/instant.ts';

/** How far a repository is behind the primary. What is not known is null. */
export interface PositionDocument {
  readonly known: boolean;
  readonly unknownBecause: string | null;
  /** The moment of which it is said. */
  readonly at: string | null;
  readonly state: PositionState | null;
  readonly behindBytes: number | null;
  readonly behindSegments: number | null;
  readonly behindSeconds: number | null;
  /** Everything up to this time can be restored. */
  readonly restorableUntil: string | null;
}

/** What is known of the primary of a stanza. */
export interface PrimaryDocument {
  readonly known: boolean;
  readonly unknownBecause: string | null;
  readonly observedAt: string | null;
  /** Null: this host. */
  readonly host: string | null;
  readonly timeline: number | null;
  readonly position: string | null;
  readonly walBytesPerSecond: number | null;
  /** Segments that PostgreSQL has not handed over yet. */
  readonly waitingSegments: number | null;
  readonly heartbeatAt: string | null;
}

/** @param now epoch milliseconds */
export function describePosition(
  primary: PrimarySighting | undefined,
  archive: ArchiveSighting | undefined,
  now: number,
): PositionDocument {
  const judged = comparePosition(primary?.primary, archive?.archive, now);
  if (!judged.known) {
    const nothing = { at: null, state: null, behindBytes: null, behindSegments: null, behindSeconds: null };
    return { known: false, unknownBecause: judged.because, ...nothing, restorableUntil: null };
  }
  const { at, state, behindBytes, behindSegments, behindMs, loss } = judged.comparison;
  return {
    known: true,
    unknownBecause: null,
    at: instantOrNull(at),
    state,
    behindBytes,
    behindSegments,
    behindSeconds: behindMs === undefined ? null : Math.round(behindMs / 1000),
    restorableUntil: instantOrNull(loss?.restorableUntil),
  };
}

/** @param now epoch milliseconds */
export function describePrimary(sighting: PrimarySighting | undefined, now: number): PrimaryDocument {
  const unknownBecause = sighting === undefined ? 'not looked at yet' : explainUnknown(sighting.primary, now);
  const value = sighting?.primary.value;
  return {
    known: unknownBecause === undefined,
    unknownBecause: unknownBecause ?? null,
    observedAt: instantOrNull(sighting?.primary.observedAt),
    host: value?.host ?? null,
    timeline: value?.timeline ?? null,
    position: value === undefined ? null : formatLsn(value.insertLsn),
    walBytesPerSecond: value?.rates.walBytesPerSecond ?? null,
    waitingSegments: value?.walDirectory?.ready ?? null,
    heartbeatAt: instantOrNull(value?.heartbeat?.at),
  };
}
