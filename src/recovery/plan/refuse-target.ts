import type { Finding } from '../../model/finding.ts';
import { formatLsn } from '../../model/wal.ts';
import { describeInstant, describeTarget } from '../describe-target.ts';
import { formatTarget } from '../format-instant.ts';
import type { NearestTarget } from '../restore-plan.ts';
import { segmentOnChain } from '../wal/timeline-chain.ts';
import type { SetChoice } from './choose-set.ts';
import type { RepositoryObservation, TargetEvidence } from './observations.ts';
import { restoreModeOf, type RestoreRequest } from './restore-request.ts';

/** Why a target cannot be reached, and what near it can. */
export interface TargetRefusal {
  readonly finding: Finding;
  readonly nearest: readonly NearestTarget[];
}

/**
 * Says why the chosen repository and set do not lead to the target. PostgreSQL would replay everything and then end
 * with `recovery ended before configured recovery target was reached` (xlogrecovery.c), or begin behind the target.
 *
 * @param now microseconds since 1970
 * @returns undefined when the target is reached
 */
export function refuseTarget(
  request: RestoreRequest,
  choice: SetChoice,
  now: bigint,
): TargetRefusal | undefined {
  const { target } = request;
  if (target.kind === 'time' && target.microseconds > now) return refuseFuture(request, now);
  if (choice.reaches) return undefined;
  const { evidence } = choice.repository;
  if (choice.verdict.kind === 'late') return refuseBeforeBackup(request, choice);
  if (evidence && choice.verdict.kind === 'cut') return refuseHole(request, choice, evidence);
  if (!evidence || choice.verdict.kind !== 'usable') return undefined;
  if (evidence.elsewhere) return refuseOtherTimeline(request, choice.repository, evidence);
  if (isBeforeHole(choice.repository, evidence)) return refuseHole(request, choice, evidence);
  return refuseEnd(request, choice.repository, evidence);
}

function subjectOf(request: RestoreRequest): string {
  return `stanza ${request.stanza}`;
}

function refuseFuture(request: RestoreRequest, now: bigint): TargetRefusal {
  return refusal(request, 'target-in-future', {
    problem: 'the target is in the future',
    evidence: `it is now ${describeInstant(now, zoneOf(request))}`,
    nearest: [{ options: '--to latest', description: 'everything that was committed until now' }],
  });
}

function refuseBeforeBackup(request: RestoreRequest, { repository, verdict }: SetChoice): TargetRefusal {
  const ended = BigInt(verdict.set.stopTime) * 1_000_000n;
  const next = repository.evidence?.nextSet;
  const asked = request.setLabel === undefined ? 'the first backup set ended' : 'this backup set ended';
  return refusal(request, 'target-before-first-backup', {
    problem: `the target lies before the end of ${request.setLabel === undefined ? 'the first backup' : `set ${verdict.set.label}`}`,
    evidence: `${asked} at ${describeInstant(ended, zoneOf(request))} (${verdict.set.label} in repository ${repository.name})`,
    nearest: afterSet(verdict.set.label, next?.time, repository.name),
  });
}

function afterSet(label: string, time: bigint | undefined, repository: string): NearestTarget[] {
  return [
    {
      options: `--to immediate --set ${label} --repo ${repository}`,
      description: `the state at the end of backup set ${label}`,
    },
    ...(time === undefined
      ? []
      : [{ options: `--to '${formatTarget(time)}'`, description: 'the first full second after it' }]),
  ];
}

function refuseOtherTimeline(
  request: RestoreRequest,
  repository: RepositoryObservation,
  evidence: TargetEvidence,
): TargetRefusal {
  const { timeline, event } = evidence.elsewhere as NonNullable<TargetEvidence['elsewhere']>;
  const chosen = repository.chain?.timeline ?? 0;
  const written =
    request.target.kind === 'time'
      ? 'at that time commits were written on it, from'
      : 'its record was written at';
  return refusal(request, 'target-on-other-timeline', {
    problem: `the target lies on timeline ${timeline}, which timeline ${chosen} has left behind`,
    evidence: `${written} ${describeInstant(event.time, zoneOf(request))} (${formatLsn(event.lsn)})`,
    nearest: [
      {
        options: `${optionOf(request)} --timeline ${timeline}`,
        description: `exactly this target, on timeline ${timeline}`,
      },
      ...beforePoint(evidence.before, 'the last transaction before it on the way to the present timeline'),
      ...(evidence.stop
        ? [
            {
              options: `--to xid:${evidence.stop.event.xid}`,
              description: `the first transaction after it, ${describeInstant(evidence.stop.event.time, zoneOf(request))}`,
            },
          ]
        : []),
    ],
  });
}

