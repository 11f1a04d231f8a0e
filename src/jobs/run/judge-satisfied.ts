import type { BackupSet, BackupType } from '../../model/backup-set.ts';

/** The annotation that tells for which time of a schedule a set was made, as ISO 8601 in UTC. */
export const occurrenceAnnotation = 'holdfast-occurrence';

/** What a schedule wants in one repository. */
export interface ScheduledWish {
  readonly type: BackupType;
  /** The time of the cron text, epoch milliseconds, by the clock of the host that decides. */
  readonly occurrence: number;
  /** The database that the cluster is now: sets of before an upgrade do not count. Undefined: any. */
  readonly databaseId: number | undefined;
  /** Epoch milliseconds, by the same clock. */
  readonly now: number;
}

/** Seconds that the clocks of two hosts may differ: a set's times are the database server's. */
const clockSkewSeconds = 30;

const strength: Readonly<Record<BackupType, number>> = { incr: 1, diff: 2, full: 3 };

/**
 * The set that makes a scheduled backup needless, because another host was faster or somebody took one by hand: of the
 * same or a stronger type, sound, and made for this very time or begun after it. A set that was made for another time
 * must have begun after this one by its own clock: it is no sign that the clocks differ. One that has not begun yet by
 * this host's clock was taken while some clock was wrong: by it every schedule until then would be satisfied.
 *
 * @param sets of one repository
 * @returns the newest such set
 */
export function judgeSatisfied(wish: ScheduledWish, sets: readonly BackupSet[]): BackupSet | undefined {
  return sets.findLast((set) => {
    if (set.error || strength[set.type] < strength[wish.type]) return false;
    if (wish.databaseId !== undefined && set.databaseId !== wish.databaseId) return false;
    const madeFor = set.annotations[occurrenceAnnotation];
    if (madeFor === formatOccurrence(wish.occurrence)) return true;
    const tolerance = madeFor === undefined ? clockSkewSeconds : 0;
    const hasBegun = set.startTime <= wish.now / 1000 + clockSkewSeconds;
    return hasBegun && set.startTime + tolerance >= wish.occurrence / 1000;
  });
}

/** The annotation's text for a time in epoch milliseconds. */
export function formatOccurrence(occurrence: number): string {
  return new Date(occurrence).toISOString();
}
