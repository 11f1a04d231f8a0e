import type { EngineVersion } from '../model/engine-version.ts';
import type { JobRequest } from '../model/job.ts';

/** What a running Holdfast sees of itself at one moment. Times are epoch milliseconds. */
export interface DaemonObservation {
  readonly version: string;
  /** Of pgBackRest; undefined where nobody asked for it. */
  readonly engineVersion?: EngineVersion | undefined;
  readonly startedAt: number;
  /**
   * Milliseconds since the loop of the scheduler turned last, by a clock that never goes back; undefined before its
   * first turn.
   */
  readonly sinceTickMs: number | undefined;
  /** The most that lies between two turns when all is well, milliseconds. */
  readonly tickEveryMs: number;
  readonly journalOpen: boolean;
  /** Why the last thing could not be written into it: a full disk, say. */
  readonly journalProblem?: string | undefined;
  readonly schedulerRunning: boolean;
  /** It was told to end, and begins nothing more. */
  readonly stopping: boolean;
  readonly configuration: {
    readonly loadedAt: number;
    /** The last attempt to load another one, when that was refused: the old one goes on. */
    readonly refused: { readonly at: number; readonly problem: string } | undefined;
  };
  readonly jobs: readonly DaemonJob[];
  /** Stanzas of which nothing is begun, because something else works on them (a restore). */
  readonly holds: readonly { readonly stanza: string; readonly why: string; readonly since: number }[];
}

/** A job in the queue or at work. */
export interface DaemonJob {
  readonly request: JobRequest;
  readonly state: 'waiting' | 'running';
  /** Since when it waits, or runs. */
  readonly since: number;
  /** The journal's run, once there is one. */
  readonly runId: string | undefined;
}
