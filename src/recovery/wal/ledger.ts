import { parseSegmentName, segmentName, type WalSegment } from '../../model/wal.ts';
import {
  type ArchiveDirectory,
  countRows,
  DirectoryBuilder,
  directoryOf,
  eachRun,
  fileAt,
  findRow,
  findWhole,
  isDirectoryName,
  isOtherContentAt,
  isPartialAt,
  lowAt,
  rowBytes,
  storedAtAt,
  storedBytesAt,
} from './archive-directory.ts';
import { listLinkRanges, timelineOfSegment, type TimelineChain } from './timeline-chain.ts';

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
  /** SHA-1 of the contents. */
  readonly checksum: string;
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
  /** By timeline, each in order of position. Those without a whole or partial segment are not here. */
  readonly timelines: ReadonlyMap<number, readonly ArchiveDirectory[]>;
  /** By name. */
  readonly directories: ReadonlyMap<string, ArchiveDirectory>;
  /** Timelines with a history file. */
  readonly histories: readonly number[];
  /** Highest timeline that has a whole segment or a history file. */
  readonly highestTimeline: number;
  /** Bytes. */
  readonly segmentSize: number;
  /** Segments in a directory. */
  readonly perDirectory: number;
}

/** Reads the name of a history file. @returns its timeline */
export function parseHistoryName(name: string): number | undefined {
  const match = /^([0-9A-F]{8})\.history$/.exec(name);
  return match === null ? undefined : Number.parseInt(match[1] as string, 16);
}

/** Sorts the files of a listing into directories. */
export class LedgerBuilder {
  readonly #directories = new Map<string, DirectoryBuilder>();
  readonly #histories: number[] = [];

  /** @param name relative to the archive id */
  add(name: string, size: number, time: number): void {
    const slash = name.indexOf('/');
    if (slash < 0) {
      const history = parseHistoryName(name);
      if (history !== undefined) this.#histories.push(history);
      return;
    }
    const directory = name.slice(0, slash);
    this.addDirectory(directory)?.add(name.slice(slash + 1), size, time);
  }

  /** A directory that may turn out to be empty. */
  addDirectory(name: string): DirectoryBuilder | undefined {
    const known = this.#directories.get(name);
    if (known !== undefined) return known;
    if (!isDirectoryName(name)) return undefined;
    const builder = new DirectoryBuilder(name);
    this.#directories.set(name, builder);
    return builder;
  }

  get histories(): readonly number[] {
    return this.#histories;
  }

