import type { Severity } from '../model/finding.ts';

/** Severities that are told; advice is not. */
export type ToldSeverity = Exclude<Severity, 'advice'>;

/** Which Holdfast speaks. */
export interface Sender {
  readonly host: string;
  /** Of Holdfast. */
  readonly version: string;
}

/** A finding as messages carry it. Times are epoch milliseconds. */
export interface NotifiedFinding {
  /** The same for the same finding in every message: the first 16 digits of its identity's SHA-256. */
  readonly fingerprint: string;
  readonly rule: string;
  readonly severity: ToldSeverity;
  /** What was told last, where it changed. */
  readonly previousSeverity?: ToldSeverity | undefined;
  readonly subject: string;
  readonly stanza?: string | undefined;
  readonly repository?: string | undefined;
  readonly problem: string;
  readonly evidence: string;
  readonly remedy: string;
  readonly since: number;
  /** Undefined: it is still there. */
  readonly endedAt?: number | undefined;
  /** Why nobody can say now whether it is still there. */
  readonly unseenBecause?: string | undefined;
}

/**
 * One message: what became of the findings of a group since the last message. It is made once and stays the same at
 * every attempt, so that who gets it twice can know it by its id.
 */
export interface Notification {
  readonly id: string;
  readonly kind: 'findings' | 'test';
  readonly channel: string;
  readonly sender: Sender;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** `stanza main`, `daemon`, or `several stanzas`: what is told together, and what ends together. */
  readonly group: string;
  /** Id of the first message of the trouble that this one goes on with; its own id when it is the first. */
  readonly thread: string;
  /** `resolved`: nothing of the group is left. */
  readonly status: 'firing' | 'resolved';
  /** The worst of what is there, or of what there was. */
  readonly severity: ToldSeverity;
  /** One line for people. */
  readonly summary: string;
  readonly began: readonly NotifiedFinding[];
  /** Their severity is another one. */
  readonly changed: readonly NotifiedFinding[];
  /** Told before, and still there. */
  readonly repeated: readonly NotifiedFinding[];
  readonly ended: readonly NotifiedFinding[];
  /** Began and ended while this channel could not be reached, so that they were never told. */
  readonly missed: readonly NotifiedFinding[];
  /** How many findings of the group are there now, those of this message among them. */
  readonly open: number;
}
