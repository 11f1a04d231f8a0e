import { segmentNumberOf } from '../../model/wal.ts';
import { formatIso } from '../format-instant.ts';
import type { WalNeed } from '../restore-plan.ts';
import { eachMissing, sumStoredBytes } from '../wal/ledger.ts';
import { segmentOnChain } from '../wal/timeline-chain.ts';
import type { SetChoice } from './choose-set.ts';
import type { RestoreObservations } from './observations.ts';
import type { RestoreRequest } from './restore-request.ts';

/** The WAL that recovery will read, and whether it is there. */
export function planWal(
  request: RestoreRequest,
  observations: RestoreObservations,
  choice: SetChoice,
): WalNeed {
  const { repository, verdict } = choice;
  const { ledger, chain, evidence } = repository;
  const first = verdict.set.archiveStart ?? '';
  if (!ledger || !chain) {
    return {
      first,
      last: undefined,
      segmentCount: 0,
      storedBytes: 0,
      missing: [],
      localOnly: [],
      lastCommitTime: undefined,
    };
  }
  const end = lastNeeded(request, choice);
  const local = new Set(
    request.into === undefined ? observations.cluster.localWal.segments.map((one) => one.name) : [],
  );
  const missing: string[] = [];
  const localOnly: string[] = [];
  for (const name of eachMissing(ledger, chain, verdict.firstSegment, end)) {
    if (local.has(name)) localOnly.push(name);
    else if (missing.length < 1000) missing.push(name);
  }
  const last = evidence?.stop ? evidence.before : (evidence?.last?.event ?? evidence?.before);
  return {
    first,
    last: request.target.kind === 'latest' ? undefined : segmentOnChain(chain, end),
    segmentCount: Number(end - verdict.firstSegment) + 1,
    storedBytes: sumStoredBytes(ledger, chain, verdict.firstSegment, end),
    missing,
    localOnly,
    lastCommitTime: last && formatIso(last.time),
  };
}

/** The number of the last segment that recovery has to see. */
function lastNeeded(request: RestoreRequest, { repository, verdict, reaches }: SetChoice): bigint {
  const { chain, evidence, stretches } = repository;
  const own = verdict.lastSegment;
  const { target } = request;
  const max = (number: bigint | undefined): bigint => (number !== undefined && number > own ? number : own);
  if (!reaches)
    return target.kind === 'latest'
      ? max(stretches.at(-1)?.last)
      : max(evidence?.stop?.segment ?? evidence?.stretch.last);
  switch (target.kind) {
    case 'immediate':
      return own;
    case 'lsn':
      return max(segmentNumberOf(target.lsn, chain?.segmentSize));
    case 'latest':
      return max(evidence?.stretch.last);
    default:
      return max(evidence?.stop?.segment ?? evidence?.stretch.last);
  }
}
