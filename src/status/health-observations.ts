import type { ArchiveSighting } from './archive-observation.ts';
import type { DaemonObservation } from './daemon-observation.ts';
import type { ChannelObservation } from './delivery-observation.ts';
import type { RepositoryObservation } from './observations.ts';
import type { PrimarySighting } from './primary-observation.ts';

/** What a running Holdfast knows without asking anybody now; each part says when it was seen. */
export interface HealthObservations {
  readonly daemon: DaemonObservation;
  readonly sightings: readonly RepositorySighting[];
  /** One of each stanza and repository. */
  readonly archives: readonly ArchiveSighting[];
  /** One of each stanza. */
  readonly primaries: readonly PrimarySighting[];
  readonly channels: readonly ChannelObservation[];
  /** The newest run of each stanza, repository and kind that has ended. */
  readonly lastRuns: readonly RunObservation[];
  /** Restores and undos that have not come to their end. */
  readonly unfinished: readonly RunObservation[];
  readonly lines: readonly LineObservation[];
}

/** What the repositories of a stanza were seen to hold, and when. Times are epoch milliseconds. */
export interface RepositorySighting {
  readonly stanza: string;
  /** Of the last look that told something; undefined: nothing was ever seen. */
  readonly observedAt: number | undefined;
  /** How old a sighting may be until it counts for nothing. */
  readonly staleAfterMs: number;
  /** What that look saw. Empty when nothing was ever seen. */
  readonly repositories: readonly RepositoryObservation[];
  /** Why a later look failed; then `repositories` is what was true at `observedAt`, and no more than that. */
  readonly failure: { readonly at: number; readonly problem: string } | undefined;
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
