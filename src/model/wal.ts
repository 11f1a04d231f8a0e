/**
 * Names and numbers of the write-ahead log.
 *
 * Rules: PostgreSQL `src/include/access/xlog_internal.h` (XLogFileName, XLByteToSeg) and `xlogdefs.h`; history files
 * as written by `src/backend/access/transam/timeline.c` (writeTimeLineHistory).
 */

/** A byte position in the WAL stream. Kept as bigint: it exceeds 2^53 in theory and is compared, never averaged. */
export type Lsn = bigint;

/** The default of `initdb --wal-segsize`, in bytes. */
export const defaultSegmentSize = 16 * 1024 * 1024;

/** Reads `16/B374D848`; undefined when it is not an LSN. */
export function parseLsn(text: string): Lsn | undefined {
  const match = /^([0-9A-Fa-f]{1,8})\/([0-9A-Fa-f]{1,8})$/.exec(text.trim());
  if (!match) return undefined;
  return (BigInt(`0x${match[1]}`) << 32n) | BigInt(`0x${match[2]}`);
}

/** An LSN as PostgreSQL prints it: `16/B374D848`. */
export function formatLsn(lsn: Lsn): string {
  return `${(lsn >> 32n).toString(16).toUpperCase()}/${(lsn & 0xffff_ffffn).toString(16).toUpperCase()}`;
}

/** One WAL segment: its timeline and its number counted from the start of the stream. */
export interface WalSegment {
  readonly timeline: number;
  readonly number: bigint;
}

/** The 24 hexadecimal digits of a segment's file name. `segmentSize` is in bytes. */
export function segmentName(segment: WalSegment, segmentSize = defaultSegmentSize): string {
  const perHigh = 0x1_0000_0000n / BigInt(segmentSize);
  return hex8(segment.timeline) + hex8(segment.number / perHigh) + hex8(segment.number % perHigh);
}

/** Reads a segment's file name (24 hexadecimal digits); undefined for anything else. */
export function parseSegmentName(name: string, segmentSize = defaultSegmentSize): WalSegment | undefined {
  if (!/^[0-9A-F]{24}$/.test(name)) return undefined;
  const perHigh = 0x1_0000_0000n / BigInt(segmentSize);
  const low = BigInt(`0x${name.slice(16)}`);
  if (low >= perHigh) return undefined;
  return {
    timeline: Number.parseInt(name.slice(0, 8), 16),
    number: BigInt(`0x${name.slice(8, 16)}`) * perHigh + low,
  };
}

/** A segment as it lies in a repository. */
export interface StoredSegment {
  /** 24 hexadecimal digits. */
  readonly segment: string;
  /** What a promoted server kept of its last segment under the old timeline. */
  readonly isPartial: boolean;
  /** SHA-1 of the contents, hexadecimal. */
  readonly checksum: string;
  /** Of the compression: `.zst`; empty without one. */
  readonly suffix: string;
}

/**
 * Reads the name of a file in a WAL archive, without its directory; undefined for what is no whole segment: backup history
 * files, and files that archive-push is just writing, or was when it was killed (`….pgbackrest.tmp`: such a file is there
 * before a byte of it is on the disk).
 *
 * Rule: pgBackRest `src/command/archive/push/file.c`, and `src/storage/posix/write.c` for the temporary name.
 */
export function parseStoredSegment(file: string): StoredSegment | undefined {
  const match = /^([0-9A-F]{24})(\.partial)?-([0-9a-f]{40})(\.(?:gz|lz4|zst|bz2))?$/.exec(file);
  if (!match) return undefined;
  const [, segment = '', partial, checksum = '', suffix = ''] = match;
  return { segment, isPartial: partial !== undefined, checksum, suffix };
}

/** The segment that a file in a WAL archive is the whole of; undefined for everything else, partial ones included. */
export function wholeSegmentOf(file: string): string | undefined {
  const stored = parseStoredSegment(file);
  return stored?.isPartial === false ? stored.segment : undefined;
}

/** The number of the segment that holds this position. */
export function segmentNumberOf(lsn: Lsn, segmentSize = defaultSegmentSize): bigint {
  return lsn / BigInt(segmentSize);
}

/** First position of a segment. */
export function segmentStart(number: bigint, segmentSize = defaultSegmentSize): Lsn {
  return number * BigInt(segmentSize);
}

/** A part of a WAL file's name: eight hexadecimal digits. */
export function hex8(value: bigint | number): string {
  return value.toString(16).toUpperCase().padStart(8, '0');
}

/** One line of a `.history` file: the timeline was left for its child at this position. */
export interface TimelineSwitch {
  readonly timeline: number;
  readonly switchLsn: Lsn;
  readonly reason: string;
}

/** The file name of a timeline's history (`00000002.history`). Timeline 1 has none. */
export function historyFileName(timeline: number): string {
  return `${hex8(timeline)}.history`;
}

/**
 * Reads a timeline history file.
 *
 * @returns its ancestors, oldest first; undefined when a line that is neither blank nor a comment cannot be read
 */
export function parseHistory(text: string): TimelineSwitch[] | undefined {
  const switches: TimelineSwitch[] = [];
  for (const line of text.split('\n')) {
    if (/^\s*(#|$)/.test(line)) continue;
    const match = /^\s*(\d+)\s+([0-9A-Fa-f]+\/[0-9A-Fa-f]+)\s*(.*)$/.exec(line);
    const lsn = match ? parseLsn(match[2] as string) : undefined;
    if (!match || lsn === undefined) return undefined;
    switches.push({ timeline: Number(match[1]), switchLsn: lsn, reason: match[3] as string });
  }
  return switches;
}
