import type { BackupSet } from '../../model/backup-set.ts';
import type { Retention } from '../../model/repository.ts';

/**
 * The set from whose start on the WAL retention keeps all WAL, so that every moment since can be restored. Of sets
 * before it there is only the WAL that makes them consistent (pgBackRest `src/command/expire/expire.c`,
 * removeExpiredArchive).
 *
 * @param sets of one database in one repository
 * @param now epoch milliseconds
 * @returns undefined when there is no set
 */
export function walKeptFrom(
  { full, archive }: Retention,
  sets: readonly BackupSet[],
  now: number,
): BackupSet | undefined {
  const newestFirst = sets.toSorted((left, right) => right.stopTime - left.stopTime);
  const oldest = newestFirst.at(-1);
  const fulls = newestFirst.filter((set) => set.type === 'full');
  if (archive !== 'follow') {
    const counted = newestFirst.filter(
      (set) => set.type === 'full' || archive.type === 'incr' || set.type === archive.type,
    );
    return counted[archive.count - 1] ?? oldest;
  }
  if (full === undefined) return oldest;
  if (full.by === 'count') return fulls[full.count - 1] ?? oldest;
  const since = now / 1000 - full.days * 86_400;
  return fulls.find((set) => set.stopTime < since) ?? oldest;
}
