import type { BackupSet, BackupType } from '../../model/backup-set.ts';
import { median } from '../../model/median.ts';

/** Where no set of a type tells how long one takes, milliseconds. */
const unknownDuration = 60_000;

/** How long backups take, milliseconds: the median of those that are there. */
export function usualDuration(sets: readonly BackupSet[]): (type: BackupType) => number {
  const known = new Map<BackupType, number>();
  for (const type of ['full', 'diff', 'incr'] as const) {
    const took = sets
      .filter((set) => set.type === type)
      .map(({ startTime, stopTime }) => stopTime - startTime);
    if (took.length > 0) known.set(type, median(took) * 1000);
  }
  return (type) => known.get(type) ?? unknownDuration;
}
