import { parseSegmentName, segmentStart, type Lsn } from '../../model/wal.ts';
import type { CopyDependencies } from '../copy/copy-deps.ts';
import type { CopyPlan } from '../copy/make-copy.ts';
import { readSegmentsFrom } from '../plan/fetch-segment.ts';
import { readSegmentHeader } from '../wal/page-header.ts';
import { segmentOnChain, type TimelineChain } from '../wal/timeline-chain.ts';
import { type ReadSegment, WalReader } from '../wal/wal-reader.ts';

/** The WAL that a search goes through: the archive's, and behind its end what lies in production's pg_wal. */
export interface SearchWal {
  readonly chain: TimelineChain;
  readonly reader: WalReader;
  readonly read: (number: bigint) => Promise<Buffer | undefined>;
  /** Numbers of the first and last segments without a hole between. */
  readonly first: bigint;
  readonly last: bigint;
  /** Up to here it is archived, so that a restore can be made to it. */
  readonly archivedUntil: Lsn;
}

/** @param planned a plan without refusals */
export function walForSearch({ plan, observations, request }: CopyPlan, deps: CopyDependencies): SearchWal {
  const repository = observations.repositories.find(({ name }) => name === plan.repository.name);
  const { ledger, chain, stretches = [], archiveId } = repository ?? {};
  const begin = parseSegmentName(plan.wal.first, chain?.segmentSize)?.number ?? -1n;
  const stretch = stretches.find(({ first, last }) => first <= begin && begin <= last);
  if (ledger === undefined || chain === undefined || archiveId === undefined || stretch === undefined)
    throw new Error('a plan without refusals has WAL');
  const { localWal } = observations.cluster;
  const fetch = readSegmentsFrom({
    engine: deps.engine,
    stanza: request.stanza,
    repositoryKey: plan.repository.key,
    archiveId,
    ledger,
    chain,
    localWal,
    path: deps.path,
    signal: deps.signal,
  });
  const checked: ReadSegment = async (number) => {
    const segment = await fetch(number);
    // A running server may have recycled a segment of its pg_wal since it was looked at.
    const header = segment && readSegmentHeader(segment.bytes);
    return header?.start === segmentStart(number, chain.segmentSize) ? segment : undefined;
  };
  const local = new Set(localWal.segments.map(({ name }) => name));
  let { last } = stretch;
  while (local.has(segmentOnChain(chain, last + 1n))) last += 1n;
  return {
    chain,
    reader: new WalReader(checked),
    read: async (number) => (await checked(number))?.bytes,
    first: stretch.first,
    last,
    archivedUntil: segmentStart(stretch.last + 1n, chain.segmentSize),
  };
}
