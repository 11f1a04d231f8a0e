import type { NotifyChannel } from '../config/configuration.ts';
import type { KnownFinding } from '../model/finding.ts';
import type { SecretReference } from '../model/secret.ts';
import type { Notification, Sender } from './notification.ts';

/** What became of one attempt. `answer` and `problem` are for people and for the journal: no secret is in them. */
export type DeliveryResult =
  | {
      readonly delivered: true;
      /** `HTTP 200`, `250 2.0.0 Ok: queued as 12345`. */
      readonly answer: string;
    }
  | {
      readonly delivered: false;
      /** Lower case, no full stop: `HTTP 503`, `connection refused`. */
      readonly problem: string;
      /** The receiver will not take it as it is, however often it is tried. */
      readonly permanent: boolean;
      /** What the receiver asked to wait, milliseconds. */
      readonly retryAfterMs?: number | undefined;
    };

/** What a channel works with. */
export interface ChannelDeps {
  readonly sender: Sender;
  /** Looked up at each attempt, so that a changed secret counts at once. @throws Failure secret-unavailable */
  readonly resolveSecret: (reference: SecretReference) => Promise<string>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * A channel that is sent messages, one after the other; each waits on disk until it is delivered. `deliver` never
 * throws for what a receiver can do. The signal is the deadline of the attempt: when it aborts, everything that the
 * attempt has open must be closed.
 */
export interface MessageChannel {
  readonly type: 'messages';
  readonly deliver: (message: Notification, signal: AbortSignal) => Promise<DeliveryResult>;
}

/**
 * A channel that is told the present state again and again: nothing waits on disk, because the next push says all of
 * it. It is pushed to every `everyMs`, and soon after a finding has begun, changed or ended.
 */
export interface StateChannel {
  readonly type: 'state';
  readonly everyMs: number;
  readonly push: (state: FindingsState, signal: AbortSignal) => Promise<DeliveryResult>;
  /** A message that says that it is a test: for `holdfast notify test`. */
  readonly test: (id: string, signal: AbortSignal) => Promise<DeliveryResult>;
}

export type Channel = MessageChannel | StateChannel;

/** What a state channel is told: findings that the channel's configuration lets through. */
export interface FindingsState {
  readonly open: readonly KnownFinding[];
  /** Those that ended within the last day, the newest first. */
  readonly ended: readonly KnownFinding[];
  /** Epoch milliseconds. */
  readonly now: number;
}

/** Makes a channel of one kind. */
export type CreateChannel = (channel: NotifyChannel, deps: ChannelDeps) => Channel;
