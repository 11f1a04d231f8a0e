import type { Incident } from '../model/incident.ts';

/** Which incidents `list` gives. */
export interface IncidentFilter {
  readonly stanza?: string | undefined;
  readonly repository?: string | undefined;
  /** Open then or later, epoch milliseconds. */
  readonly since?: number | undefined;
  readonly limit?: number | undefined;
}

/** Incidents are kept for ever: they say what was lost. */
export interface IncidentMemory {
  /** Newest beginning first. */
  list(filter?: IncidentFilter): readonly Incident[];
  /**
   * Writes down incidents as they are now, new ones and known ones.
   *
   * @param alongside writes into the same journal in the same transaction
   */
  record(incidents: readonly Incident[], alongside?: () => void): void;
}
