import type { BackupSet, BackupType } from '../../model/backup-set.ts';
import type { Retention } from '../../model/repository.ts';

/**
 * The set of a database from whose start on the WAL retention keeps all its WAL, so that every moment since can be
 * restored. Of sets before it there is only the WAL that makes them consistent.
 *
 * The number that the retention gives is one of all databases of the repository together. Of a former database of which
 * none of those sets is, WAL stays from its newest one on (pgBackRest `src/command/expire/expire.c`,
 * removeExpiredArchive; the same as retention/model-archive-expiry.ts, to which a test holds it).
 *
 * @param sets of all databases in one repository
 * @param now epoch milliseconds
 * @returns undefined when the database has no set
 */
export function walKeptFrom(
  retention: Retention,
  sets: readonly BackupSet[],
  databaseId: number,
  now: number,
): BackupSet | undefined {
  // The engine goes through them in the order of their labels.
  const newestFirst = sets.toSorted((left, right) => (left.label < right.label ? 1 : -1));
  const isOfIt = (set: BackupSet): boolean => set.databaseId === databaseId;
  const wanted = countedWal(retention, newestFirst, now);
  const counted = newestFirst.filter(({ type }) => counts(type, wanted?.type));
  // With fewer sets than the number no WAL goes.
  if (wanted === undefined || wanted.count > counted.length) return newestFirst.findLast(isOfIt);
  return counted.slice(0, wanted.count).findLast(isOfIt) ?? counted.find(isOfIt);
}

/** Undefined: no WAL goes. */
function countedWal(
  { full, archive }: Retention,
  newestFirst: readonly BackupSet[],
  now: number,
): { readonly type: BackupType; readonly count: number } | undefined {
  if (archive !== 'follow') return archive;
  if (full === undefined) return undefined;
  if (full.by === 'count') return { type: 'full', count: full.count };
  // As many as are left from the newest one on that covers the days (expireTimeBasedBackup).
  const since = now / 1000 - full.days * 86_400;
  const covering = newestFirst
    .filter(({ type }) => type === 'full')
    .findIndex(({ stopTime }) => stopTime < since);
  return covering === -1 ? undefined : { type: 'full', count: covering + 1 };
}

function counts(type: BackupType, wanted: BackupType | undefined): boolean {
  return type === 'full' || wanted === 'incr' || type === wanted;
}
