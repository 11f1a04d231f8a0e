import type { Finding } from '../model/finding.ts';
import type { Incident } from '../model/incident.ts';
import type { Catalogue } from '../model/backup-set.ts';
import type { ArchiveSighting } from './archive-observation.ts';
import type { CertificateObservation } from './certificate-observation.ts';
import type { DaemonObservation } from './daemon-observation.ts';
import type { DrillObservation } from './drill-observation.ts';
import type { ChannelObservation } from './delivery-observation.ts';
import type { LeftCopy } from './left-copy.ts';
import type { CheckObservations, RepositoryObservation } from './observations.ts';
import type { PrimarySighting } from './primary-observation.ts';
import type { Sighting } from './sighting.ts';

/**
 * Everything that `assess` judges. What was not looked at is left out: nothing is said of it then. What was looked at
 * and could not be seen is there and says so.
 */
export interface Observations extends Partial<HealthObservations> {
  /** Looks that try something, of `holdfast check`. */
  readonly checks?: readonly CheckObservations[];
  /** No daemon answered whoever looked. */
  readonly withoutDaemon?: {
    /** Lines of schedules that nobody keeps then. */
    readonly schedules: number;
    readonly stateDirectory: string;
  };
}

/** What a running Holdfast knows without asking anybody now; each part says when it was seen. */
export interface HealthObservations {
  readonly daemon: DaemonObservation;
  /** One of each stanza: what pgBackRest says of its repositories. */
  readonly sightings: readonly RepositorySighting[];
  /** One of each stanza and repository. */
  readonly archives: readonly ArchiveSighting[];
  /** One of each stanza. */
  readonly primaries: readonly PrimarySighting[];
  readonly channels: readonly ChannelObservation[];
  /** Copies that should be gone; undefined: nobody looked. */
  readonly leftCopies?: readonly LeftCopy[] | undefined;
  /** Certificates of pgBackRest's TLS on this host; undefined: nobody looked. */
  readonly certificates?: readonly CertificateObservation[] | undefined;
  /** The newest run of each stanza, repository and kind that has ended. */
  readonly lastRuns: readonly RunObservation[];
  /** The newest restore of each stanza that ended well; undefined: nobody looked. */
  readonly restores?: readonly RunObservation[] | undefined;
  /** The last drill of each repository; undefined: nobody looked. */
  readonly drills?: readonly DrillObservation[] | undefined;
  /** What the last verify of each repository found; undefined: nobody looked. */
  readonly verified?: readonly VerifiedObservation[] | undefined;
  /** What the last check of each stanza found; undefined: nobody looked. */
  readonly checked?: readonly CheckedObservation[] | undefined;
  /** Restores and undos that have not come to their end. */
  readonly unfinished: readonly RunObservation[];
  readonly lines: readonly LineObservation[];
  /** Lost WAL, newest first; undefined: nobody looked. */
  readonly incidents?: readonly Incident[] | undefined;
}

/** What the repositories of a stanza were seen to hold. */
export interface RepositorySighting {
  readonly stanza: string;
  readonly catalogue: Sighting<CatalogueObservation>;
}

/** One answer of `pgbackrest info`. */
export interface CatalogueObservation {
  /** All that it said, for metrics. */
  readonly whole: Catalogue;
  /** How many databases a set holds, by `1/LABEL` (repository key); only of those that were asked for. */
  readonly databases?: ReadonlyMap<string, number> | undefined;
  /** The same by configured repository, as rules judge it. */
  readonly repositories: readonly RepositoryObservation[];
}

/** What verify found in a repository. */
export interface VerifiedObservation {
  readonly stanza: string;
  readonly repository: string;
  /** The journal's run. */
  readonly run: string;
  /** Epoch milliseconds. */
  readonly endedAt: number;
  readonly sets: readonly {
    readonly label: string;
    readonly filesChecked: number;
    readonly filesValid: number;
  }[];
  /** What is damaged or missing, in words; empty: all that was read is as it was written. */
  readonly damage: readonly string[];
}

/** What a check found. */
export interface CheckedObservation {
  readonly stanza: string;
  /** The journal's run. */
  readonly run: string;
  /** Epoch milliseconds. */
  readonly endedAt: number;
  readonly findings: readonly Finding[];
}

/** A run of the journal. Times are epoch milliseconds. */
export interface RunObservation {
  readonly id: string;
  readonly kind: string;
  readonly stanza: string | undefined;
  readonly repository: string | undefined;
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  readonly result: 'running' | 'ok' | 'failed' | 'interrupted';
  /** Why it failed, in words. */
  readonly problem: string | undefined;
  /** Whether the process still lives that runs it; only of one that is running. */
  readonly alive: boolean | undefined;
}

/** What became of the last time of a line of a schedule. Times are epoch milliseconds. */
export interface LineObservation {
  readonly line: string;
  readonly stanza: string;
  readonly occurrence: number;
  readonly decision: 'run' | 'skip';
  readonly reason: string | undefined;
  readonly detail: string | undefined;
  /** The run that it led to, once there is one. */
  readonly run: RunObservation | undefined;
}
