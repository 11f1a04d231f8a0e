import { formatElapsed } from '../../model/duration.ts';
import type { findingPlace, Finding } from '../../model/finding.ts';
import type { ArchiveObservation } from '../archive-observation.ts';

/** A server that is alive ends a segment that often, with archive_timeout and heartbeats. Milliseconds. */
const aliveMs = 60 * 60_000;

/** Production left a timeline, and WAL of it still comes: two servers take writes, and those of one of them are lost. */
export function judgeGoingOn(
  place: ReturnType<typeof findingPlace>,
  { goingOn = [] }: Pick<ArchiveObservation, 'goingOn'>,
  now: number,
): Finding[] {
  return goingOn
    .filter(({ lastStoredAt }) => now - lastStoredAt < aliveMs)
    .map(({ timeline, leftFor, firstSegment, segments, lastStoredAt }) => ({
      rule: 'two-primaries',
      severity: 'critical',
      ...place,
      subject: `${place.subject}, timeline ${timeline}`,
      problem: `a server still archives timeline ${timeline}, which production has left for timeline ${leftFor}: two servers take writes`,
      evidence: `${segments} ${segments === 1 ? 'segment' : 'segments'} from ${firstSegment} on came after production was seen on timeline ${leftFor}, the last one ${formatElapsed(Math.max(0, now - lastStoredAt))} ago`,
      remedy: `Find the former primary and stop it, or keep applications from it: what they write there is not in timeline ${leftFor}, and no restore of production has it. Rewind it (pg_rewind) before it follows production.`,
    }));
}
