import type { RepositorySighting } from '../../status/health-observations.ts';

/**
 * Looks at the repositories now and then, so that nobody who asks for health or metrics makes the engine run: each
 * stanza at an interval, and after each job.
 */
export interface RepositoryWatch extends AsyncDisposable {
  /** Looks soon: a job of this stanza has ended. Without a stanza at all of them: the configuration is another. */
  refresh(stanza?: string): void;
  /** Of all configured stanzas, in their order; never waits. */
  sightings(): readonly RepositorySighting[];
}
