/** A job as the queue sees it: what it needs to itself, and how urgent it is. */
export interface QueueEntry {
  /** Counts up in the order of submission. */
  readonly id: number;
  readonly stanza: string;
  /** The identity of the repository that it works on, the same for every stanza that uses it; undefined: none. */
  readonly repository: string | undefined;
  /** pgBackRest takes its lock of the stanza for it (backup, expire): one at a time. */
  readonly takesEngineLock: boolean;
  /**
   * A drill: it has one place of its own on this host, besides those of the other jobs, and somebody who wants its
   * stanza for themselves does not wait for it but stops it.
   */
  readonly isDrill?: boolean | undefined;
  /** Higher goes first. */
  readonly priority: number;
}

export interface WaitingEntry extends QueueEntry {
  /** How many jobs that came later have begun before it while it could have. */
  readonly overtaken: number;
}

/** Somebody who wants a stanza left alone. */
export interface QueueHold {
  /** Counts up together with the jobs. */
  readonly id: number;
  readonly stanza: string;
  /** `everything`: no job of the stanza is begun. `changes`: none that takes the engine's lock. */
  readonly covers: 'everything' | 'changes';
  readonly granted: boolean;
}

/** At least 1 each. */
export interface QueueLimits {
  /** Most jobs at once, drills not counted. */
  readonly parallel: number;
  /** Most jobs at once in one repository, of any stanza. */
  readonly parallelPerRepository: number;
}

export interface QueueState {
  readonly limits: QueueLimits;
  /** In the order of submission. */
  readonly waiting: readonly WaitingEntry[];
  readonly running: readonly QueueEntry[];
  /** In the order in which they were asked for. */
  readonly holds: readonly QueueHold[];
  /** Nothing is begun or taken in any more. */
  readonly closed: boolean;
}

export type QueueEvent =
  | { readonly kind: 'submitted'; readonly entry: QueueEntry }
  /** A job that ran does nothing for a while and needs nothing meanwhile; `submitted` again when it wants to go on. */
  | { readonly kind: 'paused'; readonly id: number }
  /** A job that ran came to its end, however. */
  | { readonly kind: 'ended'; readonly id: number }
  /** Nobody wants the job any more. */
  | { readonly kind: 'withdrawn'; readonly id: number }
  | { readonly kind: 'hold-asked'; readonly hold: Omit<QueueHold, 'granted'> }
  | { readonly kind: 'hold-given-back'; readonly id: number }
  | { readonly kind: 'limits-changed'; readonly limits: QueueLimits }
  | { readonly kind: 'closed' };

/** What has to be done now, in this order. */
export type QueueEffect =
  | { readonly kind: 'begin'; readonly id: number }
  /** It runs: it shall end soon, and `ended` follows. */
  | { readonly kind: 'stop'; readonly id: number }
  /** It waited and is out of the queue: it will never begin. */
  | { readonly kind: 'drop'; readonly id: number }
  | { readonly kind: 'grant'; readonly id: number }
  /** A hold that will never be granted. */
  | { readonly kind: 'refuse'; readonly id: number };

/** A queue without jobs. */
export function emptyQueue(limits: QueueLimits): QueueState {
  return { limits, waiting: [], running: [], holds: [], closed: false };
}
