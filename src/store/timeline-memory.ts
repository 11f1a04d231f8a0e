import type { Lsn } from '../model/wal.ts';

/**
 * What told of a timeline, the surest first. `primary`: production was seen on it; `restore`: a restore of Holdfast made
 * it; `history`: the primary's own history names it; `patroni`: Patroni's history does; `accepted`: a person said that it
 * may be in the archive.
 */
export const timelineSources = ['primary', 'restore', 'history', 'patroni', 'accepted'] as const;
export type TimelineSource = (typeof timelineSources)[number];

/** A timeline of production. Times are epoch milliseconds. */
export interface KnownTimeline {
  readonly timeline: number;
  /** The one that it left, and where; undefined for the first one and where nothing told. */
  readonly parent: number | undefined;
  readonly beginLsn: Lsn | undefined;
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly source: TimelineSource;
  /** Why a person accepted it. */
  readonly note: string | undefined;
}

export type SeenTimeline = Pick<KnownTimeline, 'timeline' | 'parent' | 'beginLsn' | 'source'>;

/**
 * The timelines of each database (system identifier) that a stanza had. They are never forgotten: an archive is kept for
 * years. Every writing call is one transaction.
 */
export interface TimelineMemory {
  /** Adds what was seen. The surer source stays; where it began is what was told last by a source that is as sure. */
  note(stanza: string, systemIdentifier: bigint, seen: readonly SeenTimeline[], at: number): void;
  /** By number. */
  list(stanza: string, systemIdentifier: bigint): readonly KnownTimeline[];
  /** Notes that a person accepts a timeline; one that production was on stays what it is. */
  accept(stanza: string, systemIdentifier: bigint, timeline: number, because: string, at: number): void;
}
