import type { NotifyChannel } from '../config/configuration.ts';
import type { KnownFinding } from '../model/finding.ts';
import type { SecretReference } from '../model/secret.ts';
import type { DeliveryMemory } from '../store/delivery-memory.ts';
import type { CreateChannel } from './channel.ts';
import type { Sender } from './notification.ts';

/** Time as the notifier sees it. */
export interface NotifierClock {
  /** Epoch milliseconds. It may jump. */
  now(): number;
  /** Milliseconds that never go back. */
  monotonic(): number;
  /** @throws the signal's reason when it aborts first */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** What happened, for the log of the daemon. No secret is in it. */
export interface NotifierEvent {
  readonly kind: 'delivered' | 'failed' | 'given-up' | 'recovered';
  readonly channel: string;
  readonly message: string | undefined;
  readonly text: string;
}

export interface NotifierDeps {
  /** Those of the configuration in use. */
  readonly channels: () => readonly NotifyChannel[];
  /** What is there, and what ended within the last day; undefined: nothing was assessed yet. */
  readonly findings: () => readonly KnownFinding[] | undefined;
  readonly memory: DeliveryMemory;
  readonly createChannel: CreateChannel;
  readonly resolveSecret: (reference: SecretReference) => Promise<string>;
  readonly sender: Sender;
  readonly clock: NotifierClock;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly newId: () => string;
  readonly onEvent: (event: NotifierEvent) => void;
  /** The journal cannot be written: what is to be told is told once it can be. */
  readonly onTrouble: (error: unknown) => void;
}
