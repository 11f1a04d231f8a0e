import type {
  DrillAmcheckRules,
  DrillCheck,
  DrillCheckResult,
  DrillCountRules,
  DrillQuery,
  DrillReport,
} from '../../model/drill.ts';
import type { Stanza } from '../../config/configuration.ts';
import type { Server } from '../../postgres/server.ts';
import type { Journal } from '../../store/journal.ts';
import type { MadeCopy } from '../copy/make-copy.ts';

/** What the checks of a drill are told. */
export interface DrillSettings {
  /** `target` is always done. */
  readonly checks: readonly DrillCheck[];
  readonly queries: readonly DrillQuery[];
  readonly counts?: DrillCountRules | undefined;
  readonly amcheck?: DrillAmcheckRules | undefined;
  /** How many things are read at once; 2 where it is not said. */
  readonly processes?: number | undefined;
}

/** What one check may use. */
export interface DrillCheckContext {
  readonly copy: MadeCopy;
  /** Production's server, for comparison; it may be down. */
  readonly production: Server;
  readonly stanza: Pick<Stanza, 'name' | 'heartbeat'>;
  readonly journal: Pick<Journal, 'samples'>;
  readonly settings: DrillSettings;
  /** The drill of this stanza before, when it passed. */
  readonly previous: DrillReport | undefined;
  /** When the drill began, epoch milliseconds: with `latest`, what is not there up to then would have been lost. */
  readonly beganAt: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly signal: AbortSignal | undefined;
  /** How far a check is that takes long. */
  readonly onProgress?: ((progress: DrillCheckProgress) => void) | undefined;
}

/** How far a check is; lower case, no full stop. */
export interface DrillCheckProgress {
  readonly message: string;
  /** 0 to 100, where the end is known. */
  readonly percent?: number | undefined;
}

/** What a check found; how long it took is measured around it. */
export type CheckOutcome = Pick<DrillCheckResult, 'result' | 'detail' | 'facts'>;

/**
 * One check. What is wrong with the restored cluster is a result, never an exception.
 *
 * @throws Failure interrupted; any other is what is wrong with the restored server, which may have died
 */
export type RunDrillCheck = (context: DrillCheckContext) => Promise<CheckOutcome>;

export function passed(detail: string, facts: Readonly<Record<string, unknown>> = {}): CheckOutcome {
  return { result: 'passed', detail, facts };
}

export function failed(detail: string, facts: Readonly<Record<string, unknown>> = {}): CheckOutcome {
  return { result: 'failed', detail, facts };
}

/** There is nothing to look at in this cluster, with this configuration. */
export function notApplicable(detail: string, facts: Readonly<Record<string, unknown>> = {}): CheckOutcome {
  return { result: 'not-applicable', detail, facts };
}

/** It could not be done, though there is something to look at. */
export function notDone(detail: string, facts: Readonly<Record<string, unknown>> = {}): CheckOutcome {
  return { result: 'not-done', detail, facts };
}
