import type { RepositoryObservation } from '../../status/observations.ts';

/** What the repositories of a stanza were seen to hold, and when. */
export interface RepositorySighting {
  readonly stanza: string;
  /** Of the last look that told something, epoch milliseconds; undefined: nothing was ever seen. */
  readonly observedAt: number | undefined;
  /** What that look saw. Empty when nothing was ever seen. */
  readonly repositories: readonly RepositoryObservation[];
  /** Why the look after that one failed; then `repositories` is what was true at `observedAt`, and no more than that. */
  readonly failure: { readonly at: number; readonly problem: string } | undefined;
}

/**
 * Looks at the repositories now and then, so that nobody who asks for health or metrics makes the engine run: each
 * stanza at an interval, and after each job. One look at a time.
 */
export interface RepositoryWatch extends AsyncDisposable {
  /** Looks at this stanza soon: a job has ended. */
  refresh(stanza: string): void;
  /** Of all configured stanzas, in their order; never waits. */
  sightings(): readonly RepositorySighting[];
}
