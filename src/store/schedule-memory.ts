import type { SkipReason } from '../model/job.ts';

/** What is known of one line of a schedule. Times are epoch milliseconds. */
export interface LineMemory {
  /** When the line was first seen: nothing before that is ever caught up on. */
  readonly knownSince: number;
  /** Everything up to this time of the cron text has been decided. */
  readonly decidedUntil: number;
}

/** What was decided for one time of one line. */
export interface ScheduleDecision {
  readonly line: string;
  readonly stanza: string;
  readonly occurrence: number;
  readonly decidedAt: number;
  /** `run`: handed to the queue; how that ended the journal's run tells. */
  readonly decision: 'run' | 'skip';
  readonly reason: SkipReason | undefined;
  /** In words, for people. */
  readonly detail: string | undefined;
  /** The journal's run, once there is one. */
  readonly runId: string | undefined;
}

/** What the scheduler must remember over restarts. Every call is one transaction that is on disk when it returns. */
export interface ScheduleMemory {
  /** Notes lines that are new. @returns all that is known of the given lines */
  know(lines: readonly string[], now: number): ReadonlyMap<string, LineMemory>;
  /** What is known of the given lines; those that are new are not noted. Only reads. */
  recall(lines: readonly string[]): ReadonlyMap<string, LineMemory>;
  /** Writes decisions down and moves `decidedUntil` of their lines, in one transaction. */
  record(decisions: readonly ScheduleDecision[]): void;
  /**
   * The clock was far ahead when these lines were remembered: sets `knownSince` and `decidedUntil` back to `now` where
   * they are later, and forgets decisions for times after it, which will come again.
   */
  rewind(lines: readonly string[], now: number): void;
  /** The run that a decision led to, or the skip that it became after all (another host was faster). */
  settle(
    line: string,
    occurrence: number,
    end: Pick<ScheduleDecision, 'decision' | 'reason' | 'detail' | 'runId'>,
  ): void;
  /** Newest first: by when they were taken, and those of one line by the times that they are for. */
  decisions(filter?: {
    readonly stanza?: string | undefined;
    readonly line?: string | undefined;
    readonly limit?: number | undefined;
  }): readonly ScheduleDecision[];
}
