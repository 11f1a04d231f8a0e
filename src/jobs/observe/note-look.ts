import type { PrimaryFacts } from '../../postgres/primary-facts.ts';
import type { WalDirectoryObservation } from '../../status/primary-observation.ts';
import type { SampleMemory } from '../../store/sample-memory.ts';

/** Names of what is measured at each look at a primary. Sizes are bytes. */
export const sampleNames = {
  /** Position in WAL, as a number: exact up to 2^53. */
  wal: 'wal',
  /** Segments that wait to be archived. */
  ready: 'wal-ready',
  /** Free in the file system of pg_wal. */
  walFree: 'wal-free',
} as const;

/** Remembers what was measured at one look. @param at epoch milliseconds */
export function noteLook(
  samples: SampleMemory,
  stanza: string,
  at: number,
  { insertLsn }: Pick<PrimaryFacts, 'insertLsn'>,
  wal: WalDirectoryObservation | undefined,
): void {
  samples.note(stanza, at, {
    [sampleNames.wal]: Number(insertLsn),
    ...(wal === undefined ? {} : { [sampleNames.ready]: wal.ready }),
    ...(wal?.availableBytes === undefined ? {} : { [sampleNames.walFree]: wal.availableBytes }),
  });
}
