import { readFile } from 'node:fs/promises';
import type { EngineProgram } from '../../engine/engine.ts';
import { findSegment, type ArchiveLedger } from '../wal/ledger.ts';
import type { LocalWal } from '../wal/local-wal.ts';
import { readStoredSegment } from '../wal/read-stored-segment.ts';
import { segmentOnChain, type TimelineChain } from '../wal/timeline-chain.ts';
import type { ReadSegment } from '../wal/wal-reader.ts';

/** The WAL of one repository as a search needs it. */
export interface WalSource {
  readonly ledger: ArchiveLedger;
  readonly chain: TimelineChain;
  /** Reads along another chain too. */
  readonly readerFor: (chain: TimelineChain) => ReadSegment;
}

/** Where the segments of one chain come from. */
export interface SegmentSource {
  readonly engine: EngineProgram;
  readonly stanza: string;
  readonly repositoryKey: number;
  readonly archiveId: string;
  readonly ledger: ArchiveLedger;
  readonly chain: TimelineChain;
  /** Used for what the archive does not have; undefined when it will not be salvaged. */
  readonly localWal: LocalWal | undefined;
  /** PATH, for the programs of compressions that node does not know. */
  readonly path: string;
  /** Aborting ends the search at the next segment. */
  readonly signal?: AbortSignal | undefined;
}

/** Reads segments from the repository (decrypted by the engine) or, where it lacks them, from pg_wal. */
export function readSegmentsFrom(source: SegmentSource): ReadSegment {
  const { ledger, chain } = source;
  return async (number) => {
    source.signal?.throwIfAborted();
    const name = segmentOnChain(chain, number);
    const stored = findSegment(ledger, name);
    if (stored) {
      const bytes = await readStoredSegment({ ...source, file: stored.file, segmentSize: chain.segmentSize });
      return { bytes, torn: false };
    }
    const local = source.localWal?.segments.find((segment) => segment.name === name);
    return local && { bytes: await readFile(local.path), torn: true };
  };
}
