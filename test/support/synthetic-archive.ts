import type { BackupSet } from '../../src/model/backup-set.ts';
import { segmentName, type TimelineSwitch } from '../../src/model/wal.ts';
import type { ArchiveToJudge, KnownHeartbeat } from '../../src/recovery/windows/archive-to-judge.ts';
import { buildLedger, listStretches, type ArchiveEntry } from '../../src/recovery/wal/ledger.ts';
import { buildChain, timelineOfSegment } from '../../src/recovery/wal/timeline-chain.ts';
import { backupSet } from './backup-set.ts';

export const segmentSize = 16 * 1024 * 1024;

/** Minute 0 of a made-up archive, epoch milliseconds. */
export const archiveOrigin = 1_790_000_040_000;

/** A made-up archive: segment n of a timeline is stored at minute n. */
export interface SyntheticArchive {
  /** Segments by timeline. */
  readonly segments: Readonly<Record<number, readonly number[]>>;
  /** Where production's timeline left each ancestor, as segments with a fraction: 3.5 is in the middle of segment 3. */
  readonly switches?: readonly { readonly timeline: number; readonly at: number }[];
  readonly timeline?: number;
  readonly sets: readonly SyntheticSet[];
  readonly heartbeats?: readonly (KnownHeartbeat & { readonly timeline: number })[];
  readonly pendingFrom?: number;
  /** Segment that info gives as the last one. */
  readonly max?: string;
}

/** A set whose WAL goes from one segment to another, which it ended in the middle of, at that minute and a half. */
export interface SyntheticSet {
  readonly timeline?: number;
  readonly first: number;
  readonly last: number;
  readonly error?: boolean;
  readonly annotations?: Readonly<Record<string, string>>;
}

export function nameOf(timeline: number, number: number): string {
  return segmentName({ timeline, number: BigInt(number) }, segmentSize);
}

/** The position in a segment: 3.5 is the middle of segment 3. */
export function lsnAt(place: number): bigint {
  return BigInt(Math.round(place * segmentSize));
}

export function minuteOf(place: number): number {
  return archiveOrigin + place * 60_000;
}

export function entryOf(timeline: number, number: number, digest = 'a'): ArchiveEntry {
  const name = nameOf(timeline, number);
  return {
    name: `${name.slice(0, 16)}/${name}-${digest.repeat(40)}.zst`,
    size: 100,
    time: minuteOf(number) / 1000,
  };
}

export function createSyntheticArchive(archive: SyntheticArchive): ArchiveToJudge {
  const entries = Object.entries(archive.segments).flatMap(([timeline, numbers]) =>
    numbers.map((number) => entryOf(Number(timeline), number)),
  );
  const ledger = buildLedger(entries, segmentSize);
  const switches: TimelineSwitch[] = (archive.switches ?? []).map(({ timeline, at }) => ({
    timeline,
    switchLsn: lsnAt(at),
    reason: '',
  }));
  const chain = buildChain(archive.timeline ?? (switches.at(-1)?.timeline ?? 0) + 1, switches, segmentSize);
  const known = (archive.heartbeats ?? []).toSorted((left, right) => left.at - right.at);
  return {
    databaseId: 1,
    ledger,
    chain,
    stretches: listStretches(ledger, chain),
    sets: archive.sets.map((set, index) =>
      setOf(index, { timeline: timelineOfSegment(chain, BigInt(set.last)), ...set }),
    ),
    claimed:
      archive.max === undefined
        ? undefined
        : { repositoryKey: 1, databaseId: 1, id: '15-1', min: undefined, max: archive.max },
    heartbeatBefore: (timeline, before) =>
      known.findLast((one) => one.timeline === timeline && one.lsn <= before),
    pendingFrom: archive.pendingFrom === undefined ? undefined : BigInt(archive.pendingFrom),
  };
}

function setOf(index: number, set: SyntheticSet & { readonly timeline: number }): BackupSet {
  const stop = set.last + 0.5;
  return backupSet({
    label: `20260101-00${String(index).padStart(4, '0')}F`,
    startTime: minuteOf(set.first + 0.25) / 1000,
    stopTime: minuteOf(stop) / 1000,
    startLsn: lsnAt(set.first + 0.25),
    stopLsn: lsnAt(stop),
    archiveStart: nameOf(set.timeline, set.first),
    archiveStop: nameOf(set.timeline, set.last),
    error: set.error ?? false,
    annotations: set.annotations ?? {},
  });
}
