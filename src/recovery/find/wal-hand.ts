import { constants } from 'node:fs';
import { open, readdir, rename, rm, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../model/failure.ts';
import { parseSegmentName, segmentNumberOf, segmentStart, type Lsn } from '../../model/wal.ts';
import type { RunAs } from '../../process/run-command.ts';
import { segmentOnChain, type TimelineChain } from '../wal/timeline-chain.ts';

/** Where WAL is put, and where it comes from. */
export interface WalHandParts {
  /** The copy's data directory. */
  readonly dataDirectory: string;
  readonly owner: Pick<RunAs, 'uid' | 'gid'>;
  readonly chain: TimelineChain;
  /** Whole segments by number; undefined when there is no such segment. */
  readonly read: (number: bigint) => Promise<Buffer | undefined>;
}

/** A segment of which the copy has only the beginning. */
interface OpenSegment {
  readonly number: bigint;
  readonly bytes: Buffer;
  readonly given: number;
}

/**
 * Gives a standby its WAL byte by byte: each segment lies in its pg_wal up to a position, and zeros follow. Zeros are no
 * record, so replay stands still exactly there, and goes on when more is written behind it, without any restart. That a
 * standby without other sources polls pg_wal is documented, and a record that was only partly written when it looked
 * fails its checksum and is read again.
 *
 * @see https://www.postgresql.org/docs/current/warm-standby.html#STANDBY-SERVER-OPERATION
 */
export class WalHand {
  readonly #parts: WalHandParts;
  #open: OpenSegment | undefined;
  #position: Lsn;

  /** @param position up to where the copy has everything: the end of a record */
  constructor(parts: WalHandParts, position: Lsn) {
    this.#parts = parts;
    this.#position = position;
  }

  /** Up to where WAL was given. */
  get position(): Lsn {
    return this.#position;
  }

  /** Bytes. */
  get segmentSize(): number {
    return this.#parts.chain.segmentSize;
  }

  /** Takes away what lies in pg_wal of a stopped server behind the position. */
  async cut(): Promise<void> {
    const { chain, dataDirectory } = this.#parts;
    const directory = join(dataDirectory, 'pg_wal');
    const last = segmentNumberOf(this.#position - 1n, chain.segmentSize);
    for (const name of await readdir(directory)) {
      const segment = /^[0-9A-F]{24}$/.test(name) ? parseSegmentName(name, chain.segmentSize) : undefined;
      if (segment !== undefined && segment.number >= last) await unlink(join(directory, name));
    }
    await this.#give(last, this.#position);
  }

  /**
   * Gives everything up to a position behind the present one.
   *
   * @param onSegment called when a whole segment was given, before the next one is
   */
  async giveUntil(position: Lsn, onSegment?: (end: Lsn) => Promise<void>): Promise<void> {
    const { segmentSize } = this.#parts.chain;
    const last = segmentNumberOf(position - 1n, segmentSize);
    for (let number = segmentNumberOf(this.#position, segmentSize); number < last; number += 1n) {
      const end = segmentStart(number + 1n, segmentSize);
      await this.#give(number, end);
      await onSegment?.(end);
    }
    await this.#give(last, position);
  }

  async #give(number: bigint, until: Lsn): Promise<void> {
    const { segmentSize } = this.#parts.chain;
    const bytes = this.#open?.number === number ? this.#open.bytes : await this.#read(number);
    const end = Number(until - segmentStart(number, segmentSize));
    if (this.#open?.number === number) await this.#extend(this.#open, end);
    else await this.#write(number, bytes.subarray(0, end));
    this.#open = { number, bytes, given: end };
    this.#position = until;
  }

  async #extend({ number, bytes, given }: OpenSegment, end: number): Promise<void> {
    await using file = await open(this.#pathOf(number), constants.O_WRONLY | constants.O_NOFOLLOW);
    await writeAll(file, bytes.subarray(given, end), given);
  }

  /** Under another name first: a segment that is shorter than all others would be taken for a damaged one. */
  async #write(number: bigint, beginning: Buffer): Promise<void> {
    const { chain, owner } = this.#parts;
    const path = this.#pathOf(number);
    const temporary = `${path}.holdfast-new`;
    await rm(temporary, { force: true });
    {
      await using file = await open(temporary, 'wx', 0o600);
      await writeAll(file, beginning, 0);
      await file.truncate(chain.segmentSize);
      await file.chown(owner.uid, owner.gid);
    }
    await rename(temporary, path);
  }

  #pathOf(number: bigint): string {
    return join(this.#parts.dataDirectory, 'pg_wal', segmentOnChain(this.#parts.chain, number));
  }

  async #read(number: bigint): Promise<Buffer> {
    const bytes = await this.#parts.read(number);
    if (bytes !== undefined) return bytes;
    throw new Failure('target-unreachable', {
      operation: 'hand WAL to the copy',
      problem: `segment ${segmentOnChain(this.#parts.chain, number)} is not there any more`,
      hint: 'It was there when the search began. Was it expired meanwhile? Search again between moments that are still covered.',
    });
  }
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