  /** @param seenAt when the listing began, epoch milliseconds */
  finish(seenAt: number): ArchiveDirectory[] {
    return [...this.#directories.values()].map((builder) => builder.finish(seenAt));
  }
}

/** @param entries listing of the archive id, recursive */
export function buildLedger(entries: Iterable<ArchiveEntry>, segmentSize: number, seenAt = 0): ArchiveLedger {
  const builder = new LedgerBuilder();
  for (const { name, size, time } of entries) builder.add(name, size, time);
  return createLedger(builder.finish(seenAt), builder.histories, segmentSize);
}

/** @param segmentSize bytes: files whose number cannot be in a directory of such segments are passed over */
export function createLedger(
  directories: Iterable<ArchiveDirectory>,
  histories: readonly number[],
  segmentSize: number,
): ArchiveLedger {
  const perDirectory = 2 ** 32 / segmentSize;
  const timelines = new Map<number, ArchiveDirectory[]>();
  const byName = new Map<string, ArchiveDirectory>();
  let highest = 0;
  const sorted = [...directories].toSorted((left, right) => (left.name < right.name ? -1 : 1));
  for (const whole of sorted) {
    const end = findRow(whole, perDirectory);
    const directory =
      end === countRows(whole) ? whole : { ...whole, rows: whole.rows.subarray(0, end * rowBytes) };
    if (end === 0) continue;
    const siblings = timelines.get(directory.timeline);
    if (siblings === undefined) timelines.set(directory.timeline, [directory]);
    else siblings.push(directory);
    byName.set(directory.name, directory);
    if (eachRun(directory).next().done !== true) highest = Math.max(highest, directory.timeline);
  }
  const sortedHistories = histories.toSorted((left, right) => left - right);
  return {
    timelines,
    directories: byName,
    histories: sortedHistories,
    highestTimeline: Math.max(highest, sortedHistories.at(-1) ?? 0),
    segmentSize,
    perDirectory,
  };
}

/** A stored segment by its name; of several contents the one that was listed last. */
export function findSegment(ledger: ArchiveLedger, name: string): LedgerSegment | undefined {
  const segment = parseSegmentName(name, ledger.segmentSize);
  const directory = ledger.directories.get(directoryOf(name));
  if (segment === undefined || directory === undefined) return undefined;
  const index = findWhole(directory, Number.parseInt(name.slice(16), 16));
  return index < 0 ? undefined : readSegment(ledger, directory, index);
}

export function hasSegment(ledger: ArchiveLedger, name: string): boolean {
  const directory = ledger.directories.get(directoryOf(name));
  return directory !== undefined && findWhole(directory, Number.parseInt(name.slice(16), 16)) >= 0;
}

function readSegment(ledger: ArchiveLedger, directory: ArchiveDirectory, index: number): LedgerSegment {
  const { low, segment, file, checksum, storedBytes, storedAt } = fileAt(directory, index);
  const number = BigInt(directory.high) * BigInt(ledger.perDirectory) + BigInt(low);
  return { timeline: directory.timeline, number, name: segment, file, checksum, storedBytes, storedAt };
}

/** Whole segments of one timeline in order, every content of each. */
export function* eachSegment(ledger: ArchiveLedger, timeline: number): Generator<LedgerSegment> {
  for (const directory of ledger.timelines.get(timeline) ?? []) {
    for (let index = 0; index < countRows(directory); index += 1) {
      if (!isPartialAt(directory, index)) yield readSegment(ledger, directory, index);
    }
  }
}

/** Segments that follow each other without a hole, by number, both ends included. */
export interface Stretch {
  readonly first: bigint;
  readonly last: bigint;
}

/** The same in plain numbers: 2^44 segments fit into 2^64 bytes. */
interface Range {
  first: number;
  last: number;
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
  const ranges = [...eachRangeOn(ledger, chain)];
  for (const segment of more) {
    const number = Number(segment.number);
    if (timelineOfSegment(chain, segment.number) === segment.timeline)
      ranges.push({ first: number, last: number });
  }
  if (more.length > 0) ranges.sort((left, right) => left.first - right.first);
  return joinRanges(ranges).map(({ first, last }) => ({ first: BigInt(first), last: BigInt(last) }));
}

/** @param ranges sorted by `first` */
function joinRanges(ranges: readonly Range[]): Range[] {
  const joined: Range[] = [];
  for (const range of ranges) {
    const current = joined.at(-1);
    if (current && range.first <= current.last + 1) current.last = Math.max(current.last, range.last);
    else joined.push({ ...range });
  }
  return joined;
}

/** What is there of each link of a chain, in order. */
function* eachRangeOn(ledger: ArchiveLedger, chain: TimelineChain): Generator<Range> {
  for (const { directory, first, last } of eachDirectoryOn(ledger, chain)) {
    const base = directory.high * ledger.perDirectory;
    for (const run of eachRun(directory)) {
      const range = { first: Math.max(base + run.first, first), last: Math.min(base + run.last, last) };
      if (range.first <= range.last) yield range;
    }
  }
}

/** The directories that hold a chain's segments, and which numbers of them belong to it. */
function* eachDirectoryOn(
  ledger: ArchiveLedger,
  chain: TimelineChain,
): Generator<{ readonly directory: ArchiveDirectory } & Readonly<Range>> {
  for (const { timeline, first, last } of listLinkRanges(chain)) {
    for (const directory of ledger.timelines.get(timeline) ?? []) {
      const base = directory.high * ledger.perDirectory;
      if (base + ledger.perDirectory <= first || base > last) continue;
      yield { directory, first, last };
    }
  }
}

/** Names missing from `first` to `last` (numbers, included), in order. */
export function* eachMissing(
  ledger: ArchiveLedger,
  chain: TimelineChain,
  first: bigint,
  last: bigint,
): Generator<string> {
  let number = first;
  const nameOf = (missing: bigint): string =>
    segmentName({ timeline: timelineOfSegment(chain, missing), number: missing }, ledger.segmentSize);
  for (const stretch of listStretches(ledger, chain)) {
    for (; number < stretch.first && number <= last; number += 1n) yield nameOf(number);
    if (number <= stretch.last) number = stretch.last + 1n;
  }
  for (; number <= last; number += 1n) yield nameOf(number);
}

/** Names missing from `first` to `last` (numbers, included). At most `limit` are named. */
export function listMissing(
  ledger: ArchiveLedger,
  chain: TimelineChain,
  first: bigint,
  last: bigint,
  limit = 1000,
): string[] {
  return eachMissing(ledger, chain, first, last).take(limit).toArray();
}

/** Stored bytes of the segments from `first` to `last` (included) on the chain. */
export function sumStoredBytes(
  ledger: ArchiveLedger,
  chain: TimelineChain,
  first: bigint,
  last: bigint,
): number {
  let bytes = 0;
  for (const { directory, index } of eachWholeBetween(ledger, chain, Number(first), Number(last))) {
    bytes += storedBytesAt(directory, index);
  }
  return bytes;
}

/** The first segment from `first` to `last` (included) on the chain that was stored later than a time. */
export function findStoredAfter(
  ledger: ArchiveLedger,
  chain: TimelineChain,
  range: Stretch,
  isLater: (storedAt: number) => boolean,
): bigint | undefined {
  const rows = eachWholeBetween(ledger, chain, Number(range.first), Number(range.last));
  for (const { directory, index, number } of rows) {
    if (isLater(storedAtAt(directory, index))) return BigInt(number);
  }
  return undefined;
}

/** One row for each segment that is there. */
function* eachWholeBetween(
  ledger: ArchiveLedger,
  chain: TimelineChain,
  from: number,
  to: number,
): Generator<{ readonly directory: ArchiveDirectory; readonly index: number; readonly number: number }> {
  for (const { directory, first, last } of eachDirectoryOn(ledger, chain)) {
    const base = directory.high * ledger.perDirectory;
    const count = countRows(directory);
    for (let index = findRow(directory, Math.max(0, from - base)); index < count; index += 1) {
      const number = base + lowAt(directory, index);
      if (number > to || number > last) break;
      if (number < first || isPartialAt(directory, index)) continue;
      if (findWhole(directory, number - base) === index) yield { directory, index, number };
    }
  }
}

/** Segments that are stored with several contents: two servers archived into one place. Names in order. */
export function listDuplicates(ledger: ArchiveLedger): string[] {
  const names = new Set<string>();
  for (const directory of ledger.directories.values()) {
    for (let index = 1; index < countRows(directory); index += 1) {
      if (isOtherContentAt(directory, index) && !isPartialAt(directory, index))
        names.add(fileAt(directory, index).segment);
    }
  }
  return [...names];
}

/** Partial segments, what promoted servers kept of their last one: the names with `.partial`, in order. */
export function listPartials(ledger: ArchiveLedger): string[] {
  const names = new Set<string>();
  for (const directory of ledger.directories.values()) {
    for (let index = 0; index < countRows(directory); index += 1) {
      if (isPartialAt(directory, index)) names.add(`${fileAt(directory, index).segment}.partial`);
    }
  }
  return [...names];
}