/** True when more WAL of the chain follows behind a hole. */
function isBeforeHole(repository: RepositoryObservation, evidence: TargetEvidence): boolean {
  const next = repository.stretches.find((stretch) => stretch.first > evidence.stretch.last);
  return next !== undefined;
}

function refuseHole(request: RestoreRequest, choice: SetChoice, evidence: TargetEvidence): TargetRefusal {
  const { repository, verdict } = choice;
  const end = verdict.stretch?.last ?? evidence.stretch.last;
  const next = repository.stretches.find((stretch) => stretch.first > end);
  const first = repository.chain ? segmentOnChain(repository.chain, end + 1n) : '';
  const count = next ? next.first - end - 1n : 0n;
  const lastBefore = evidence.last?.event ?? evidence.before;
  return refusal(request, 'target-behind-hole', {
    problem: `WAL is missing before the target: ${first}${count > 1n ? ` and ${count - 1n} more` : ''}`,
    evidence: `repository ${repository.name} has no WAL between ${lastTime(request, evidence)} and the segments that follow`,
    nearest: [
      // The set has the WAL it needs for itself, or it would not have come this far (judge-sets.ts).
      ...(lastBefore
        ? beforePoint(lastBefore, 'the last transaction before the hole')
        : afterSet(verdict.set.label, undefined, repository.name)),
      ...(evidence.nextSet ? afterSet(evidence.nextSet.label, evidence.nextSet.time, repository.name) : []),
    ],
  });
}

function refuseEnd(
  request: RestoreRequest,
  repository: RepositoryObservation,
  evidence: TargetEvidence,
): TargetRefusal {
  const { kind } = request.target;
  const unknown = kind === 'xid' || kind === 'name';
  const latest: NearestTarget = {
    options: '--to latest',
    description: `everything there is, up to ${lastTime(request, evidence)}`,
  };
  const into =
    restoreModeOf(request) === 'into'
      ? ' WAL that the running server has not archived yet counts only after SELECT pg_current_xact_id(); SELECT pg_switch_wal(); on production.'
      : '';
  const found = refusal(request, unknown ? 'target-not-found' : 'target-after-last-commit', {
    problem: unknown
      ? `${describeTarget(request.target)} is not in the WAL that can be reached`
      : 'the target lies behind the last commit that can be recovered',
    evidence: `the WAL in repository ${repository.name} ends with ${lastTime(request, evidence)}`,
    nearest: kind === 'time' ? [latest, ...justBefore(evidence)] : [latest],
  });
  return { ...found, finding: { ...found.finding, remedy: found.finding.remedy + into } };
}

/** The latest time that PostgreSQL can stop at: it needs one transaction that is younger. */
function justBefore(evidence: TargetEvidence): NearestTarget[] {
  const last = evidence.last?.event;
  if (!last) return [];
  return [
    {
      options: `--to '${formatTarget(last.time - 1n)}'`,
      description: 'the last time that works, just before the last commit',
    },
  ];
}

function beforePoint(
  event: { readonly xid: number; readonly time: bigint } | undefined,
  what: string,
): NearestTarget[] {
  if (!event) return [];
  return [{ options: `--to xid:${event.xid}`, description: `${what}, ${formatTarget(event.time)}` }];
}

function lastTime(request: RestoreRequest, evidence: TargetEvidence): string {
  const event = evidence.last?.event ?? evidence.before;
  if (!event) return 'the end of the backup set: no transaction follows it';
  return `transaction ${event.xid} at ${describeInstant(event.time, zoneOf(request))}`;
}

/** `--to` with the target as it was given. */
function optionOf(request: RestoreRequest): string {
  const { target } = request;
  switch (target.kind) {
    case 'time':
      return `--to '${formatTarget(target.microseconds)}'`;
    case 'xid':
      return `--to xid:${target.xid}`;
    case 'lsn':
      return `--to lsn:${formatLsn(target.lsn)}`;
    case 'name':
      return `--to 'name:${target.name}'`;
    default:
      return `--to ${target.kind}`;
  }
}

function zoneOf(request: RestoreRequest): string {
  return request.target.kind === 'time' ? request.target.zone : 'UTC';
}

function refusal(
  request: RestoreRequest,
  rule: string,
  parts: { readonly problem: string; readonly evidence: string; readonly nearest: readonly NearestTarget[] },
): TargetRefusal {
  const offers = parts.nearest.map((one) => `${one.options} (${one.description})`).join('; ');
  return {
    finding: {
      rule,
      severity: 'critical',
      subject: subjectOf(request),
      problem: parts.problem,
      evidence: parts.evidence,
      remedy:
        offers === ''
          ? 'Take a backup now; until then nothing near this target can be restored.'
          : `What works: ${offers}.`,
    },
    nearest: parts.nearest,
  };
}
