import type { Lsn } from './wal.ts';

/** One end of a window: where in WAL, and when that was, as well as it can be told. */
export interface WindowEdge {
  readonly lsn: Lsn | undefined;
  readonly timeline: number | undefined;
  /** The segment that holds it. */
  readonly segment: string | undefined;
  /** Epoch milliseconds: nothing later than this is certain to be there. Undefined where nothing tells the time. */
  readonly time: number | undefined;
  /**
   * What tells the time. `set`: a backup's stop; `heartbeat`: a marked commit, so that a time target up to it is reached;
   * `stored`: the repository's clock when the segment was written, before which its commits are: an upper bound.
   */
  readonly timeFrom: 'set' | 'heartbeat' | 'stored' | undefined;
  /** When the segment was stored, by the repository's clock, epoch milliseconds. */
  readonly storedAt?: number | undefined;
}

/** From where to where a repository can restore. */
export interface Window {
  /** Label of the set that it begins with. */
  readonly set: string;
  readonly from: WindowEdge;
  readonly to: WindowEdge;
}

/** Missing WAL: from the last segment before it to the first one behind it. */
export interface Hole {
  readonly timeline: number;
  /** First and last segment that are missing. */
  readonly first: string;
  readonly last: string;
  readonly segments: number;
  /** The end of what can be reached before it, and the start of the first set behind it (undefined: there is none yet). */
  readonly lostFrom: WindowEdge;
  readonly lostTo: { readonly set: string; readonly time: number } | undefined;
  /**
   * `expired`: retention took it, as it does between sets that are kept for longer than WAL (pgBackRest's
   * repo-retention-archive, pinned sets). `lost`: nothing explains it.
   */
  readonly why: 'lost' | 'expired';
}

/** A set that cannot be restored, though info lists it. */
export interface UnusableSet {
  readonly set: string;
  /** Lower case, no full stop. */
  readonly problem: string;
  /**
   * `broken`: WAL of its own is missing; `damaged`: with page errors; `other`: not of production's timelines; `former`: of
   * the database before a stanza-upgrade, so that it can only be restored with that version of PostgreSQL.
   */
  readonly why: 'broken' | 'damaged' | 'other' | 'former';
}

/** A set from which a restore was tried with success: what its annotation says (model/proof.ts). */
export interface Proof {
  readonly set: string;
  /** Epoch milliseconds; undefined where the annotation does not tell. */
  readonly at: number | undefined;
  /** Up to when it was restored, epoch milliseconds. */
  readonly until: number | undefined;
  readonly text: string;
}

/** The three windows of one repository, at one moment. */
export interface RepositoryWindows {
  /** What pgBackRest's info says: from the oldest set to the newest segment, holes not seen. */
  readonly claimed: Window | undefined;
  /** From each usable set through WAL without a hole, along production's timelines; oldest first, joined where they overlap. */
  readonly contiguous: readonly Window[];
  /** Inside what is claimed; oldest first. */
  readonly holes: readonly Hole[];
  readonly proven: readonly Proof[];
  /** Oldest first. */
  readonly unusable: readonly UnusableSet[];
}
