import type { BackupSet, BackupType } from '../model/backup-set.ts';
import { median } from '../model/median.ts';

/** A number and where it comes from. */
export interface Measured {
  readonly value: number;
  readonly from: 'measured' | 'assumed';
  /** In words: of how many, over what time. */
  readonly how: string;
}

/** WAL as it was stored, by the repository's clock. */
export interface StoredWal {
  /** Bytes and segments that were stored within the time that was looked at. */
  readonly bytes: number;
  readonly segments: number;
  /** From the first to the last of them, milliseconds. */
  readonly overMs: number;
}

/** What sizes a forecast is made from. Sizes are bytes in the repository. */
export interface StoreMeasures {
  /** What a set of a type adds. Undefined: not known. */
  readonly sets: Readonly<Record<BackupType, Measured | undefined>>;
  /** Files of a set of a type. */
  readonly objects: Readonly<Record<BackupType, Measured | undefined>>;
  readonly walBytesPerDay: Measured | undefined;
  readonly walSegmentsPerDay: Measured | undefined;
  /** Bytes by which a full set grows in a day. */
  readonly growthPerDay: Measured;
  /** All files that a restore of the newest set reads. */
  readonly restoreBytes: number | undefined;
}

const day = 86_400_000;
/** So many of the newest sets of a type count. */
const mostSets = 10;
/** Full sets of less than so much time say nothing of growth. */
const leastGrowthMs = 7 * day;
/** WAL of less time is a moment's, not a day's. */
const leastWalMs = 60 * 60_000;
/** `repo-bundle-size` of pgBackRest: small files are stored together up to this. */
const bundleBytes = 20 * 1024 * 1024;
/** Manifest, its copy, and the one in backup.history. */
const besideFiles = 3;

/**
 * Sizes from what lies in a repository.
 *
 * @param sets of one repository
 * @param files of the newest set of a type, counted in the repository; what is missing is estimated
 * @param wal undefined: it was not listed
 */
export function measureStore(
  sets: readonly BackupSet[],
  files: Readonly<Partial<Record<BackupType, number>>>,
  wal: StoredWal | undefined,
  bundle: boolean,
): StoreMeasures {
  const sizes = { full: sizeOf(sets, 'full'), diff: sizeOf(sets, 'diff'), incr: sizeOf(sets, 'incr') };
  const newest = sets.toSorted((left, right) => left.stopTime - right.stopTime).at(-1);
  return {
    sets: sizes,
    objects: {
      full: objectsOf('full', files, sizes.full, bundle),
      diff: objectsOf('diff', files, sizes.diff, bundle),
      incr: objectsOf('incr', files, sizes.incr, bundle),
    },
    ...walOf(wal),
    growthPerDay: growthOf(sets),
    restoreBytes: newest === undefined || newest.repositorySize === 0 ? undefined : newest.repositorySize,
  };
}

/** The newest full set is what the next one will be like; of the others the middle one, as they vary. */
function sizeOf(sets: readonly BackupSet[], type: BackupType): Measured | undefined {
  const own = sets
    .filter((set) => set.type === type && set.repositoryDeltaSize > 0)
    .toSorted((left, right) => left.stopTime - right.stopTime)
    .slice(-mostSets);
  const last = own.at(-1);
  if (last === undefined) return undefined;
  if (type === 'full')
    return { value: last.repositoryDeltaSize, from: 'measured', how: `the newest one, ${last.label}` };
  const value = median(own.map(({ repositoryDeltaSize }) => repositoryDeltaSize));
  return { value, from: 'measured', how: `median of ${own.length}` };
}

function objectsOf(
  type: BackupType,
  files: Readonly<Partial<Record<BackupType, number>>>,
  size: Measured | undefined,
  bundle: boolean,
): Measured | undefined {
  const counted = files[type];
  if (counted !== undefined) return { value: counted, from: 'measured', how: 'files of the newest one' };
  if (size === undefined || !bundle) return undefined;
  return {
    value: Math.ceil(size.value / bundleBytes) + besideFiles,
    from: 'assumed',
    how: 'bundles of 20 MiB',
  };
}

/** The estimate of files for an assumed size; undefined without bundles: it depends on tables, not on bytes. */
export function assumeObjects(bytes: number, bundle: boolean): Measured | undefined {
  return objectsOf('full', {}, { value: bytes, from: 'assumed', how: '' }, bundle);
}

function walOf(wal: StoredWal | undefined): Pick<StoreMeasures, 'walBytesPerDay' | 'walSegmentsPerDay'> {
  if (wal === undefined || wal.overMs < leastWalMs || wal.segments < 2)
    return { walBytesPerDay: undefined, walSegmentsPerDay: undefined };
  const how = `${wal.segments} segments over ${(wal.overMs / day).toFixed(1)} days`;
  const perDay = (value: number): Measured => ({ value: (value / wal.overMs) * day, from: 'measured', how });
  return { walBytesPerDay: perDay(wal.bytes), walSegmentsPerDay: perDay(wal.segments) };
}

/** The line that fits full sets best (least squares). */
function growthOf(sets: readonly BackupSet[]): Measured {
  const fulls = sets
    .filter(({ type, repositoryDeltaSize }) => type === 'full' && repositoryDeltaSize > 0)
    .map(({ stopTime, repositoryDeltaSize }) => ({ at: stopTime * 1000, value: repositoryDeltaSize }));
  const times = fulls.map(({ at }) => at);
  const overMs = fulls.length === 0 ? 0 : Math.max(...times) - Math.min(...times);
  if (fulls.length < 2 || overMs < leastGrowthMs)
    return { value: 0, from: 'assumed', how: 'none: there are no full sets of a week' };
  const mean = (pick: (one: { at: number; value: number }) => number): number =>
    fulls.reduce((sum, one) => sum + pick(one), 0) / fulls.length;
  const [at, value] = [mean((one) => one.at), mean((one) => one.value)];
  const slope = mean((one) => (one.at - at) * (one.value - value)) / mean((one) => (one.at - at) ** 2);
  const how = `${fulls.length} full sets over ${Math.round(overMs / day)} days`;
  return { value: slope * day, from: 'measured', how };
}
