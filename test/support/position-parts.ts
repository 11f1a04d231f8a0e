import { segmentName, type Lsn } from '../../src/model/wal.ts';
import type { ArchiveObservation } from '../../src/status/archive-observation.ts';
import type { PrimaryObservation, TrackPoint } from '../../src/status/primary-observation.ts';
import type { Sighting } from '../../src/status/sighting.ts';

export const segmentSize = 16 * 1024 * 1024;
const now = Date.UTC(2026, 10, 21, 12);

/** Minutes after the moment at which the tests judge; before it they are negative. */
export function atMinute(minute: number): number {
  return now + Math.round(minute * 60_000);
}

/** A place in WAL: 8.25 is a quarter into segment 8. */
export function lsnAt(segments: number): Lsn {
  return BigInt(Math.round(segments * segmentSize));
}

export function nameAt(segment: number, timeline = 1): string {
  return segmentName({ timeline, number: BigInt(segment) }, segmentSize);
}

/** What was seen at a minute, and may be believed for ten. */
export function seenAt<Value>(minute: number, value: Value): Sighting<Value> {
  return { observedAt: atMinute(minute), staleAfterMs: 600_000, value, failure: undefined };
}

/** A point of the track: its minute, its place in segments, and more. */
export type PlainPoint = readonly [minute: number, segments: number, more?: Partial<TrackPoint>];

/** A primary that works, seen at the last point of its track. */
export function primaryAt({
  track,
  ...changes
}: Partial<Omit<PrimaryObservation, 'track'>> & {
  readonly track: readonly PlainPoint[];
}): PrimaryObservation {
  const points = track.map(([minute, segments, more]) => ({
    at: atMinute(minute),
    lsn: lsnAt(segments),
    timeline: changes.timeline ?? 1,
    ...more,
  }));
  return {
    host: undefined,
    systemIdentifier: 7_388_119_204_571_283_001n,
    major: 15,
    timeline: 1,
    history: [],
    insertLsn: points.at(-1)?.lsn ?? 0n,
    segmentSize,
    archiveTimeout: 60,
    archiveMode: 'on',
    archiver: {
      lastArchived: undefined,
      lastArchivedAt: undefined,
      failedCount: 0,
      lastFailed: undefined,
      lastFailedAt: undefined,
    },
    clockAheadMs: 0,
    walDirectory: { segments: 5, bytes: 5 * segmentSize, ready: 0, availableBytes: 1e12, totalBytes: 2e12 },
    heartbeat: undefined,
    heartbeatFailure: undefined,
    rates: { walBytesPerSecond: undefined, overMs: 0 },
    track: points,
    ...changes,
  };
}

/**
 * An archive with one window. Without `restorableTo` it ends with the newest segment; `restorableTo: undefined` is an
 * archive without a window.
 */
export function archiveOf(parts: {
  readonly newest: number | undefined;
  readonly restorableTo?: number | undefined;
  readonly heartbeatAt?: number;
  readonly timeFrom?: 'heartbeat' | 'stored' | 'set';
  readonly space?: ArchiveObservation['space'];
}): ArchiveObservation {
  const { newest, heartbeatAt } = parts;
  const end = 'restorableTo' in parts ? parts.restorableTo : newest;
  const edge = { timeline: 1, segment: undefined, storedAt: undefined };
  return {
    archiveId: '15-1',
    segments: 8,
    storedBytes: 8000,
    timelines: [],
    duplicates: [],
    duplicateCount: 0,
    partials: [],
    oldestLookAt: undefined,
    requests: 1,
    newest: newest === undefined ? undefined : { segment: nameAt(newest), storedAt: now },
    windows: {
      claimed: undefined,
      contiguous:
        end === undefined
          ? []
          : [
              {
                set: '20261101-000000F',
                from: { ...edge, lsn: lsnAt(1), time: atMinute(-90), timeFrom: 'set' },
                to: {
                  ...edge,
                  lsn: lsnAt(end + 1),
                  time: heartbeatAt === undefined ? undefined : atMinute(heartbeatAt),
                  timeFrom: heartbeatAt === undefined ? undefined : (parts.timeFrom ?? 'heartbeat'),
                },
              },
            ],
      holes: [],
      proven: [],
      unusable: [],
    },
    followed: { timeline: 1, from: 'primary' },
    foreign: [],
    space: parts.space,
  };
}
