import type { ForeignWal, LeftTimeline, TimelineInArchive } from '../model/archive-timeline.ts';
import type { RepositoryWindows } from '../model/window.ts';
import type { InfoFilesObservation } from './info-files-observation.ts';
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
  /** When the listing began: what was archived later need not be in it. Undefined: right when it was seen. */
  readonly listedFrom?: number | undefined;
  /** Commands of the engine that this look took. */
  readonly requests: number;
  /** Newest segment on production's timeline. */
  readonly newest: { readonly segment: string; readonly storedAt: number } | undefined;
  /** Undefined while production's timeline is not known: then no window can be told. */
  readonly windows: RepositoryWindows | undefined;
  /** The timeline that the windows follow, and what told it. */
  readonly followed: { readonly timeline: number; readonly from: 'primary' | 'remembered' } | undefined;
  /** The primary, seen after the archive, is another cluster than the one whose WAL the repository takes. */
  readonly otherCluster?: OtherCluster | undefined;
  /** WAL that production never wrote. */
  readonly foreign: readonly ForeignWal[];
  /** Timelines that somebody still writes although production has left them. */
  readonly goingOn?: readonly LeftTimeline[] | undefined;
  /** Room for more, where the repository is a directory of this host (jobs/observe/observe-repository-space.ts). */
  readonly space?: RepositorySpace | undefined;
  /** The files that say what is in the repository, both copies of each; undefined: nobody read them. */
  readonly infoFiles?: InfoFilesObservation | undefined;
}

/** The file system that holds a repository. */
export interface RepositorySpace {
  readonly availableBytes: number;
  readonly totalBytes: number;
  /** Free bytes at earlier looks of the last two weeks, oldest first, and at this one. Times are epoch milliseconds. */
  readonly track: readonly { readonly at: number; readonly value: number }[];
}

/** Two databases that should be one. */
export interface OtherCluster {
  /** The newest that the repository knows: `version` as pgBackRest writes it, `15` or `9.6`. */
  readonly archived: {
    readonly systemIdentifier: bigint;
    readonly version: string;
    readonly databaseId: number;
  };
  readonly primary: {
    readonly systemIdentifier: bigint;
    readonly major: number;
    /** Undefined: this host. */
    readonly host: string | undefined;
  };
}
