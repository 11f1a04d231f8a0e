import { findingPlace, type Finding } from '../../model/finding.ts';
import type { LineObservation, RunObservation } from '../health-observations.ts';
import { instant } from '../../model/instant.ts';

/** The last run of each kind came to a good end, and no restore was left in its middle. */
export function assessRuns(
  lastRuns: readonly RunObservation[],
  unfinished: readonly RunObservation[],
): Finding[] {
  return [
    ...lastRuns.filter(({ result }) => result === 'failed').map(describeFailed),
    ...unfinished.filter(({ alive }) => alive !== true).map(describeUnfinished),
  ];
}

/** A check that found something has not failed: see rules/checked.ts. */
function describeFailed(run: RunObservation): Finding {
  return {
    rule: 'last-run-failed',
    severity: 'warning',
    ...placeOf(run),
    subject: `${placeOf(run).subject}, ${run.kind}`,
    problem: `the last ${run.kind} failed`,
    evidence: `run ${run.id}${run.endedAt === undefined ? '' : ` at ${instant(run.endedAt)}`}: ${run.problem ?? 'no reason was written down'}`,
    remedy: `Run holdfast journal ${run.id}.`,
  };
}

function describeUnfinished(run: RunObservation): Finding {
  return {
    rule: 'restore-unfinished',
    severity: 'critical',
    ...placeOf(run),
    subject: `${placeOf(run).subject}, run ${run.id}`,
    problem: `a ${run.kind} stopped in its middle`,
    evidence: `run ${run.id}, begun at ${instant(run.startedAt)}; the process that ran it is gone`,
    remedy: `Run holdfast restore --resume ${run.id}, or holdfast undo ${run.id}.`,
  };
}

/** What a schedule did not do although it was time, for a reason that nobody wished for. */
export function assessLines(lines: readonly LineObservation[]): Finding[] {
  return lines.flatMap((line) => {
    const failed = hasFailed(line);
    const missed = line.decision === 'skip' && ['still-running', 'missed'].includes(line.reason ?? '');
    if (!failed && !missed) return [];
    const detail = failed
      ? (line.run?.problem ?? line.detail ?? 'failed')
      : `${line.reason}: ${line.detail ?? 'no detail'}`;
    return [
      {
        rule: failed ? 'schedule-failed' : 'schedule-missed',
        severity: 'warning',
        ...findingPlace(line.stanza),
        subject: `stanza ${line.stanza}, schedule ${line.line}`,
        problem: failed ? 'it failed the last time' : 'it was not done the last time',
        evidence: `${instant(line.occurrence)}: ${detail}`,
        remedy: `Run holdfast schedule --stanza ${line.stanza}${line.run === undefined ? '' : `, and holdfast journal ${line.run.id}`}.`,
      },
    ];
  });
}

/**
 * Whether the last time of a line ended in a failure. One that ended well has a run; one that ended and has none failed
 * before the journal could know of it.
 */
export function hasFailed({ decision, run, detail }: LineObservation): boolean {
  if (decision !== 'run') return false;
  return run === undefined ? detail !== undefined : run.result === 'failed';
}

function placeOf({ stanza, repository }: RunObservation): Pick<Finding, 'subject' | 'stanza' | 'repository'> {
  return stanza === undefined ? { subject: 'daemon' } : findingPlace(stanza, repository);
}
