import type { BackupSet, BackupType } from './backup-set.ts';

/** A newer full protects as a differential would, and both as an incremental would: what counts as the last of a type. */
const counts: Readonly<Record<BackupType, readonly BackupType[]>> = {
  full: ['full'],
  diff: ['full', 'diff'],
  incr: ['full', 'diff', 'incr'],
};

/**
 * The last set of each type in whichever repository, as pgbackrest_exporter counts (`compareLastBackups`). Empty without
 * a full. Of two that ended in the same second (one is a copy of the other) it is that of the first repository, as
 * pgBackRest's info lists them.
 */
export function lastSets(
  sets: readonly BackupSet[],
): readonly { readonly type: BackupType; readonly set: BackupSet }[] {
  if (!sets.some((set) => set.type === 'full')) return [];
  return (['full', 'diff', 'incr'] as const).flatMap((type) => {
    const set = newestOf(sets.filter((candidate) => counts[type].includes(candidate.type)));
    return set === undefined ? [] : [{ type, set }];
  });
}

function newestOf(sets: readonly BackupSet[]): BackupSet | undefined {
  let newest: BackupSet | undefined;
  for (const set of sets) {
    const later = newest === undefined ? 1 : set.stopTime - newest.stopTime;
    if (newest === undefined || later > 0 || (later === 0 && set.repositoryKey < newest.repositoryKey))
      newest = set;
  }
  return newest;
}
