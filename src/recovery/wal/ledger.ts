import { parseSegmentName, type WalSegment } from '../../model/wal.ts';
import { segmentOnChain, timelineOfSegment, type TimelineChain } from './timeline-chain.ts';

/** One file of a repository listing below the archive id. `time` is epoch seconds. */
export interface ArchiveEntry {
  /** Relative to the archive id: `0000000100000000/000000010000000000000001-<sha1>.zst`. */
  readonly name: string;
  readonly size: number;
  readonly time: number;
}

export interface LedgerSegment extends WalSegment {
  readonly name: string;
  /** Relative to the archive id. */
  readonly file: string;
  /** Bytes as stored. */
  readonly storedBytes: number;
  /** When it was stored, epoch seconds: no commit in it is younger (but for clocks that differ). */
  readonly storedAt: number;
}

/**
 * Every WAL segment of one archive id in one repository, as listed there: what is really present, unlike the first and
 * last of `info`. Layout: repository-format.md §9, pgBackRest `src/command/archive/`.
 */
export interface ArchiveLedger {
  /** By segment name. */
  readonly segments: ReadonlyMap<string, LedgerSegment>;
  /** Names stored with different contents: two servers archived into one place. */
  readonly duplicates: readonly string[];
  /** Timelines with a history file. */
  readonly histories: readonly number[];
  /** Highest timeline that has anything. */
  readonly highestTimeline: number;
  readonly segmentSize: number;
}

/** @param entries listing of the archive id, recursive */
export function buildLedger(entries: readonly ArchiveEntry[], segmentSize: number): ArchiveLedger {
  const segments = new Map<string, LedgerSegment>();
  const duplicates = new Set<string>();
  const histories: number[] = [];
  let highest = 0;
  for (const entry of entries) {
    const history = /^([0-9A-F]{8})\.history$/.exec(entry.name);
    if (history) {
      histories.push(Number.parseInt(history[1] as string, 16));
      continue;
    }
    const match = /^[0-9A-F]{16}\/([0-9A-F]{24})-([0-9a-f]{40})(\.(gz|lz4|zst|bz2))?$/.exec(entry.name);
    const segment = match ? parseSegmentName(match[1] as string, segmentSize) : undefined;
    if (!match || !segment) continue;
    const name = match[1] as string;
    const before = segments.get(name);
    if (before && !before.file.includes(`-${match[2]}`)) duplicates.add(name);
    segments.set(name, { ...segment, name, file: entry.name, storedBytes: entry.size, storedAt: entry.time });
    highest = Math.max(highest, segment.timeline);
  }
  histories.sort((left, right) => left - right);
  return {
    segments,
    duplicates: [...duplicates].toSorted(),
    histories,
    highestTimeline: Math.max(highest, histories.at(-1) ?? 0),
    segmentSize,
  };
}

/** Segments that follow each other without a hole, by number, both ends included. */
export interface Stretch {
  readonly first: bigint;
  readonly last: bigint;
}

/**
 * The stretches of WAL along a chain, oldest first. Between two of them is a hole.
 *
 * @param more segments that are not in the archive but will be at hand (salvaged from pg_wal)
 */
export function listStretches(
  ledger: ArchiveLedger,
  chain: TimelineChain,
  more: readonly WalSegment[] = [],
): Stretch[] {
  const found = new Set<bigint>();
  for (const segment of [...ledger.segments.values(), ...more]) {
    if (timelineOfSegment(chain, segment.number) === segment.timeline) found.add(segment.number);
  }
  const numbers = [...found].toSorted((left, right) => (left < right ? -1 : 1));
  const stretches: { first: bigint; last: bigint }[] = [];
  for (const number of numbers) {
    const current = stretches.at(-1);
    if (current && number === current.last + 1n) current.last = number;
    else stretches.push({ first: number, last: number });
  }
  return stretches;
}

/** Names missing from `first` to `last` (numbers, included). At most `limit` are named. */
export function listMissing(
  ledger: ArchiveLedger,
  chain: TimelineChain,
  first: bigint,
  last: bigint,
  limit = 1000,
): string[] {
  const missing: string[] = [];
  for (let number = first; number <= last && missing.length < limit; number += 1n) {
    const name = segmentOnChain(chain, number);
    if (!ledger.segments.has(name)) missing.push(name);
  }
  return missing;
}

/** Stored bytes of the segments from `first` to `last` (included) on the chain. */
export function sumStoredBytes(
  ledger: ArchiveLedger,
  chain: TimelineChain,
  first: bigint,
  last: bigint,
): number {
  let bytes = 0;
  for (let number = first; number <= last; number += 1n) {
    bytes += ledger.segments.get(segmentOnChain(chain, number))?.storedBytes ?? 0;
  }
  return bytes;
}
