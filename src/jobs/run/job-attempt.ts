import type { Stanza } from '../../config/configuration.ts';
import type { JobRequest } from '../../model/job.ts';
import type { JobDeps, JobRunOptions } from '../job-deps.ts';

/** One attempt at one job. */
export interface JobAttempt {
  readonly request: JobRequest;
  readonly stanza: Stanza;
  readonly deps: JobDeps;
  readonly options: JobRunOptions;
  /** From 1. */
  readonly attempt: number;
  /** The run of the attempt before. */
  readonly retryOf: string | undefined;
  /** Of `deps.clock.monotonic()` when the attempt began. */
  readonly began: number;
  /** Of the run that this attempt becomes; the lease carries it, too. */
  readonly runId: string;
}
