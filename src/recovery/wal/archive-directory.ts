import { hex8, parseStoredSegment } from '../../model/wal.ts';

/**
 * One directory of a WAL archive, `0000000100000002`: the segments of a timeline whose position has the same upper 32
 * bits. Archives have millions of segments, so they are rows of bytes in place of objects (and so they are stored).
 */
export interface ArchiveDirectory {
  /** 16 hexadecimal digits. */
  readonly name: string;
  readonly timeline: number;
  /** The upper 32 bits of the positions in it. */
  readonly high: number;
  /** When its listing began, epoch milliseconds: what was there then is in `rows`. */
  readonly seenAt: number;
  /** Sorted by number; `rowBytes` each. */
  readonly rows: Buffer;
}

/**
 * A row: the number within the directory (2 bytes), suffix (1), kind (1), stored bytes (4), stored at in epoch seconds
 * (4), SHA-1 of the contents (20); little-endian. The form is in the journal too: another one needs a migration.
 */
export const rowBytes = 32;

const suffixes = ['', '.gz', '.lz4', '.zst', '.bz2'] as const;

/** A whole segment, or what a promoted server kept of its last one under the old timeline. */
const [kindWhole, kindPartial] = [0, 1] as const;

const directoryPattern = /^[0-9A-F]{16}$/;

/** True for the name of a directory with segments; everything else in an archive is none of ours. */
export function isDirectoryName(name: string): boolean {
  return directoryPattern.test(name);
}

/** The directory in which a segment lies. */
export function directoryOf(segment: string): string {
  return segment.slice(0, 16);
}

/** Gathers the rows of one directory while it is listed. */
export class DirectoryBuilder {
  readonly #name: string;
  #rows = Buffer.allocUnsafe(256 * rowBytes);
  #count = 0;
  #last = -1;
  #sorted = true;

  constructor(name: string) {
    this.#name = name;
  }

