import type { Lsn } from '../../model/wal.ts';
import { readPageHeader, readSegmentHeader, walPageSize, type SegmentHeader } from './page-header.ts';
import {
  hasValidChecksum,
  isOfInterest,
  isSwitch,
  readEvent,
  recordHeaderSize,
  type WalEvent,
} from './record.ts';

/** A record that goes on in the next segment. */
export interface PartialRecord {
  readonly lsn: Lsn;
  readonly bytes: Buffer;
}

/** What one segment holds. */
export interface SegmentScan {
  readonly header: SegmentHeader;
  /** Commits, aborts and restore points that end in this segment, in order. */
  readonly events: readonly WalEvent[];
  /** Where the last whole record ends. */
  readonly endLsn: Lsn;
  /** Where the last whole record begins; undefined when none ends here. A target position needs one at or behind it. */
  readonly lastRecordLsn: Lsn | undefined;
  /**
   * - `full`: records up to the end of the segment
   * - `switched`: ended early by a switch to the next segment, which is complete all the same
   * - `ended`: WAL ends inside the segment (a segment still being written, a recycled or damaged one)
   */
  readonly ending: 'full' | 'switched' | 'ended';
  /** The record that has to be completed from the next segment. */
  readonly partial: PartialRecord | undefined;
  /** True when the segment begins inside a record whose start was not given: an event may be missing. */
  readonly beheaded: boolean;
}

export interface ScanOptions {
  /** What the segment before left over. */
  readonly carry?: PartialRecord | undefined;
  /**
   * Check every record, not only the ones reported. For WAL that may be torn: pg_wal of a server that died. Archived
   * segments are checked by the repository's own checksum when the engine reads them for recovery.
   */
  readonly checkAll?: boolean | undefined;
}

/**
 * Reads one WAL segment.
 *
 * Follows the rules of PostgreSQL's own reader (`src/backend/access/transam/xlogreader.c`): records are aligned to 8
 * bytes, go on behind the header of the next page, point back to the record before (`xl_prev`), and the first thing
 * that breaks a rule is the end of the WAL.
 *
 * @param bytes the decompressed segment; a shorter file is read as far as it goes
 * @returns undefined when it is not a segment of a supported PostgreSQL version
 */
export function scanSegment(bytes: Buffer, options: ScanOptions = {}): SegmentScan | undefined {
  const header = readSegmentHeader(bytes);
  if (!header) return undefined;
  const scanner = new SegmentScanner(
    bytes.subarray(0, header.segmentSize),
    header,
    options.checkAll ?? false,
  );
  return scanner.run(options.carry);
}

type Collected = { readonly complete: boolean; readonly bytes: Buffer } | 'broken' | 'overwritten';

class SegmentScanner {
  readonly #bytes: Buffer;
  readonly #header: SegmentHeader;
  readonly #checkAll: boolean;
  readonly #events: WalEvent[] = [];
  /** Where the next byte is read; always behind a page header. */
  #at = 0;
  #previous: Lsn | undefined;
  #end: Lsn;

  constructor(bytes: Buffer, header: SegmentHeader, checkAll: boolean) {
    this.#bytes = bytes;
    this.#header = header;
    this.#checkAll = checkAll;
    this.#end = header.start;
  }

