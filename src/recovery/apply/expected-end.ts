import { basename } from 'node:path';
import { isFailure } from '../../model/failure.ts';
import {
  defaultSegmentSize,
  formatLsn,
  type Lsn,
  parseLsn,
  parseSegmentName,
  segmentStart,
  wholeSegmentOf,
} from '../../model/wal.ts';
import type { RestorePlan } from '../restore-plan.ts';
import { readStoredSegment } from '../wal/read-stored-segment.ts';
import { scanSegment } from '../wal/scan-segment.ts';
import { type Archive, archiveOf, lastArchived } from './archive-listing.ts';
import type { RestoreContext } from './restore-context.ts';

/** Up to where a restore to `latest` must come at least, and how that is known. */
export interface ExpectedEnd {
  readonly lsn: Lsn;
  readonly evidence: string;
}

/**
 * The end of all WAL that is there: of the last archived segment of the plan's timeline, or of the salvaged WAL, both
 * known to the byte; and never before the last transaction that the plan saw.
 *
 * A server that recovers less has met a hole, and without this check nobody would notice: it starts, and rows are
 * missing. The start of the last segment would not do: behind a switch PostgreSQL stands there without having read
 * anything of it (`src/backend/access/transam/xlogreader.c`, XLOG_SWITCH).
 *
 * @returns undefined when there is nothing of the kind: the set is then all there is
 * @throws Failure of the engine; repository-damaged when the last segment is not what was archived
 */
export async function findExpectedEnd(
  context: RestoreContext,
  segmentSize = defaultSegmentSize,
): Promise<ExpectedEnd | undefined> {
  const { plan, deps } = context;
  const archive = archiveOf(deps.engine, plan);
  const files = await lastArchived(archive, plan.target.timeline);
  const read = (file: string): Promise<Buffer | undefined> =>
    readSegment(archive, file, segmentSize, deps.signal);
  const archived = await endOfArchive(files, segmentSize, read);
  const ends = [salvagedEnd(context), plannedEnd(plan), archived && { ...archived, ...tell(plan, files) }];
  return ends
    .filter((end) => end !== undefined)
    .toSorted((left, right) => (left.lsn < right.lsn ? -1 : Number(left.lsn > right.lsn)))
    .at(-1);
}

function tell(plan: RestorePlan, files: readonly string[]): Pick<ExpectedEnd, 'evidence'> {
  const last = wholeSegmentOf(basename(files.at(-1) ?? '')) ?? '';
  return { evidence: `segment ${last} is the last one in repository ${plan.repository.name}` };
}

function salvagedEnd(context: RestoreContext): ExpectedEnd | undefined {
  const { endLsn } = context.factsOf('salvage-wal');
  if (typeof endLsn !== 'bigint') return undefined;
  return { lsn: endLsn, evidence: `the WAL salvaged from the old server ends at ${formatLsn(endLsn)}` };
}

/** Counts also where the timeline has no segment of its own yet. The plan says where the record begins. */
function plannedEnd({ target: { lastTransaction } }: RestorePlan): ExpectedEnd | undefined {
  const lsn = parseLsn(lastTransaction?.lsn ?? '');
  if (lsn === undefined || lastTransaction === undefined) return undefined;
  const { xid, time } = lastTransaction;
  return { lsn: lsn + 1n, evidence: `the plan saw transaction ${xid} of ${time} there` };
}

/**
 * Where the last whole record of an archive ends: behind a switch that is the end of its segment. A record that goes on
 * in a segment that is not there yet does not count, because nobody can replay it.
 *
 * @param files whole segments of one timeline as they are stored, oldest first
 * @param read gives the bytes of one; undefined where nobody can look into it, which says no more than that it holds
 *   something
 */
export async function endOfArchive(
  files: readonly string[],
  segmentSize: number,
  read: (file: string) => Promise<Buffer | undefined>,
): Promise<{ readonly lsn: Lsn } | undefined> {
  for (const file of files.toReversed()) {
    const segment = parseSegmentName(wholeSegmentOf(basename(file)) ?? '', segmentSize);
    if (segment === undefined) return undefined;
    const start = segmentStart(segment.number, segmentSize);
    const bytes = await read(file);
    const scan = bytes && scanSegment(bytes, { checkAll: true });
    if (scan === undefined) return { lsn: start + 1n };
    if (scan.endLsn > start) return { lsn: scan.endLsn };
    // One long record fills the whole segment: what ends is before it.
  }
  return undefined;
}

async function readSegment(
  archive: Archive,
  file: string,
  segmentSize: number,
  signal: AbortSignal | undefined,
): Promise<Buffer | undefined> {
  const { engine, stanza, repositoryKey, id } = archive;
  const place = { engine, stanza, repositoryKey, archiveId: id, file, segmentSize, path: '/usr/bin:/bin' };
  try {
    return await readStoredSegment({ ...place, signal });
  } catch (error) {
    // Compressed with a program that is not installed here; the engine does not need it.
    if (isFailure(error, 'nothing-found') && file.endsWith('.bz2')) return undefined;
    throw error;
  }
}
