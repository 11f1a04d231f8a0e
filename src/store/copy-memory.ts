import type { CopyRecord } from '../model/copy.ts';

/** Which copies there are. A copy is written down before its first directory is made, so that none is ever forgotten. */
export interface CopyMemory {
  /** `guard` sees the copies that are not dropped, under the write lock; what it throws is passed on. */
  begin(copy: CopyRecord, guard?: (copies: readonly CopyRecord[]) => void): void;
  /** @throws Error when there is no such copy: a bug */
  update(
    id: string,
    change: Partial<
      Pick<
        CopyRecord,
        'state' | 'purpose' | 'process' | 'expiresAt' | 'port' | 'socketDirectory' | 'name' | 'target'
      >
    >,
  ): CopyRecord;
  read(id: string): CopyRecord | undefined;
  /** Newest first; those that are dropped only where asked for. */
  list(filter?: {
    readonly stanza?: string | undefined;
    readonly dropped?: boolean | undefined;
  }): CopyRecord[];
}
