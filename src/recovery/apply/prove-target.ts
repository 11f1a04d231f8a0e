import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../model/failure.ts';
import type { RestoreTarget } from '../../model/restore-target.ts';
import { formatLsn, historyFileName, parseHistory } from '../../model/wal.ts';
import { queryRow } from '../../postgres/query.ts';
import { readRecovery, type RecoveryProgress } from '../../postgres/recovery-progress.ts';
import { formatIso } from '../format-instant.ts';
import type { ExpectedEnd } from './expected-end.ts';
import {
  findStoppingLine,
  type LogPlace,
  lsnText,
  readRecoveryLog,
  stoppingTransaction,
} from './recovery-log.ts';
import type { RestoreContext, StepBody } from './restore-context.ts';

/** What was seen when recovery stood still. */
export interface TargetEvidence {
  readonly progress: RecoveryProgress;
  /** `recovery stopping before commit of transaction 745, time …`, where the log could be read. */
  readonly stoppingLine: string | undefined;
  /** For an xid: what pg_xact_status says of it. */
  readonly transactionStatus: string | undefined;
  /** For latest. */
  readonly expectedEnd: ExpectedEnd | undefined;
  /** For a time: the last transaction before it, as the plan read it from the archived WAL itself (ISO 8601, UTC). */
  readonly plannedLast: string | undefined;
}

/**
 * Proves that recovery stands where it was to go, before anything is promoted. PostgreSQL pauses only when its target
 * is reached (otherwise it ends with `recovery ended before configured recovery target was reached`); what it replayed
 * is compared with the plan all the same.
 */
export const proveTarget: StepBody = async (context) => {
  const { plan, restored } = context;
  const log = context.factsOf('start-server')['log'] as LogPlace | undefined;
  const progress = await readRecovery(restored);
  const { target } = plan.target;
  const evidence: TargetEvidence = {
    progress,
    stoppingLine: findStoppingLine(await readRecoveryLog(restored, log)),
    transactionStatus: target.kind === 'xid' ? await transactionStatus(context, target.xid) : undefined,
    plannedLast: target.kind === 'time' ? plan.target.lastTransaction?.time : undefined,
    expectedEnd: context.factsOf('prepare-server')['expectedEnd'] as ExpectedEnd | undefined,
  };
  const problem = timelineProblem(plan.target.timeline, progress.timeline) ?? judgeTarget(target, evidence);
  if (problem !== undefined) throw notProved(context, problem, evidence);
  const proofs = describeProofs(target, evidence);
  return {
    facts: {
      proofs,
      lsn: progress.replayLsn,
      time: progress.replayTime,
      timeline: progress.timeline,
      stoppingLine: evidence.stoppingLine,
    },
    summary: proofs.join('; '),
  };
};

/**
 * Compares what was seen with the target. Pure.
 *
 * @returns what contradicts it, undefined when nothing does
 */
export function judgeTarget(target: RestoreTarget, evidence: TargetEvidence): string | undefined {
  const { progress } = evidence;
  if (target.kind === 'latest') return judgeLatest(evidence);
  if (!progress.inRecovery)
    return 'the server is not in recovery any more: somebody promoted it before the proof';
  if (!progress.paused) return 'recovery does not stand still at the target';
  if (target.kind === 'lsn' && (progress.replayLsn ?? 0n) < target.lsn) {
    return `replayed up to ${lsnText(progress.replayLsn)}, which is before ${formatLsn(target.lsn)}`;
  }
  if (target.kind === 'time') return judgeTime(target.microseconds, evidence);
  if (target.kind === 'xid') return judgeTransaction(target.xid, evidence);
  if (target.kind === 'name') return judgeName(target.name, evidence);
  return undefined;
}

function judgeLatest({ progress, expectedEnd }: TargetEvidence): string | undefined {
  if (expectedEnd === undefined) return undefined;
  const reached = progress.replayLsn ?? 0n;
  if (reached >= expectedEnd.lsn) return undefined;
  return (
    `recovery found no more WAL at ${formatLsn(reached)}, but ${expectedEnd.evidence}: ` +
    `what lies between ${formatLsn(reached)} and ${formatLsn(expectedEnd.lsn)} is missing`
  );
}

