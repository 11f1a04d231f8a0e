import { defaultSegmentSize, formatLsn, parseSegmentName, segmentStart, type Lsn } from '../../model/wal.ts';
import { archiveOf, lastArchived } from './archive-listing.ts';
import type { RestoreContext } from './restore-context.ts';

/** Up to where a restore to `latest` must come at least, and how that is known. */
export interface ExpectedEnd {
  readonly lsn: Lsn;
  readonly evidence: string;
}

/**
 * The end of all WAL that is there: of the last archived segment of the plan's timeline, or of the salvaged WAL, which
 * is known to the byte.
 *
 * A server that recovers less has met a hole, and without this check nobody would notice: it starts, and rows are
 * missing. Of an archived segment only its start is asked for, because the last record in it may need the next one.
 *
 * @returns undefined when neither is there: the set is then all there is
 */
export async function findExpectedEnd(
  context: RestoreContext,
  segmentSize = defaultSegmentSize,
): Promise<ExpectedEnd | undefined> {
  const { plan, deps } = context;
  const ends: ExpectedEnd[] = [];
  const { endLsn } = context.factsOf('salvage-wal');
  if (typeof endLsn === 'bigint') {
    ends.push({ lsn: endLsn, evidence: `the WAL salvaged from the old server ends at ${formatLsn(endLsn)}` });
  }
  const archive = archiveOf(deps.engine, plan);
  const last = await lastArchived(archive, plan.target.timeline);
  const segment = last === undefined ? undefined : parseSegmentName(last, segmentSize);
  if (segment !== undefined) {
    const lsn = segmentStart(segment.number, segmentSize);
    ends.push({ lsn, evidence: `segment ${last} is the last one in repository ${plan.repository.name}` });
  }
  return ends.toSorted((left, right) => (left.lsn < right.lsn ? -1 : Number(left.lsn > right.lsn))).at(-1);
}
