import type { DrillMeasurements } from '../model/drill.ts';

/** The newest drill of a repository that came to an end of its own. Times are epoch milliseconds. */
export interface DrillObservation {
  readonly stanza: string;
  /** Empty where it failed before one was chosen. */
  readonly repository: string;
  /** The journal's run. */
  readonly id: string;
  readonly endedAt: number;
  readonly passed: boolean;
  /** Label; empty where none was chosen. */
  readonly set: string;
  /** Why it failed, one sentence each. */
  readonly problems: readonly string[];
  readonly measured: DrillMeasurements;
}
