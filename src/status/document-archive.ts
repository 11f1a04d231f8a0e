import type { Configuration } from '../config/configuration.ts';
import type { Finding } from '../model/finding.ts';
import { formatLsn } from '../model/wal.ts';
import type { Hole, Window, WindowEdge } from '../model/window.ts';
import type { ArchiveObservation, ArchiveSighting } from './archive-observation.ts';
import { assessArchives } from './rules/archives.ts';
import { explainUnknown } from './sighting.ts';

/** One end of a window as JSON: positions as PostgreSQL prints them, times in ISO 8601. */
export interface EdgeDocument {
  readonly lsn?: string | undefined;
  readonly timeline?: number | undefined;
  readonly segment?: string | undefined;
  readonly time?: string | undefined;
  readonly timeFrom?: WindowEdge['timeFrom'];
  readonly storedAt?: string | undefined;
}

export interface WindowDocument {
  readonly set: string;
  readonly from: EdgeDocument;
  readonly to: EdgeDocument;
}

export interface HoleDocument extends Omit<Hole, 'lostFrom' | 'lostTo'> {
  readonly lostFrom: EdgeDocument;
  readonly lostTo?: { readonly set: string; readonly time: string } | undefined;
}

/** A timeline in the archive with when something of it came last. */
export type TimelineDocument = Omit<ArchiveObservation['timelines'][number], 'lastStoredAt'> & {
  readonly lastStoredAt?: string | undefined;
};

export type ForeignDocument = Omit<ArchiveObservation['foreign'][number], 'firstStoredAt'> & {
  readonly firstStoredAt?: string | undefined;
};

/** What is known of the archive of a stanza in one repository, as `holdfast windows --json` gives it. */
export interface ArchiveDocument {
  readonly stanza: string;
  readonly repository: string;
  /** When it was seen; what follows was true then. */
  readonly observedAt?: string | undefined;
  /** Why it is not believed now. */
  readonly unknown?: string | undefined;
  readonly archiveId?: string | undefined;
  readonly segments?: number | undefined;
  readonly storedBytes?: number | undefined;
  readonly requests?: number | undefined;
  readonly oldestLookAt?: string | undefined;
  readonly newest?: { readonly segment: string; readonly storedAt: string } | undefined;
  readonly followed?: ArchiveObservation['followed'];
  readonly windows?: WindowsDocument | undefined;
  readonly timelines: readonly TimelineDocument[];
  readonly foreign: readonly ForeignDocument[];
  readonly duplicates: readonly string[];
  readonly partials: readonly string[];
  /** What is wrong with it. */
  readonly findings: readonly Finding[];
}

export interface WindowsDocument {
  readonly claimed?: WindowDocument | undefined;
  readonly contiguous: readonly WindowDocument[];
  readonly holes: readonly HoleDocument[];
  readonly proven: readonly {
    readonly set: string;
    readonly at?: string | undefined;
    readonly until?: string | undefined;
    readonly text: string;
  }[];
  readonly unusable: NonNullable<ArchiveObservation['windows']>['unusable'];
}

/** What is known of an archive, as a JSON document. @param now epoch milliseconds */
export function documentArchive(
  configuration: Configuration,
  sighting: ArchiveSighting,
  now: number,
): ArchiveDocument {
  const { stanza, repository, archive } = sighting;
  const { value, observedAt } = archive;
  const place = {
    stanza,
    repository,
    observedAt: iso(observedAt),
    unknown: explainUnknown(archive, now),
    findings: assessArchives(configuration, [sighting], now),
  };
  if (value === undefined) return { ...place, timelines: [], foreign: [], duplicates: [], partials: [] };
  const { archiveId, segments, storedBytes, requests, followed, duplicates, partials, newest } = value;
  return {
    ...place,
    archiveId,
    segments,
    storedBytes,
    requests,
    oldestLookAt: iso(value.oldestLookAt),
    newest: newest && { segment: newest.segment, storedAt: new Date(newest.storedAt).toISOString() },
    followed,
    windows: value.windows && documentWindows(value.windows),
    timelines: value.timelines.map((one) => ({ ...one, lastStoredAt: iso(one.lastStoredAt) })),
    foreign: value.foreign.map((one) => ({ ...one, firstStoredAt: iso(one.firstStoredAt) })),
    duplicates,
    partials,
  };
}

function documentWindows(windows: NonNullable<ArchiveObservation['windows']>): WindowsDocument {
  const { claimed, contiguous, holes, proven, unusable } = windows;
  return {
    claimed: claimed && documentWindow(claimed),
    contiguous: contiguous.map(documentWindow),
    holes: holes.map((hole) => ({
      ...hole,
      lostFrom: documentEdge(hole.lostFrom),
      lostTo: hole.lostTo && { set: hole.lostTo.set, time: new Date(hole.lostTo.time).toISOString() },
    })),
    proven: proven.map(({ set, at, until, text }) => ({ set, at: iso(at), until: iso(until), text })),
    unusable,
  };
}

function documentWindow({ set, from, to }: Window): WindowDocument {
  return { set, from: documentEdge(from), to: documentEdge(to) };
}

function documentEdge({ lsn, timeline, segment, time, timeFrom, storedAt }: WindowEdge): EdgeDocument {
  return {
    lsn: lsn === undefined ? undefined : formatLsn(lsn),
    timeline,
    segment,
    time: iso(time),
    timeFrom,
    storedAt: iso(storedAt),
  };
}

function iso(time: number | undefined): string | undefined {
  return time === undefined ? undefined : new Date(time).toISOString();
}
