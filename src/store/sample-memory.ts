import type { Lsn } from '../model/wal.ts';

/** A measured value. `at` is epoch milliseconds by the clock of this host. */
export interface Sample {
  readonly at: number;
  readonly value: number;
}

/** A heartbeat that was committed. */
export interface CommittedHeartbeat {
  readonly systemIdentifier: bigint;
  readonly timeline: number;
  /** Behind its commit: WAL up to here holds it. */
  readonly lsn: Lsn;
  /** The server's clock right before the commit, epoch milliseconds: what a restore target in time is compared with. */
  readonly at: number;
  /** Grows by one with each heartbeat of this journal and stanza. */
  readonly sequence: number;
}

/**
 * Measurements over time, and the heartbeats that were committed. Recent ones are all there; older ones become fewer
 * (`thin`). Every writing call is one transaction.
 */
export interface SampleMemory {
  /** Values by name, all measured at one moment. One that is there already for that moment is replaced. */
  note(stanza: string, at: number, values: Readonly<Record<string, number>>): void;
  /** Oldest first. @param since epoch milliseconds */
  samples(stanza: string, name: string, since: number): readonly Sample[];
  noteHeartbeat(stanza: string, heartbeat: CommittedHeartbeat): void;
  /** The newest one by time, of any timeline and any database that the stanza had. */
  lastHeartbeat(stanza: string): CommittedHeartbeat | undefined;
  /**
   * The last one of a timeline whose commit lies in WAL before a position.
   *
   * @param before end of the WAL that is there
   */
  heartbeatBefore(
    stanza: string,
    of: Pick<CommittedHeartbeat, 'systemIdentifier' | 'timeline'>,
    before: Lsn,
  ): CommittedHeartbeat | undefined;
  /**
   * The name of this journal in heartbeats. It tells two Holdfasts apart that beat for one stanza.
   *
   * @param fresh a random one, used when there is none yet
   */
  installation(fresh: () => string): string;
  /**
   * Makes what is old fewer; the last of each period stays. Heartbeats: all of two days, then one in ten minutes for a
   * week, one an hour for two months, one a day for ever: so the end of an old window is known to the hour or the day, and
   * always too early rather than too late. Samples: all of a day, then one an hour for a month, then none.
   *
   * @returns how many rows were removed
   */
  thin(stanza: string, now: number): number;
}
