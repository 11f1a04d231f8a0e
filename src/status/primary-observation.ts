import type { Lsn, TimelineSwitch } from '../model/wal.ts';
import type { Sighting } from './sighting.ts';

/** What was seen of the primary of a stanza. */
export interface PrimarySighting {
  readonly stanza: string;
  readonly primary: Sighting<PrimaryObservation>;
}

/** Where the primary is, and how its archiving goes. Times are epoch milliseconds by the clock of this host. */
export interface PrimaryObservation {
  /** Undefined: this host. */
  readonly host: string | undefined;
  readonly systemIdentifier: bigint;
  /** PostgreSQL's major version. */
  readonly major: number;
  readonly timeline: number;
  /** Ancestors of its timeline, oldest first; undefined where its history file could not be read. */
  readonly history: readonly TimelineSwitch[] | undefined;
  readonly insertLsn: Lsn;
  /** Bytes. */
  readonly segmentSize: number;
  /** Seconds; 0 is off. */
  readonly archiveTimeout: number;
  readonly archiveMode: string;
  readonly archiver:
    | {
        readonly lastArchived: string | undefined;
        readonly lastArchivedAt: number | undefined;
        readonly failedCount: number;
        readonly lastFailed: string | undefined;
        readonly lastFailedAt: number | undefined;
      }
    | undefined;
  /** The server's clock minus ours, milliseconds, as well as the question's duration lets it be known. */
  readonly clockAheadMs: number;
  readonly walDirectory: WalDirectoryObservation | undefined;
  /** Why pg_wal of a server of this host could not be looked into. */
  readonly walDirectoryProblem?: string | undefined;
  /** The last heartbeat that this Holdfast committed. */
  readonly heartbeat: HeartbeatObservation | undefined;
  /** Why the last one that was due was not written. */
  readonly heartbeatFailure: { readonly at: number; readonly problem: string } | undefined;
  readonly rates: PrimaryRates;
  /** Earlier looks of the last hours, oldest first, and this one as the last. */
  readonly track: readonly TrackPoint[];
}

/** What one look found. What it did not see is undefined. */
export interface TrackPoint {
  readonly at: number;
  readonly lsn: Lsn;
  /** That the server was on. */
  readonly timeline?: number | undefined;
  /** End of the last segment of that timeline that pg_stat_archiver called archived. */
  readonly claimedEnd?: Lsn | undefined;
  /** Segments that waited to be archived. */
  readonly ready?: number | undefined;
  /** Free in the file system of pg_wal, bytes. */
  readonly availableBytes?: number | undefined;
}

export interface WalDirectoryObservation {
  readonly segments: number;
  readonly bytes: number;
  /** Segments that wait to be archived. */
  readonly ready: number;
  /** Of the file system that holds it; undefined for a server on another host. */
  readonly availableBytes: number | undefined;
  readonly totalBytes: number | undefined;
}

export interface HeartbeatObservation {
  /** The server's clock right before the commit, epoch milliseconds. */
  readonly at: number;
  /** After its commit. */
  readonly lsn: Lsn;
  readonly timeline: number;
}

/** Measured over what was remembered; undefined until two looks lie far enough apart. */
export interface PrimaryRates {
  readonly walBytesPerSecond: number | undefined;
  /** Milliseconds between the looks that it was measured from. */
  readonly overMs: number;
}