function judgeTime(target: bigint, { progress, plannedLast }: TargetEvidence): string | undefined {
  // Nothing replayed: the set itself is younger than the last transaction before the target.
  if (progress.replayTime === undefined) return undefined;
  const seen = formatIso(progress.replayTime);
  if (progress.replayTime > target) return `a commit of ${seen} was replayed, which is after the target`;
  if (plannedLast === undefined || plannedLast === seen) return undefined;
  return `the last transaction replayed is of ${seen}, but the archived WAL has one of ${plannedLast} before the target`;
}

function judgeTransaction(xid: bigint, evidence: TargetEvidence): string | undefined {
  if (evidence.transactionStatus === 'in progress')
    return `transaction ${xid} has not ended where recovery stands`;
  const stopped = stoppingTransaction(evidence.stoppingLine ?? '');
  if (stopped === undefined || stopped.xid === (xid & 0xffff_ffffn)) return undefined;
  return `recovery stopped ${stopped.side} transaction ${stopped.xid}, not at ${xid}`;
}

function judgeName(name: string, { stoppingLine }: TargetEvidence): string | undefined {
  if (stoppingLine === undefined || stoppingLine.includes(`restore point "${name}"`)) return undefined;
  return `the server's log says: ${stoppingLine}`;
}

/** A target before the branching is still on the timeline that the plan's one came from: never on a later one. */
function timelineProblem(planned: number, seen: number): string | undefined {
  return seen > planned ? `recovery is on timeline ${seen}, the plan says ${planned}` : undefined;
}

function describeProofs(
  target: RestoreTarget,
  { progress, stoppingLine, expectedEnd }: TargetEvidence,
): string[] {
  const lsn = lsnText(progress.replayLsn);
  const last =
    progress.replayTime === undefined ? 'no commit' : `a commit of ${formatIso(progress.replayTime)}`;
  return [
    target.kind === 'latest'
      ? `all WAL up to ${lsn} is replayed${expectedEnd === undefined ? '' : `, and ${expectedEnd.evidence}`}`
      : `recovery stands still at ${lsn}`,
    `the last thing replayed is ${last}`,
    ...(stoppingLine === undefined ? [] : [stoppingLine]),
    `timeline ${progress.timeline}`,
  ];
}

/** The epoch of an xid is not in a 32-bit target: the newest transaction of that number is meant. */
async function transactionStatus(context: RestoreContext, xid: bigint): Promise<string | undefined> {
  const row = await queryRow<{ status: string | null }>(
    context.restored,
    `SELECT pg_xact_status((CASE
              WHEN ${xid} > 4294967295 THEN '${xid}'
              WHEN ((next >> 32) << 32) + ${xid} < next THEN (((next >> 32) << 32) + ${xid})::text
              WHEN next < 4294967296 THEN '${xid}'
              ELSE (((next >> 32) - 1) * 4294967296 + ${xid})::text END)::xid8) AS status
       FROM (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next) s`,
    { database: 'postgres' },
  );
  return row.status ?? undefined;
}

function notProved(context: RestoreContext, problem: string, evidence: TargetEvidence): Failure {
  const { plan } = context;
  return new Failure('proof-failed', {
    operation: `prove that ${plan.target.description} was reached`,
    place: plan.directories.data,
    problem,
    hint:
      `The server was not promoted and has archived nothing. \`holdfast undo ${plan.id}\` puts the old cluster back; ` +
      'look into the repository for missing WAL, or restore from another repository (`--repo`).',
    details: {
      replayLsn: lsnText(evidence.progress.replayLsn),
      timeline: evidence.progress.timeline,
      stoppingLine: evidence.stoppingLine,
      expectedEnd: evidence.expectedEnd === undefined ? undefined : formatLsn(evidence.expectedEnd.lsn),
    },
  });
}

/**
 * Reads the history of the timeline that a promotion made: its parent must be the plan's timeline, whatever else is in
 * the archive.
 *
 * @returns the timeline it came from and where; undefined when there is no such file
 */
export async function parentOf(
  dataDirectory: string,
  timeline: number,
): Promise<{ readonly timeline: number; readonly switchLsn: bigint } | undefined> {
  const text = await readFile(join(dataDirectory, 'pg_wal', historyFileName(timeline)), 'utf8').catch(
    () => '',
  );
  return parseHistory(text)?.at(-1);
}
