import type { Stanza } from '../config/configuration.ts';
import { formatByteSize } from '../model/byte-size.ts';
import { formatElapsed } from '../model/duration.ts';
import type { RepositorySpace } from './archive-observation.ts';
import { measureGrowth, measureTrend, type MeasuredRate } from './measure-rate.ts';
import type { RepositoryObservation } from './observations.ts';
import type { PrimaryObservation } from './primary-observation.ts';

/** When something will happen if all goes on as it did. Times are epoch milliseconds. */
export interface Forecast {
  readonly kind: 'wal-full' | 'queue-drops' | 'repository-full' | 'expire-undercuts';
  readonly at: number;
  /** In words: the rate, over what period it was measured, and what is left. */
  readonly how: string;
}

/** What is known of pg_wal's future. */
export interface WalForecast {
  /** WAL waits longer and longer, or the archiver fails: the forecasts will come true unless something changes. */
  readonly isStalled: boolean;
  /** How fast it fills now, bytes per second; undefined until two looks lie far enough apart, or when it does not. */
  readonly bytesPerSecond: number | undefined;
  /** Seconds until pg_wal's file system is full if archiving stood still from now on, at the present rate of WAL. */
  readonly fullAfterSeconds: number | undefined;
  /** Seconds until pgBackRest drops WAL if archiving stood still from now on. Undefined also without queue-max. */
  readonly dropsAfterSeconds: number | undefined;
  /** Only what comes true as things are now. */
  readonly forecasts: readonly Forecast[];
}

/** Fewer segments than this wait now and then on any server that works. */
const waitingLeast = 3;

/**
 * When pg_wal is full and when `archive-push-queue-max` begins to drop WAL.
 *
 * pgBackRest compares what waits in pg_wal (`.ready`) with the option each time archive-push runs, and beyond it drops
 * the segment and reports success (`src/command/archive/push/push.c`, archivePushDrop).
 *
 * @param seenAt of the look, epoch milliseconds
 * @param queueMax bytes
 */
export function forecastWal(
  primary: Pick<PrimaryObservation, 'track' | 'walDirectory' | 'rates' | 'segmentSize' | 'archiver'>,
  seenAt: number,
  queueMax: number | undefined,
): WalForecast {
  const { track, walDirectory, rates, segmentSize } = primary;
  const waiting = measureGrowth(
    track.flatMap(({ at, ready }) => (ready === undefined ? [] : [{ at, value: ready * segmentSize }])),
    seenAt,
  );
  const ready = walDirectory?.ready ?? 0;
  const grows = (waiting.perSecond ?? 0) > 0 && ready >= waitingLeast;
  const isStalled = grows || isFailing(primary);
  const rate: MeasuredRate = grows ? waiting : { perSecond: rates.walBytesPerSecond, overMs: rates.overMs };
  const after = (bytes: number | undefined, perSecond: number | undefined): number | undefined =>
    bytes === undefined || perSecond === undefined || perSecond <= 0
      ? undefined
      : Math.max(0, bytes) / perSecond;
  const free = walDirectory?.availableBytes;
  const room =
    queueMax === undefined || walDirectory === undefined ? undefined : queueMax - ready * segmentSize;
  const tell = (kind: Forecast['kind'], bytes: number | undefined, what: string): Forecast[] => {
    const seconds = after(bytes, rate.perSecond);
    if (seconds === undefined || bytes === undefined) return [];
    const how = `${what} grows by ${describeRate(rate)}; ${formatByteSize(Math.max(0, bytes))} are left`;
    return [{ kind, at: seenAt + seconds * 1000, how }];
  };
  return {
    isStalled,
    bytesPerSecond: isStalled ? rate.perSecond : undefined,
    fullAfterSeconds: after(free, rates.walBytesPerSecond),
    dropsAfterSeconds: after(room, rates.walBytesPerSecond),
    forecasts: isStalled
      ? [
          ...tell('wal-full', free, 'WAL that waits in pg_wal'),
          ...tell('queue-drops', room, 'WAL that waits in pg_wal'),
        ]
      : [],
  };
}

/** The last attempt of the archiver failed. */
export function isFailing({ archiver }: Pick<PrimaryObservation, 'archiver'>): boolean {
  return archiver?.lastFailedAt !== undefined && archiver.lastFailedAt > (archiver.lastArchivedAt ?? 0);
}

/** A period says nothing of a time that is further away than so many times its own length. */
const furthest = 10;

/** When the file system of a repository is full, by how its free space went over days. Empty when it does not shrink. */
export function forecastSpace({ track, availableBytes }: RepositorySpace): readonly Forecast[] {
  const now = track.at(-1)?.at;
  const used = measureTrend(track.map(({ at, value }) => ({ at, value: -value })));
  if (now === undefined || used.perSecond === undefined || used.perSecond <= 0) return [];
  const remainingMs = (availableBytes / used.perSecond) * 1000;
  if (remainingMs > furthest * used.overMs) return [];
  const how = `what is in the file system grows by ${describeRate(used)}; ${formatByteSize(availableBytes)} are left`;
  return [{ kind: 'repository-full', at: now + remainingMs, how }];
}

/**
 * When a retention in days lets so many full backups go that fewer good ones stay than it says must, unless a new one is
 * taken before. Holdfast's own expire stops there; one that somebody else calls (pgBackRest's own after a backup) does
 * not. The engine removes a full backup once a newer one is older than the days: then that one alone covers them
 * (`src/command/expire/expire.c`, expireTimeBasedBackup).
 */
export function forecastExpiry(
  { retention }: Stanza['repositories'][number],
  { sets }: Pick<RepositoryObservation, 'sets'>,
): readonly Forecast[] {
  const { full } = retention;
  const minimum = retention.minimum ?? 1;
  const fulls = sets
    .filter(({ type }) => type === 'full')
    .toSorted((left, right) => left.stopTime - right.stopTime);
  const good = fulls.filter(({ error }) => !error);
  if (full?.by !== 'time' || good.length < minimum) return [];
  for (const [index, next] of fulls.entries()) {
    // All before `next` go when it is older than the days.
    if (index === 0) continue;
    const left = fulls.slice(index).filter(({ error }) => !error).length;
    if (left >= minimum) continue;
    const at = (next.stopTime + full.days * 86_400) * 1000;
    const how = `then ${next.label} is ${full.days} days old, everything before it goes, and ${left} of at least ${minimum} full backups without errors stay`;
    return [{ kind: 'expire-undercuts', at, how }];
  }
  return [];
}

function describeRate({ perSecond, overMs }: MeasuredRate): string {
  return `${formatByteSize(Math.round((perSecond ?? 0) * 3600))} an hour (measured over ${formatElapsed(overMs)})`;
}
