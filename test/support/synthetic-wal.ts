import { segmentName, segmentStart } from '../../src/model/wal.ts';
import { crc32cFinish, crc32cStart, crc32cUpdate } from '../../src/recovery/wal/crc32c.ts';

/** The smallest segment size that PostgreSQL has. */
export const syntheticSegmentSize = 1024 * 1024;

/** A commit or restore point to be written. Time is microseconds since 1970. */
export interface SyntheticRecord {
  readonly time: bigint;
  /** Undefined writes a restore point. */
  readonly xid?: number | undefined;
  readonly name?: string | undefined;
}

/** Bytes of a segment of PostgreSQL 15 with these records and then a switch: for tests of what is decided from WAL. */
export function synthesizeSegment(
  timeline: number,
  number: bigint,
  records: readonly SyntheticRecord[],
): Buffer {
  const bytes = Buffer.alloc(syntheticSegmentSize);
  const start = segmentStart(number, syntheticSegmentSize);
  bytes.writeUInt16LE(0xd110, 0);
  bytes.writeUInt16LE(2, 2);
  bytes.writeUInt32LE(timeline, 4);
  bytes.writeBigUInt64LE(start, 8);
  bytes.writeBigUInt64LE(7n, 24);
  bytes.writeUInt32LE(syntheticSegmentSize, 32);
  bytes.writeUInt32LE(8192, 36);
  let at = 40;
  let previous = start;
  for (const record of [
    ...records.map(encodeRecord),
    encode({ manager: 0, info: 0x40, xid: 0, data: undefined }),
  ]) {
    record.writeBigUInt64LE(previous, 8);
    record.writeUInt32LE(checksum(record), 20);
    record.copy(bytes, at);
    previous = start + BigInt(at);
    at += Math.ceil(record.length / 8) * 8;
    if (at > 8192) throw new Error('more records than a page of this test holds');
  }
  return bytes;
}

/** The name of a segment of this size. */
export function syntheticName(timeline: number, number: bigint): string {
  return segmentName({ timeline, number }, syntheticSegmentSize);
}

function encodeRecord(record: SyntheticRecord): Buffer {
  const time = record.time - 946_684_800_000_000n;
  if (record.xid !== undefined) {
    const data = Buffer.alloc(8);
    data.writeBigInt64LE(time, 0);
    return encode({ manager: 1, info: 0, xid: record.xid, data });
  }
  const data = Buffer.alloc(72);
  data.writeBigInt64LE(time, 0);
  data.write(record.name ?? '', 8);
  return encode({ manager: 0, info: 0x70, xid: 0, data });
}

function encode(parts: { manager: number; info: number; xid: number; data: Buffer | undefined }): Buffer {
  const { data } = parts;
  const record = Buffer.alloc(24 + (data ? 2 + data.length : 0));
  record.writeUInt32LE(record.length, 0);
  record.writeUInt32LE(parts.xid, 4);
  record.writeUInt8(parts.info, 16);
  record.writeUInt8(parts.manager, 17);
  if (data) {
    record.writeUInt8(255, 24);
    record.writeUInt8(data.length, 25);
    data.copy(record, 26);
  }
  return record;
}

function checksum(record: Buffer): number {
  const state = crc32cUpdate(crc32cStart, record, 24, record.length);
  return crc32cFinish(crc32cUpdate(state, record, 0, 20));
}
