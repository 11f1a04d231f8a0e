import type { BackupType } from '../model/backup-set.ts';
import { byLabel, type ExpirableRepository, type ExpirableSet } from './expirable-repository.ts';

/** WAL is kept from the start of so many of the newest sets; a full set counts as every type, a differential one as incr. */
export interface WalCount {
  readonly type: BackupType;
  readonly count: number;
}

/**
 * A stretch of WAL, both ends included; without a last one it goes on for ever. Ends are names of segments, or anything
 * else that is ordered as text like WAL itself (ISO 8601 in simulations).
 */
export interface WalRange {
  readonly first: string;
  readonly last: string | undefined;
}

/** What stays of one archive. */
export type KeptWal =
  | { readonly kind: 'all' }
  /** The directory goes: a database before a stanza-upgrade of which no set is left. */
  | { readonly kind: 'none' }
  | {
      readonly kind: 'ranges';
      /** The set from whose start on everything stays. */
      readonly from: string;
      /** In the order of labels; that of `from` is open, the others are what makes older sets consistent. */
      readonly ranges: readonly WalRange[];
      /** History files of timelines before this one go (`00000002`). */
      readonly oldestTimeline: string;
    };

/**
 * Which WAL an expire leaves, once the sets are gone that go.
 *
 * With fewer sets than the number no WAL goes at all. The number is one of all databases together; of a former database
 * of which none of those sets is, WAL stays from its newest one on (pgBackRest `src/command/expire/expire.c`,
 * removeExpiredArchive).
 *
 * @param repository its sets are those that are left
 * @param wanted undefined: nothing goes
 */
export function modelArchiveExpiry(
  repository: ExpirableRepository,
  wanted: WalCount | undefined,
): ReadonlyMap<number, KeptWal> {
  const { sets, databases, currentDatabase } = repository;
  const newestFirst = sets
    .filter(({ type }) => counts(type, wanted?.type))
    .toSorted(byLabel)
    .toReversed();
  if (wanted === undefined || newestFirst.length === 0 || wanted.count > newestFirst.length)
    return new Map(databases.map((id) => [id, { kind: 'all' }]));
  const chosen = newestFirst.slice(0, wanted.count);
  return new Map(
    databases.map((id) => {
      const ofIt = ({ databaseId }: ExpirableSet): boolean => databaseId === id;
      const from = chosen.findLast(ofIt) ?? newestFirst.find(ofIt);
      if (from === undefined) return [id, { kind: id === currentDatabase ? 'all' : 'none' }];
      return [id, keepFrom(from, sets.filter(ofIt))];
    }),
  );
}

function counts(type: BackupType, wanted: BackupType | undefined): boolean {
  return type === 'full' || wanted === 'incr' || type === wanted;
}

/** An offline set has no WAL, so that nothing can be said to be older than it: then all of it stays. */
function keepFrom(from: ExpirableSet, sets: readonly ExpirableSet[]): KeptWal {
  if (from.archiveStart === undefined) return { kind: 'all' };
  const ranges = sets
    .filter(({ label, archiveStart }) => label <= from.label && archiveStart !== undefined)
    .toSorted(byLabel)
    .map(({ label, archiveStart = '', archiveStop }) => ({
      first: archiveStart,
      last: label === from.label ? undefined : archiveStop,
    }));
  return { kind: 'ranges', from: from.label, ranges, oldestTimeline: from.archiveStart.slice(0, 8) };
}

/** Whether a segment stays. */
export function keepsWal(kept: KeptWal, segment: string): boolean {
  if (kept.kind !== 'ranges') return kept.kind === 'all';
  return kept.ranges.some(({ first, last }) => first <= segment && (last === undefined || segment <= last));
}
