import type { Lsn } from '../../model/wal.ts';

/**
 * Page headers of WAL: PostgreSQL `src/include/access/xlog_internal.h` (XLogPageHeaderData,
 * XLogLongPageHeaderData). Integers are read little-endian: every platform pgBackRest is packaged for is.
 */
export const walPageSize = 8192;
export const shortHeaderSize = 24;
export const longHeaderSize = 40;

/** XLOG_PAGE_MAGIC of each major version that is supported. */
const majorByMagic: Readonly<Record<number, number>> = {
  0xd106: 13,
  0xd10d: 14,
  0xd110: 15,
  0xd113: 16,
  0xd116: 17,
  0xd118: 18,
};

const firstIsContinuation = 0x0001;
const isLong = 0x0002;
const firstIsOverwrite = 0x0008;

/** The header of a segment's first page. */
export interface SegmentHeader {
  /** PostgreSQL's major version. */
  readonly major: number;
  readonly magic: number;
  readonly timeline: number;
  readonly start: Lsn;
  readonly systemIdentifier: bigint;
  /** Bytes. */
  readonly segmentSize: number;
}

/** A header of any page. */
export interface PageHeader {
  readonly size: number;
  /** Bytes of a record that began on an earlier page; 0 when none. */
  readonly remaining: number;
  readonly continues: boolean;
  /** A record that was never finished ends here (crash of the primary, PostgreSQL 13.5 and newer). */
  readonly overwrites: boolean;
}

/**
 * Reads the long header at the start of a segment.
 *
 * @returns undefined when the bytes are not the start of a WAL segment of a supported version
 */
export function readSegmentHeader(bytes: Buffer): SegmentHeader | undefined {
  if (bytes.length < longHeaderSize) return undefined;
  const magic = bytes.readUInt16LE(0);
  const major = majorByMagic[magic];
  if (major === undefined || (bytes.readUInt16LE(2) & isLong) === 0) return undefined;
  const segmentSize = bytes.readUInt32LE(32);
  if (segmentSize < 2 ** 20 || segmentSize > 2 ** 30 || (segmentSize & (segmentSize - 1)) !== 0)
    return undefined;
  if (bytes.readUInt32LE(36) !== walPageSize) return undefined;
  return {
    major,
    magic,
    timeline: bytes.readUInt32LE(4),
    start: bytes.readBigUInt64LE(8),
    systemIdentifier: bytes.readBigUInt64LE(24),
    segmentSize,
  };
}

/**
 * Reads the header of the page at `offset`, which must belong to `segment`.
 *
 * @returns undefined when it does not: the page was never written, or is left over from a recycled segment
 */
export function readPageHeader(
  bytes: Buffer,
  offset: number,
  segment: SegmentHeader,
): PageHeader | undefined {
  if (offset + walPageSize > bytes.length || bytes.readUInt16LE(offset) !== segment.magic) return undefined;
  if (bytes.readBigUInt64LE(offset + 8) !== segment.start + BigInt(offset)) return undefined;
  const info = bytes.readUInt16LE(offset + 2);
  return {
    size: (info & isLong) === 0 ? shortHeaderSize : longHeaderSize,
    remaining: bytes.readUInt32LE(offset + 16),
    continues: (info & firstIsContinuation) !== 0,
    overwrites: (info & firstIsOverwrite) !== 0,
  };
}
