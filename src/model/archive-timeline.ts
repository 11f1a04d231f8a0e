/** A timeline of which something is in the WAL archive of a repository. */
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

/** WAL of a timeline that production had left when it was stored: whoever wrote it had not left it. */
export interface LeftTimeline {
  readonly timeline: number;
  /** The one on which production went on. */
  readonly leftFor: number;
  /** The first segment behind the one in which it was left. */
  readonly firstSegment: string;
  readonly segments: number;
  /** Epoch milliseconds by the repository's clock. */
  readonly lastStoredAt: number;
}
