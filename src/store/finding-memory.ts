import type { Finding, KnownFinding } from '../model/finding.ts';

/** What an assessment changes in what is remembered. */
export interface FindingChanges {
  readonly began: readonly KnownFinding[];
  /** Open before and still so: what is wrong with them, or when they were seen, is written anew. */
  readonly seen: readonly KnownFinding[];
  readonly ended: readonly KnownFinding[];
}

/** Which findings `list` gives. */
export interface FindingFilter {
  readonly stanza?: string | undefined;
  readonly rule?: string | undefined;
  /** Open at this time or later, epoch milliseconds. */
  readonly since?: number | undefined;
  readonly limit?: number | undefined;
}

/** Findings from their beginning to their end. Every writing call is one transaction. Times are epoch milliseconds. */
export interface FindingMemory {
  /** Those that have not ended, oldest first. */
  open(): readonly KnownFinding[];
  /**
   * Writes down what an assessment changed.
   *
   * @param alongside writes into the same journal in the same transaction: whoever tells of it has it noted, or it never
   * happened
   */
  record(changes: FindingChanges, alongside?: () => void): void;
  /** How many times a finding began at `since` or later. */
  begins(finding: Pick<Finding, 'rule' | 'subject'>, since: number): number;
  /** Newest beginning first. */
  list(filter?: FindingFilter): readonly KnownFinding[];
  /** Forgets what ended before that. @returns how many */
  forgetEndedBefore(time: number): number;
}
