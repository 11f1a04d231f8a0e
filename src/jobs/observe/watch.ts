import type { Sighting } from '../../status/sighting.ts';

/**
 * Looks at things again and again, so that nobody who asks for health or metrics makes anything run. What a look finds
 * stays until the next one; one that fails is written beside what was seen before, and both say when.
 */
export interface Watch<Value> extends AsyncDisposable {
  /** Looks soon: something has happened there. Without a key at all of them: the configuration is another. */
  refresh(key?: string): void;
  /** What is known of one thing; never waits, and never throws: nothing is known of a key that is not watched. */
  sighting(key: string): Sighting<Value>;
  /**
   * What a look tells that began at `since` (epoch milliseconds) or later; one is made when there is none. Never throws:
   * where it fails, or the watch ends, the sighting says what is known.
   */
  lookSince(key: string, since: number): Promise<Sighting<Value>>;
}

/** One thing to look at. */
export interface WatchedSubject<Subject> {
  /** Unique within the watch, and the same after a restart: `main`, `main/offsite`. */
  readonly key: string;
  readonly subject: Subject;
}

/** The key of a repository of a stanza; neither name can have a slash in it. */
export function repositoryKey(stanza: string, repository: string): string {
  return `${stanza}/${repository}`;
}
