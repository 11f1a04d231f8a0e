import type { BackupSet } from '../../model/backup-set.ts';
import { segmentNumberOf, type Lsn } from '../../model/wal.ts';
import { describeInstant } from '../describe-target.ts';
import type { Stretch } from '../wal/ledger.ts';
import { judgeSetWal } from '../wal/judge-set-wal.ts';
import type { WalEvent } from '../wal/record.ts';
import type { LocatedEvent } from '../wal/search-wal.ts';
import type { RepositoryObservation } from './observations.ts';
import type { RestoreRequest } from './restore-request.ts';

/** Whether one set can be the base of the restore. */
export interface SetVerdict {
  readonly set: BackupSet;
  /** Why not; undefined when it can. */
  readonly problem: string | undefined;
  /** `late` sets end behind the target; behind `cut` ones WAL is missing before it; `broken` ones lack WAL of their own; `other` are not of this chain or database. */
  readonly kind: 'usable' | 'late' | 'cut' | 'broken' | 'other';
  /** The WAL that follows it without a hole. */
  readonly stretch: Stretch | undefined;
  readonly firstSegment: bigint;
  readonly lastSegment: bigint;
}

/** The record at which recovery will stop, and its segment. */
export type StopPlace = Pick<LocatedEvent, 'segment'> & { readonly event: Pick<WalEvent, 'lsn'> };

type Judged = Pick<RepositoryObservation, 'sets' | 'databaseId' | 'ledger' | 'chain' | 'stretches'>;

/**
 * Judges every set of a repository for a target, the best first: usable before not, without page errors before with,
 * younger before older. With `--set` only that one.
 *
 * @param stop where recovery will stop when the WAL has told it: then the exact rule counts, that the set must end
 *   before (PostgreSQL: `requested recovery stop point is before consistent recovery point`)
 */
export function judgeSets(
  repository: Judged,
  request: RestoreRequest,
  stop: StopPlace | undefined,
): SetVerdict[] {
  return repository.sets
    .filter((set) => request.setLabel === undefined || set.label === request.setLabel)
    .map((set) => judgeSet(repository, set, request, stop))
    .toSorted(compareVerdicts);
}

function compareVerdicts(left: SetVerdict, right: SetVerdict): number {
  const usable = Number(right.kind === 'usable') - Number(left.kind === 'usable');
  const sound = Number(left.set.error) - Number(right.set.error);
  return (
    usable || sound || right.set.stopTime - left.set.stopTime || (right.set.label < left.set.label ? -1 : 1)
  );
}

function judgeSet(
  repository: Judged,
  set: BackupSet,
  request: RestoreRequest,
  stop: StopPlace | undefined,
): SetVerdict {
  const own = judgeSetWal(repository, set);
  const { stretch } = own;
  if (own.kind !== 'usable' || stretch === undefined) return { set, ...own };
  const late = describeLateness(set, request, stop?.event.lsn);
  if (late !== undefined) return { set, ...own, kind: 'late', problem: late };
  if (stop !== undefined && stretch.last < stop.segment) {
    return { set, ...own, kind: 'cut', problem: 'WAL between it and the target is missing' };
  }
  return { set, ...own };
}

/** Why the set ends too late for the target; undefined when it does not. */
function describeLateness(
  set: BackupSet,
  request: RestoreRequest,
  stop: Lsn | undefined,
): string | undefined {
  const { target } = request;
  // The stop time is cut to whole seconds, so the set may have ended up to a second later.
  if (target.kind === 'time' && BigInt(set.stopTime + 1) * 1_000_000n > target.microseconds) {
    return `it ended ${describeInstant(BigInt(set.stopTime) * 1_000_000n, 'UTC')}, not before the target`;
  }
  const limit = target.kind === 'lsn' ? target.lsn : stop;
  if (limit !== undefined && set.stopLsn !== undefined && set.stopLsn > limit)
    return 'it ended after the target';
  return undefined;
}

/** The segment in which a target's WAL must begin to be looked for: where the set is consistent. */
export function consistencySegment(verdict: SetVerdict, segmentSize: number): bigint {
  const stop = verdict.set.stopLsn;
  return stop === undefined ? verdict.lastSegment : segmentNumberOf(stop, segmentSize);
}
