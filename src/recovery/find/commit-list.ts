import type { Lsn } from '../../model/wal.ts';
import type { WalEvent } from '../wal/record.ts';

/** A commit as the WAL has it. */
export type Commit = Pick<WalEvent, 'lsn' | 'endLsn' | 'xid' | 'time'>;

/** Commits in the order of the WAL. Packed: there may be tens of millions between two moments. */
export class CommitList {
  #length = 0;
  #lsn = new BigUint64Array(1024);
  #endLsn = new BigUint64Array(1024);
  #time = new BigInt64Array(1024);
  #xid = new Uint32Array(1024);

  get length(): number {
    return this.#length;
  }

  push({ lsn, endLsn, time, xid }: Commit): void {
    if (this.#length === this.#xid.length) this.#grow();
    this.#lsn[this.#length] = lsn;
    this.#endLsn[this.#length] = endLsn;
    this.#time[this.#length] = time;
    this.#xid[this.#length] = xid;
    this.#length += 1;
  }

  /** Undefined outside of the list. */
  at(index: number): Commit | undefined {
    if (index < 0 || index >= this.#length) return undefined;
    return {
      lsn: this.#lsn[index] as bigint,
      endLsn: this.#endLsn[index] as bigint,
      time: this.#time[index] as bigint,
      xid: this.#xid[index] as number,
    };
  }

  /** Index of the last commit that ends at or before a position; -1 when none does. */
  lastEndingBy(position: Lsn): number {
    let [low, high] = [0, this.#length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#endLsn[middle] as bigint) <= position) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  #grow(): void {
    const size = this.#xid.length * 2;
    const [lsn, endLsn, time, xid] = [this.#lsn, this.#endLsn, this.#time, this.#xid];
    (this.#lsn = new BigUint64Array(size)).set(lsn);
    (this.#endLsn = new BigUint64Array(size)).set(endLsn);
    (this.#time = new BigInt64Array(size)).set(time);
    (this.#xid = new Uint32Array(size)).set(xid);
  }
}
