import type { Writable } from 'node:stream';
import type { Stanza } from '../config/configuration.ts';
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
  readonly emit: (event: JobEvent) => void;
  /** Descriptors that every child that changes something keeps open: the lease's. Empty where there is no lease. */
  readonly inherit: readonly Writable[];
  /** Called with each child's pid as soon as it runs. */
  readonly onSpawn?: ((pid: number) => void) | undefined;
}

/** What was done: for the journal and for `--json`. */
export interface JobWorkResult {
  readonly facts: Readonly<Record<string, unknown>>;
  readonly warnings: readonly string[];
}

/**
 * The work of one kind of job. The runner holds the lease around it, and writes its result or failure into the journal.
 *
 * @throws Failure interrupted when the signal aborted, and whatever else the work meets
 */
export type JobWork = (context: JobWorkContext) => Promise<JobWorkResult>;
