import type { RepositoryWindows } from '../model/window.ts';
import type { Sighting } from './sighting.ts';

/** What the WAL archive of one stanza in one repository was seen to hold. */
export interface ArchiveSighting {
  readonly stanza: string;
  readonly repository: string;
  readonly archive: Sighting<ArchiveObservation>;
}

/** One look at an archive, made from the ledger. Times are epoch milliseconds. */
export interface ArchiveObservation {
  /** `15-1`; undefined: the repository holds nothing of this stanza yet. */
  readonly archiveId: string | undefined;
  readonly segments: number;
  readonly storedBytes: number;
  readonly timelines: readonly TimelineInArchive[];
  /** Segments stored with different contents: two servers archived into one place. At most a hundred names. */
  readonly duplicates: readonly string[];
  readonly duplicateCount: number;
  /** `….partial`: what a promoted standby left of its last segment. At most a hundred names. */
  readonly partials: readonly string[];
  /** The part of the archive that was seen longest ago was seen then: the ledger looks at old parts in turn. */
  readonly oldestLookAt: number | undefined;
  /** Commands of the engine that this look took. */
  readonly requests: number;
  /** Newest segment on production's timeline. */
  readonly newest: { readonly segment: string; readonly storedAt: number } | undefined;
  /** Undefined while production's timeline is not known: then no window can be told. */
  readonly windows: RepositoryWindows | undefined;
  /** The timeline that the windows follow, and what told it. */
  readonly followed: { readonly timeline: number; readonly from: 'primary' | 'remembered' } | undefined;
  /** WAL that production never wrote. */
  readonly foreign: readonly ForeignWal[];
}

export interface TimelineInArchive {
  readonly timeline: number;
  readonly firstSegment: string | undefined;
  readonly lastSegment: string | undefined;
  readonly segments: number;
  readonly hasHistory: boolean;
  /** The timeline it left, by its history file or by what is remembered. */
  readonly parent?: number | undefined;
  /** Epoch milliseconds by the repository's clock. */
  readonly lastStoredAt: number | undefined;
  readonly standing: TimelineStanding;
}

/**
 * `production`: on the way of the primary; `former`: production was on it once; `accepted`: by a person; `unknown`:
 * nothing tells (it is older than Holdfast's memory, or the primary was not seen after the archive).
 */
export type TimelineStanding = 'production' | 'former' | 'accepted' | 'foreign' | 'unknown';

/** Something in the archive that no server of production wrote. */
export interface ForeignWal {
  readonly why: 'timeline-unknown-to-production' | 'ahead-of-production' | 'different-contents';
  readonly timeline: number;
  readonly firstFile: string;
  readonly files: number;
  /** When the first one came, by the repository's clock, epoch milliseconds. */
  readonly firstStoredAt: number | undefined;
  /** Production's way, which a restore must name; undefined while it is not known. */
  readonly safeTimeline?: number | undefined;
}
