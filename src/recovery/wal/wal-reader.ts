import { scanSegment, type PartialRecord, type SegmentScan } from './scan-segment.ts';

/** Gives the decompressed bytes of a segment of one chain by number; undefined when it is not there. */
export type ReadSegment = (
  number: bigint,
) => Promise<{ readonly bytes: Buffer; readonly torn: boolean } | undefined>;

/**
 * Scans segments of one chain and remembers what it saw: searches look at the same few segments again and again, and
 * getting one from a repository costs far more than reading it.
 */
export class WalReader {
  readonly #read: ReadSegment;
  readonly #bytes = new Map<bigint, ReturnType<ReadSegment>>();
  readonly #scans = new Map<bigint, Promise<SegmentScan | undefined>>();

  /** @param read see ReadSegment; `torn` marks WAL of which every record must be checked (pg_wal of a dead server) */
  constructor(read: ReadSegment) {
    this.#read = read;
  }

  /** What a segment holds, without a record that began in the one before. Undefined when it cannot be read. */
  scan(number: bigint): Promise<SegmentScan | undefined> {
    const known = this.#scans.get(number);
    if (known) return known;
    const scan = this.#scanBytes(number, undefined);
    remember(this.#scans, number, scan, 16);
    return scan;
  }

  /** What a segment holds, with the record that the segment before left unfinished. */
  scanWith(number: bigint, carry: PartialRecord | undefined): Promise<SegmentScan | undefined> {
    return carry === undefined ? this.scan(number) : this.#scanBytes(number, carry);
  }

  async #scanBytes(number: bigint, carry: PartialRecord | undefined): Promise<SegmentScan | undefined> {
    let reading = this.#bytes.get(number);
    if (!reading) {
      reading = this.#read(number);
      remember(this.#bytes, number, reading, 3);
    }
    const segment = await reading;
    return segment && scanSegment(segment.bytes, { carry, checkAll: segment.torn });
  }
}

/** Keeps the youngest `limit` entries. */
function remember<Value>(map: Map<bigint, Value>, key: bigint, value: Value, limit: number): void {
  map.set(key, value);
  const oldest = map.keys().next().value;
  if (map.size > limit && oldest !== undefined) map.delete(oldest);
}
