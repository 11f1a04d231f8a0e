import { Failure } from '../../model/failure.ts';
import type { RestoreTarget } from '../../model/restore-target.ts';
import { segmentNumberOf, type Lsn } from '../../model/wal.ts';
import { describeTarget } from '../describe-target.ts';
import type { WalEvent } from '../wal/record.ts';
import { endsTransaction, readForward, type SearchProgress } from '../wal/search-wal.ts';
import type { WalReader } from '../wal/wal-reader.ts';
import { type Commit, CommitList } from './commit-list.ts';

/** The WAL to list and how far. */
export interface CommitRange {
  /** Where the copy stands: what ends behind this counts. */
  readonly after: Lsn;
  readonly until: RestoreTarget;
  /** Bytes of a segment. */
  readonly segmentSize: number;
  /** Numbers of the first and last segments there are. */
  readonly first: bigint;
  readonly last: bigint;
}

export interface ListedCommits {
  readonly commits: CommitList;
  /** The last commit that is replayed already, where it lies in the neighbourhood. */
  readonly before: Commit | undefined;
  /** The WAL reaches to the end that was asked for. */
  readonly complete: boolean;
}

/**
 * Lists the commits that a recovery from a position to a target would replay, from the WAL itself.
 *
 * @throws Failure target-unreachable when the end is a transaction or restore point that is not there
 */
export async function listCommits(
  reader: WalReader,
  range: CommitRange,
  onProgress?: SearchProgress,
): Promise<ListedCommits> {
  const { after, until, segmentSize } = range;
  const commits = new CommitList();
  let before: Commit | undefined;
  let complete = until.kind === 'latest';
  const number = segmentNumberOf(after, segmentSize);
  // A record that ends here may have begun in the segment before.
  const from = number > range.first ? number - 1n : number;
  for await (const { event } of readForward(reader, from, range.last, onProgress)) {
    if (event.endLsn <= after) {
      if (event.kind === 'commit') before = event;
      continue;
    }
    const place = placeOf(event, until);
    if (place !== 'behind' && event.kind === 'commit') commits.push(event);
    complete ||= place !== 'before';
    if (place !== 'before') break;
  }
  if (!complete && (until.kind === 'xid' || until.kind === 'name')) throw notThere(until);
  return { commits, before, complete };
}

/** Where a record lies to the end of the range; `last` belongs to it. PostgreSQL: xlogrecovery.c, recoveryStopsBefore. */
function placeOf(event: WalEvent, until: RestoreTarget): 'before' | 'last' | 'behind' {
  switch (until.kind) {
    case 'time':
      return endsTransaction(event) && event.time > until.microseconds ? 'behind' : 'before';
    case 'lsn':
      return event.lsn > until.lsn ? 'behind' : event.lsn === until.lsn ? 'last' : 'before';
    case 'xid':
      return endsTransaction(event) && event.xid === Number(until.xid & 0xffff_ffffn) ? 'last' : 'before';
    case 'name':
      return event.kind === 'restore-point' && event.name === until.name ? 'last' : 'before';
    default:
      return 'before';
  }
}

function notThere(until: RestoreTarget): Failure {
  return new Failure('target-unreachable', {
    operation: 'list the commits to search',
    problem: `${describeTarget(until)} is not in the WAL behind the beginning of the search`,
    hint: 'Give an end that lies behind --between, or `--and latest` for all WAL there is.',
  });
}
