import type { Stanza } from '../config/configuration.ts';
import type { LoggedRun } from '../engine/run-logged-engine.ts';
import type { JobEvent, JobRequest } from '../model/job.ts';
import type { JobDeps } from './job-deps.ts';

/** What the part of a job that does the work is given by its runner, which has begun the run in the journal. */
export interface JobWorkContext {
  readonly request: JobRequest;
  readonly stanza: Stanza;
  readonly deps: JobDeps;
  readonly runId: string;
  /** Aborts on request and when the lease is lost. */
  readonly signal: AbortSignal;
  /** Progress is noted in the journal, too. */
  readonly emit: (event: JobEvent) => void;
  /**
   * For runLoggedEngine: the run's log file, the guard that ties the engine to the lease (undefined where there is none),
   * and the note of the engine's process in the journal. Every engine that changes something is run so.
   */
  readonly logged: LoggedRun;
  /** Called with each child's pid as soon as it runs. */
  readonly onSpawn?: ((pid: number) => void) | undefined;
}

/** What was done: for the journal and for `--json`. */
export interface JobWorkResult {
  readonly facts: Readonly<Record<string, unknown>>;
  readonly warnings: readonly string[];
  /** Of the set that was made. */
  readonly label?: string | undefined;
  /** What it added to the repository. */
  readonly bytes?: number | undefined;
  /** Facts for `--json` alone, which are too many for the journal. */
  readonly answer?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * The work of one kind of job. The runner holds the lease around it, and writes its result or failure into the journal.
 *
 * @throws Failure interrupted when the signal aborted, and whatever else the work meets
 */
export type JobWork = (context: JobWorkContext) => Promise<JobWorkResult>;