  /** Takes a file; backup history files, temporary files and whatever else lies there are passed over. */
  add(file: string, size: number, time: number): void {
    const stored = parseStoredSegment(file);
    if (stored === undefined || !file.startsWith(this.#name)) return;
    const low = Number.parseInt(stored.segment.slice(16), 16);
    // The smallest segments are 1 MiB, so that a directory has 4096 of them at most.
    if (low > 0xfff) return;
    const at = this.#count * rowBytes;
    if (at === this.#rows.length) this.#rows = Buffer.concat([this.#rows, Buffer.allocUnsafe(at)]);
    const kind = stored.isPartial ? kindPartial : kindWhole;
    this.#rows.writeUInt16LE(low, at);
    this.#rows[at + 2] = suffixes.indexOf(stored.suffix as (typeof suffixes)[number]);
    this.#rows[at + 3] = kind;
    this.#rows.writeUInt32LE(Math.min(size, 0xffff_ffff), at + 4);
    this.#rows.writeUInt32LE(Math.min(Math.max(time, 0), 0xffff_ffff), at + 8);
    this.#rows.write(stored.checksum, at + 12, 20, 'hex');
    const order = low * 2 + kind;
    if (order < this.#last) this.#sorted = false;
    this.#last = order;
    this.#count += 1;
  }

  finish(seenAt: number): ArchiveDirectory {
    const used = this.#count * rowBytes;
    // A full directory of usual segments fits exactly, and needs no copy.
    const rows = used === this.#rows.length ? this.#rows : Buffer.from(this.#rows.subarray(0, used));
    return readDirectory(this.#name, seenAt, this.#sorted ? rows : sortRows(rows));
  }
}

/** Rows with the same number keep their order: of two contents the one that was listed last counts, as ever. */
function sortRows(rows: Buffer): Buffer {
  const order = Array.from({ length: rows.length / rowBytes }, (_, index) => index);
  const keyOf = (index: number): number =>
    rows.readUInt16LE(index * rowBytes) * 2 + (rows[index * rowBytes + 3] as number);
  order.sort((left, right) => keyOf(left) - keyOf(right));
  return Buffer.concat(order.map((index) => rows.subarray(index * rowBytes, (index + 1) * rowBytes)));
}

/** A directory out of its rows. */
export function readDirectory(name: string, seenAt: number, rows: Buffer): ArchiveDirectory {
  const timeline = Number.parseInt(name.slice(0, 8), 16);
  return { name, timeline, high: Number.parseInt(name.slice(8), 16), seenAt, rows };
}

/** One row, read. */
export interface DirectoryFile {
  /** Number within the directory. */
  readonly low: number;
  readonly partial: boolean;
  /** `000000010000000000000001`. */
  readonly segment: string;
  /** Relative to the archive id. */
  readonly file: string;
  readonly checksum: string;
  readonly storedBytes: number;
  readonly storedAt: number;
}

/** How many rows there are: segments, with every content of those that have several, and partial ones. */
export function countRows(directory: ArchiveDirectory): number {
  return directory.rows.length / rowBytes;
}

export function lowAt({ rows }: ArchiveDirectory, index: number): number {
  return rows.readUInt16LE(index * rowBytes);
}

export function isPartialAt({ rows }: ArchiveDirectory, index: number): boolean {
  return rows[index * rowBytes + 3] === kindPartial;
}

export function storedBytesAt({ rows }: ArchiveDirectory, index: number): number {
  return rows.readUInt32LE(index * rowBytes + 4);
}

/** Epoch seconds. */
export function storedAtAt({ rows }: ArchiveDirectory, index: number): number {
  return rows.readUInt32LE(index * rowBytes + 8);
}

/** True when the row is of the same segment as the one before it, with another content. */
export function isOtherContentAt(directory: ArchiveDirectory, index: number): boolean {
  if (index === 0) return false;
  const { rows } = directory;
  const [at, before] = [index * rowBytes, (index - 1) * rowBytes];
  return (
    rows.readUInt16LE(at) === rows.readUInt16LE(before) &&
    rows[at + 3] === rows[before + 3] &&
    rows.compare(rows, before + 12, before + 32, at + 12, at + 32) !== 0
  );
}

export function fileAt(directory: ArchiveDirectory, index: number): DirectoryFile {
  const at = index * rowBytes;
  const { rows, name } = directory;
  const low = rows.readUInt16LE(at);
  const partial = rows[at + 3] === kindPartial;
  const segment = name + hex8(low);
  const checksum = rows.toString('hex', at + 12, at + 32);
  const suffix = suffixes[rows[at + 2] as number] ?? '';
  return {
    low,
    partial,
    segment,
    file: `${name}/${segment}${partial ? '.partial' : ''}-${checksum}${suffix}`,
    checksum,
    storedBytes: rows.readUInt32LE(at + 4),
    storedAt: rows.readUInt32LE(at + 8),
  };
}

/** The first row whose number is this or higher. */
export function findRow(directory: ArchiveDirectory, low: number): number {
  let from = 0;
  let to = countRows(directory);
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (lowAt(directory, middle) < low) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** The row of a whole segment: of several contents the last one. @returns -1 when it is not there */
export function findWhole(directory: ArchiveDirectory, low: number): number {
  let found = -1;
  for (let index = findRow(directory, low); index < countRows(directory); index += 1) {
    if (lowAt(directory, index) !== low || isPartialAt(directory, index)) break;
    found = index;
  }
  return found;
}

/** Whole segments that follow each other, `first` and `last` included, oldest first. */
export function* eachRun(
  directory: ArchiveDirectory,
): Generator<{ readonly first: number; readonly last: number }> {
  const count = countRows(directory);
  let first = -1;
  let last = -1;
  for (let index = 0; index < count; index += 1) {
    if (isPartialAt(directory, index)) continue;
    const low = lowAt(directory, index);
    if (low === last) continue;
    if (first >= 0 && low !== last + 1) {
      yield { first, last };
      first = low;
    } else if (first < 0) first = low;
    last = low;
  }
  if (first >= 0) yield { first, last };
}
