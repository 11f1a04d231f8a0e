import { formatLsn, parseSegmentName } from '../../model/wal.ts';
import { describeTarget } from '../describe-target.ts';
import { formatIso, formatTarget } from '../format-instant.ts';
import type { ResolvedTarget, WalPoint } from '../restore-plan.ts';
import type { WalEvent } from '../wal/record.ts';
import type { SetChoice } from './choose-set.ts';
import type { RestoreObservations } from './observations.ts';
import type { RestoreRequest } from './restore-request.ts';

const engineTypes = {
  latest: 'default',
  immediate: 'immediate',
  time: 'time',
  xid: 'xid',
  lsn: 'lsn',
  name: 'name',
} as const;

/** The target as PostgreSQL and the engine take it, with what is known of where recovery will stop. */
export function resolveTarget(
  request: RestoreRequest,
  observations: RestoreObservations,
  choice: SetChoice,
): ResolvedTarget {
  const { target } = request;
  const { evidence } = choice.repository;
  const last = evidence?.stop ? evidence.before : evidence?.last?.event;
  return {
    target,
    type: engineTypes[target.kind],
    value: targetValue(request),
    description: describeTarget(target),
    timeline: timelineOf(request, observations, choice),
    stop: evidence?.stop && toPoint(evidence.stop.event),
    lastTransaction: last && toPoint(last),
  };
}

/** What is consistent at once ends on the timeline of its set, whatever branched off since. */
function timelineOf(
  request: RestoreRequest,
  observations: RestoreObservations,
  { verdict: { set } }: SetChoice,
): number {
  const own = set.archiveStop === undefined ? undefined : parseSegmentName(set.archiveStop)?.timeline;
  const { timeline } = observations.timeline;
  return request.target.kind === 'immediate' && request.timeline === undefined ? (own ?? timeline) : timeline;
}

function targetValue({ target }: RestoreRequest): string | undefined {
  switch (target.kind) {
    case 'time':
      return formatTarget(target.microseconds);
    case 'xid':
      // The WAL has the low 32 bits; PostgreSQL drops the epoch itself (guc: recovery_target_xid).
      return String(target.xid & 0xffff_ffffn);
    case 'lsn':
      return formatLsn(target.lsn);
    case 'name':
      return target.name;
    default:
      return undefined;
  }
}

function toPoint(event: WalEvent): WalPoint {
  return { lsn: formatLsn(event.lsn), time: formatIso(event.time), xid: event.xid };
}
