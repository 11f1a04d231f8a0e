import type { Actor } from '../model/actor.ts';

/** One action that changed something. Entries are only ever added. */
export interface AuditEntry {
  /** From 1, without gaps. */
  readonly sequence: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly actor: Actor;
  /** `backup started`, `backup ended`, `set pinned`, `configuration reloaded`, `journal rebuilt`, … */
  readonly action: string;
  readonly stanza: string | undefined;
  /** The run that it belongs to. */
  readonly runId: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;
  /** Hex SHA-256 over the entry before it and this one: a change anywhere breaks everything after it. */
  readonly hash: string;
}

export type NewAuditEntry = Pick<AuditEntry, 'actor' | 'action' | 'stanza' | 'runId' | 'details'>;

/** Where the chain stood at some time, noted outside of the journal (an annotation of a set), to prove its past. */
export interface AuditAnchor {
  readonly sequence: number;
  readonly hash: string;
}

/** What a look through the whole chain found. */
export interface AuditVerdict {
  readonly entries: number;
  readonly head: AuditAnchor | undefined;
  /** Empty when every hash and every anchor is right. Each says which entry and what is wrong, in words. */
  readonly problems: readonly string[];
  /** Entries that were lost with a damaged journal, as its rebuilding noted in the trail. Not proof of tampering. */
  readonly losses: readonly string[];
}

/** The append-only, hash-chained list of every action that changed something. */
export interface AuditTrail {
  append(entry: NewAuditEntry): AuditEntry;
  /** Newest first. */
  list(filter?: {
    readonly stanza?: string | undefined;
    readonly limit?: number | undefined;
  }): readonly AuditEntry[];
  /** The last entry, for an anchor elsewhere. */
  head(): AuditAnchor | undefined;
  /** True when the entry of that number has that hash. */
  has(anchor: AuditAnchor): boolean;
  /** Computes every hash again, compares anchors that were kept elsewhere, and the runs with what it says of them. */
  verify(anchors?: readonly AuditAnchor[]): AuditVerdict;
}
