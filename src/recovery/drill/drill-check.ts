import type { DrillCheck, DrillCheckResult, DrillQuery, DrillReport } from '../../model/drill.ts';
import type { Server } from '../../postgres/server.ts';
import type { MadeCopy } from '../copy/make-copy.ts';

/** What the checks of a drill are told. */
export interface DrillSettings {
  /** `target` is always done. */
  readonly checks: readonly DrillCheck[];
  readonly queries: readonly DrillQuery[];
}

/** What one check may use. */
export interface DrillCheckContext {
  readonly copy: MadeCopy;
  /** Production's server, for comparison; it may be down. */
  readonly production: Server;
  readonly settings: DrillSettings;
  /** The drill of this stanza before, when it passed. */
  readonly previous: DrillReport | undefined;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly signal: AbortSignal | undefined;
}

/** What a check found; how long it took is measured around it. */
export type CheckOutcome = Pick<DrillCheckResult, 'result' | 'detail' | 'facts'>;

/**
 * One check. What is wrong with the restored cluster is a result, never an exception.
 *
 * @throws Failure interrupted, and server-unreachable when the restored server died: the drill failed then
 */
export type RunDrillCheck = (context: DrillCheckContext) => Promise<CheckOutcome>;

export function passed(detail: string, facts: Readonly<Record<string, unknown>> = {}): CheckOutcome {
  return { result: 'passed', detail, facts };
}

export function failed(detail: string, facts: Readonly<Record<string, unknown>> = {}): CheckOutcome {
  return { result: 'failed', detail, facts };
}

export function notDone(detail: string, facts: Readonly<Record<string, unknown>> = {}): CheckOutcome {
  return { result: 'not-done', detail, facts };
}
