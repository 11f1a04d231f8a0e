/** A message on its way. Times are epoch milliseconds. */
export interface StoredDelivery {
  /** The same at every attempt. */
  readonly id: string;
  readonly channel: string;
  /** JSON; only notify/ knows what is in it. No secret is. */
  readonly message: string;
  readonly createdAt: number;
  readonly attempts: number;
  readonly deliveredAt: number | undefined;
  /** It was not delivered and never will be. */
  readonly givenUpAt: number | undefined;
  /** What the receiver answered, or why the last attempt failed. */
  readonly outcome: string | undefined;
}

/** A finding that a channel was told of and that is not over for it. */
export interface ToldEntry {
  readonly identity: string;
  /** JSON; only notify/ knows what is in it. */
  readonly told: string;
}

/** How the last attempts of a channel went. Times are epoch milliseconds. */
export interface ChannelRecord {
  readonly channel: string;
  readonly deliveredAt: number | undefined;
  /** Attempts in a row that failed, the last one of them, and the first one's time. */
  readonly failures: number;
  readonly failingSince: number | undefined;
  readonly failedAt: number | undefined;
  readonly problem: string | undefined;
  /** Nothing is tried before; undefined: at once. */
  readonly nextAttempt: number | undefined;
}

/** What a delivered message makes known to its channel. */
export interface ToldChange {
  readonly told: readonly ToldEntry[];
  /** Identities that are over. */
  readonly over: readonly string[];
}

/** An attempt that came through. */
export interface DeliveredAttempt {
  readonly channel: string;
  /** Undefined: a push of the state, which is no message. */
  readonly id: string | undefined;
  readonly at: number;
  readonly outcome: string;
  readonly change: ToldChange;
}

/** An attempt that did not. */
export interface FailedAttempt {
  readonly channel: string;
  readonly id: string | undefined;
  readonly at: number;
  readonly problem: string;
  readonly nextAttempt: number;
  /** The message is given up: what it had to tell is told by a new one. */
  readonly giveUp: boolean;
}

/**
 * What must be remembered so that every message is delivered at least once, in order, over restarts. Every call is one
 * transaction that is on disk when it returns. What a channel was told changes only together with the delivery of the
 * message that told it.
 */
export interface DeliveryMemory {
  /** Puts messages behind those of their channel that wait. */
  enqueue(messages: readonly Pick<StoredDelivery, 'id' | 'channel' | 'message' | 'createdAt'>[]): void;
  /** Waiting messages of a channel, in order. */
  waiting(channel: string): readonly StoredDelivery[];
  /** The newest first, whatever became of them. */
  latest(limit: number): readonly StoredDelivery[];
  told(channel: string): readonly ToldEntry[];
  /** Notes what needs no message: an end that the channel does not want to hear of. */
  note(channel: string, change: ToldChange): void;
  record(channel: string): ChannelRecord;
  succeed(attempt: DeliveredAttempt): void;
  fail(attempt: FailedAttempt): void;
  /** Lets a channel try at once: its configuration is another one. */
  hurry(channel: string): void;
  /** Forgets channels that are no longer there, with what waits for them. */
  keepOnly(channels: readonly string[]): void;
  /** Forgets messages that ended before. @returns how many */
  forgetBefore(time: number): number;
}
