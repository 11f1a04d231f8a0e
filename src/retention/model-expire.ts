import type { BackupType } from '../model/backup-set.ts';
import { type EngineVersion, isAtLeast } from '../model/engine-version.ts';
import type { Retention } from '../model/repository.ts';
import { byLabel, type ExpirableRepository, type ExpirableSet } from './expirable-repository.ts';
import { modelArchiveExpiry, type KeptWal, type WalCount } from './model-archive-expiry.ts';

/** What the engine is told of retention. */
export type ExpirePolicy = Pick<Retention, 'full' | 'diff' | 'archive' | 'history'>;

/** Why the engine removes a set. */
export type ExpiryReason =
  /** More full sets than `retention.full` says. */
  | 'full-count'
  /** A newer full set covers the days of `retention.full` alone. */
  | 'full-time'
  /** More full and differential sets than `retention.diff` says. */
  | 'diff-count'
  /** What it is built on goes. */
  | 'dependent';

/** A set that goes. */
export interface ExpiredSet {
  readonly label: string;
  readonly reason: ExpiryReason;
}

/** What one `pgbackrest expire` does. */
export interface ModelledExpire {
  /** In the order in which the engine decides. */
  readonly expired: readonly ExpiredSet[];
  /** What stays of each archive, by history id. */
  readonly wal: ReadonlyMap<number, KeptWal>;
}

const secondsPerDay = 86_400;

/**
 * What `pgbackrest expire` removes: full sets, then differential ones, each with all that is built on it, then WAL.
 * The same as the engine, which the tests prove with thousands of repositories (pgBackRest `src/command/expire/expire.c`,
 * `src/config/load.c`: cfgLoadUpdateOption; 2.45, 2.55 and 2.60).
 *
 * @param now epoch milliseconds
 */
export function modelExpire(
  repository: ExpirableRepository,
  policy: ExpirePolicy,
  now: number,
  engine: EngineVersion,
): ModelledExpire {
  const left = repository.sets.toSorted(byLabel);
  const expired: ExpiredSet[] = [];
  const expire = (label: string, reason: ExpiryReason): void => {
    for (const one of withDependents(label, left)) {
      left.splice(
        left.findIndex((set) => set.label === one),
        1,
      );
      expired.push({ label: one, reason: one === label ? reason : 'dependent' });
    }
  };
  const wal = { count: followedCount(policy) };
  if (policy.full?.by === 'count') expireFulls(left, policy.full.count, expire);
  if (policy.full?.by === 'time') {
    const since = Math.floor(now / 1000) - policy.full.days * secondsPerDay;
    const met = expireByTime(left, since, expire);
    // Before 2.47 WAL followed a retention in days only where a full set went (commit 762498f4c of pgBackRest).
    const follows = met !== undefined && (met.expired > 0 || isAtLeast(engine, 47));
    if (policy.archive === 'follow' && follows) wal.count = { type: 'full', count: met.left };
  }
  expireDiffs(left, policy.diff ?? 0, expire);
  return { expired, wal: modelArchiveExpiry({ ...repository, sets: left }, wal.count) };
}

/** Undefined: no WAL goes, as far as the configuration alone says. */
function followedCount({ full, archive }: ExpirePolicy): WalCount | undefined {
  if (archive !== 'follow') return archive;
  return full?.by === 'count' ? { type: 'full', count: full.count } : undefined;
}

type Expire = (label: string, reason: ExpiryReason) => void;

function expireFulls(left: readonly ExpirableSet[], count: number, expire: Expire): void {
  const fulls = labelsOf(left, ['full']);
  for (const label of fulls.slice(0, Math.max(0, fulls.length - count))) expire(label, 'full-count');
}

/**
 * The newest full set that ended before the days stays with all that is newer, so that all of the days can be restored.
 *
 * @returns how many went and how many full sets the engine takes to be left; undefined while no full set is that old
 */
function expireByTime(
  left: readonly ExpirableSet[],
  since: number,
  expire: Expire,
): { readonly expired: number; readonly left: number } | undefined {
  const fulls = labelsOf(left, ['full']);
  const covering = left.findLast((set) => set.type === 'full' && set.stopTime < since);
  if (covering === undefined) return undefined;
  let expired = 0;
  for (let [first] = left; first !== undefined && first.label !== covering.label; [first] = left) {
    expire(first.label, 'full-time');
    expired += 1;
  }
  return { expired, left: fulls.length - expired };
}

/** Full sets count as differential ones, and are not removed for it. */
function expireDiffs(left: readonly ExpirableSet[], count: number, expire: Expire): void {
  if (count === 0) return;
  const counted = left.filter(({ type }) => type !== 'incr');
  for (const { label, type } of counted.slice(0, Math.max(0, counted.length - count)))
    if (type === 'diff') expire(label, 'diff-count');
}

function labelsOf(sets: readonly ExpirableSet[], types: readonly BackupType[]): readonly string[] {
  return sets.filter(({ type }) => types.includes(type)).map(({ label }) => label);
}

/** The set and what is built on it, the newest first, as the engine removes them. @param sets the oldest first */
export function withDependents(label: string, sets: readonly ExpirableSet[]): readonly string[] {
  const going = [label];
  for (const { label: one, prior } of sets) {
    if (prior !== undefined && going.includes(prior)) going.push(one);
  }
  return going.toSorted().toReversed();
}