  run(carry: PartialRecord | undefined): SegmentScan {
    const first = readPageHeader(this.#bytes, 0, this.#header);
    if (!first) return this.#result('ended', undefined, false);
    this.#at = first.size;
    let beheaded = false;
    if (first.continues) {
      const whole = this.#readOn(carry?.bytes ?? empty, first.remaining);
      if (whole === 'broken') return this.#result('ended', undefined, carry === undefined);
      if (whole === 'overwritten') return this.#readRecords(false);
      if (!whole.complete) {
        return this.#result('full', carry && { lsn: carry.lsn, bytes: whole.bytes }, carry === undefined);
      }
      this.#align();
      if (carry === undefined) beheaded = true;
      else if (!this.#take(whole.bytes, carry.lsn, whole.bytes.length))
        return this.#result('ended', undefined, false);
      this.#end = this.#position();
    }
    return this.#readRecords(beheaded);
  }

  #readRecords(beheaded: boolean): SegmentScan {
    for (;;) {
      if (!this.#enterPage()) return this.#result(this.#atEnd() ? 'full' : 'ended', undefined, beheaded);
      const lsn = this.#position();
      const length = this.#bytes.readUInt32LE(this.#at);
      if (length < recordHeaderSize || length > 1_020 * 1_048_576)
        return this.#result('ended', undefined, beheaded);
      const manager = this.#headerByte(17);
      const info = this.#headerByte(16);
      const whole = this.#readRecord(length, manager, info);
      if (whole === 'broken') return this.#result('ended', undefined, beheaded);
      if (whole === 'overwritten') continue;
      if (!whole.complete) return this.#result('full', { lsn, bytes: whole.bytes }, beheaded);
      this.#align();
      if (whole.bytes.length > 0 && !this.#take(whole.bytes, lsn, length))
        return this.#result('ended', undefined, beheaded);
      this.#previous = lsn;
      this.#end = this.#position();
      if (manager !== undefined && info !== undefined && isSwitch(manager, info)) {
        this.#end = this.#header.start + BigInt(this.#header.segmentSize);
        return this.#result('switched', undefined, beheaded);
      }
    }
  }

  /** The fast path: a record that lies on one page and is of no interest is only stepped over. */
  #readRecord(length: number, manager: number | undefined, info: number | undefined): Collected {
    const left = walPageSize - (this.#at % walPageSize);
    const wanted = this.#checkAll || isOfInterest(manager ?? -1, info ?? 0);
    if (length > left) return this.#readOn(empty, length, wanted ? length : recordHeaderSize);
    if (this.#previous !== undefined && this.#bytes.readBigUInt64LE(this.#at + 8) !== this.#previous)
      return 'broken';
    const from = this.#at;
    this.#at += length;
    return { complete: true, bytes: wanted ? this.#bytes.subarray(from, this.#at) : empty };
  }

  /**
   * Collects `length` more bytes over as many pages as they take.
   *
   * @param kept how many of all bytes are wanted when the record is whole: of most records only the header is, and page
   *   images are long
   */
  #readOn(before: Buffer, length: number, kept = before.length + length): Collected {
    const parts: Buffer[] = [before];
    let missing = length;
    while (missing > 0) {
      const pageLeft = walPageSize - (this.#at % walPageSize);
      const take = Math.min(missing, pageLeft);
      if (this.#at + take > this.#bytes.length) return 'broken';
      parts.push(this.#bytes.subarray(this.#at, this.#at + take));
      this.#at += take;
      missing -= take;
      if (missing === 0) break;
      if (this.#atEnd()) return { complete: false, bytes: Buffer.concat(parts) };
      const page = readPageHeader(this.#bytes, this.#at, this.#header);
      if (page?.overwrites) {
        // The primary died while it wrote this record; after its recovery it went on here with something else.
        this.#at += page.size;
        return 'overwritten';
      }
      if (!page?.continues || page.remaining !== missing) return 'broken';
      this.#at += page.size;
    }
    return { complete: true, bytes: Buffer.concat(parts, kept) };
  }

  /**
   * Checks a whole record and notes what it says. False when it is damaged.
   *
   * @param record all of it, or only its header where it is of no interest
   * @param length of all of it
   */
  #take(record: Buffer, lsn: Lsn, length: number): boolean {
    if (record.length < recordHeaderSize || record.readUInt32LE(0) !== length) return false;
    if (this.#previous !== undefined && record.readBigUInt64LE(8) !== this.#previous) return false;
    const interesting = isOfInterest(record[17] as number, record[16] as number);
    if ((interesting || this.#checkAll) && !hasValidChecksum(record)) return false;
    if (interesting) {
      const event = readEvent(record, lsn, this.#position(), this.#header.major);
      if (event) this.#events.push(event);
    }
    this.#previous = lsn;
    return true;
  }

  /** At the start of a page: over its header. False at the end of the segment or of the WAL. */
  #enterPage(): boolean {
    if (this.#at % walPageSize !== 0) return this.#at + 4 <= this.#bytes.length;
    if (this.#at >= this.#bytes.length) return false;
    const page = readPageHeader(this.#bytes, this.#at, this.#header);
    // A record before this page ended exactly at its border, so nothing may continue here.
    if (!page || page.continues) return false;
    this.#at += page.size;
    return true;
  }

  /** A record's header may itself be split by a page border; then its bytes lie behind the next page's header. */
  #headerByte(index: number): number | undefined {
    const left = walPageSize - (this.#at % walPageSize);
    if (index < left) return this.#bytes[this.#at + index];
    const page = readPageHeader(this.#bytes, this.#at + left, this.#header);
    return page && this.#bytes[this.#at + index + page.size];
  }

  #align(): void {
    this.#at = Math.ceil(this.#at / 8) * 8;
  }

  #atEnd(): boolean {
    return this.#at >= this.#header.segmentSize;
  }

  #position(): Lsn {
    return this.#header.start + BigInt(this.#at);
  }

  #result(ending: SegmentScan['ending'], partial: PartialRecord | undefined, beheaded: boolean): SegmentScan {
    return {
      header: this.#header,
      events: this.#events,
      endLsn: this.#end,
      lastRecordLsn: this.#previous,
      ending,
      partial,
      beheaded,
    };
  }
}

const empty: Buffer = Buffer.alloc(0);
