/** What a lease is for: the right to change one repository of one stanza. */
export interface LeaseResource {
  readonly stanza: string;
  /** The same text on every host that can reach the repository: its kind, bucket and path, never its name or number. */
  readonly repository: string;
}

/** A lease that is held. Disposing gives it back once nobody else holds its descriptor open. */
export interface Lease extends AsyncDisposable {
  readonly resource: LeaseResource;
  /** Aborts when the session ends that holds it: the primary went away or somebody ended it. Then the engine must stop. */
  readonly lost: AbortSignal;
  /**
   * The write end of the session's stdin. A child that inherits it holds the lease as long as it lives, also after this
   * Holdfast was killed: the session ends with the last one that has it open.
   */
  readonly descriptor: import('node:stream').Writable;
}
