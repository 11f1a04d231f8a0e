import type { Lsn } from '../../model/wal.ts';
import { crc32cFinish, crc32cStart, crc32cUpdate } from './crc32c.ts';

/**
 * WAL records that matter to recovery targets: commits, aborts and restore points.
 *
 * Layouts: PostgreSQL `src/include/access/xlogrecord.h` (XLogRecord and the block and data headers),
 * `src/include/access/xact.h` (xl_xact_commit, xinfo), `src/include/access/xlog_internal.h` (xl_restore_point) and
 * `src/backend/access/rmgrdesc/xactdesc.c` (ParseCommitRecord). The same for 13 to 18 but for the item size of
 * dropped statistics.
 */
export const recordHeaderSize = 24;

const managerXlog = 0;
const managerTransaction = 1;
const switchInfo = 0x40;
const restorePointInfo = 0x70;
/** Microseconds from 1970 to 2000, where PostgreSQL's clock begins. */
const postgresEpoch = 946_684_800_000_000n;

/** A record at which recovery can stop. */
export interface WalEvent {
  readonly kind: 'commit' | 'abort' | 'restore-point';
  /** Where the record begins. */
  readonly lsn: Lsn;
  /** Just behind the record, aligned to 8: where recovery stands after it. */
  readonly endLsn: Lsn;
  /** Of the transaction (of the prepared one for COMMIT PREPARED); 0 for a restore point. */
  readonly xid: number;
  /** Microseconds since 1970. */
  readonly time: bigint;
  /** Name of a restore point. */
  readonly name: string | undefined;
}

/** True for records of which `readEvent` can make something, and for the one that ends a segment early. */
export function isOfInterest(manager: number, info: number): boolean {
  if (manager === managerTransaction) {
    const operation = info & 0x70;
    return operation === 0x00 || operation === 0x20 || operation === 0x30 || operation === 0x40;
  }
  return manager === managerXlog && (info & 0xf0) === restorePointInfo;
}

/** True for XLOG_SWITCH: what follows it in the segment is zeros. */
export function isSwitch(manager: number, info: number): boolean {
  return manager === managerXlog && (info & 0xf0) === switchInfo;
}

/** Checks the record's CRC-32C. `record` is the whole record in one piece. */
export function hasValidChecksum(record: Buffer): boolean {
  let state = crc32cUpdate(crc32cStart, record, recordHeaderSize, record.length);
  state = crc32cUpdate(state, record, 0, 20);
  return crc32cFinish(state) === record.readUInt32LE(20);
}

/**
 * Reads a commit, abort or restore point.
 *
 * @param record whole and already checked
 * @param major PostgreSQL's major version
 * @returns undefined when it is another record, or one whose inside makes no sense
 */
export function readEvent(record: Buffer, lsn: Lsn, endLsn: Lsn, major: number): WalEvent | undefined {
  const manager = record[17] as number;
  const info = record[16] as number;
  if (!isOfInterest(manager, info)) return undefined;
  const at = mainDataOffset(record);
  if (at === undefined || at + 8 > record.length) return undefined;
  const time = record.readBigInt64LE(at) + postgresEpoch;
  if (manager === managerXlog) {
    const end = record.indexOf(0, at + 8);
    const name = record.toString('utf8', at + 8, end === -1 ? record.length : end);
    return { kind: 'restore-point', lsn, endLsn, xid: 0, time, name };
  }
  const operation = info & 0x70;
  const prepared = operation === 0x30 || operation === 0x40;
  const xid = prepared ? preparedXid(record, at + 8, info, major) : record.readUInt32LE(4);
  if (xid === undefined) return undefined;
  const kind = operation === 0x00 || operation === 0x30 ? 'commit' : 'abort';
  return { kind, lsn, endLsn, xid, time, name: undefined };
}

/** Skips origin and top-level xid to the main data. These records refer to no blocks. */
function mainDataOffset(record: Buffer): number | undefined {
  let at = recordHeaderSize;
  while (at < record.length) {
    const id = record[at];
    if (id === 255) return at + 2;
    if (id === 254) return at + 5;
    if (id === 253) at += 3;
    else if (id === 252) at += 5;
    else return undefined;
  }
  return undefined;
}

/** The xid of the transaction that COMMIT PREPARED or ROLLBACK PREPARED ended: behind all optional parts. */
function preparedXid(record: Buffer, start: number, info: number, major: number): number | undefined {
  if ((info & 0x80) === 0 || start + 4 > record.length) return undefined;
  const parts = record.readUInt32LE(start);
  let at = start + 4;
  if (parts & 0x01) at += 8;
  const skipList = (itemSize: number): void => {
    const count = at + 4 <= record.length ? record.readInt32LE(at) : 0;
    at += 4 + Math.max(count, 0) * itemSize;
  };
  if (parts & 0x02) skipList(4);
  if (parts & 0x04) skipList(12);
  if (parts & 0x100) skipList(major >= 18 ? 16 : 12);
  if (parts & 0x08) skipList(16);
  if ((parts & 0x10) === 0 || at + 4 > record.length) return undefined;
  return record.readUInt32LE(at);
}
