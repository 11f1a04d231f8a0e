import { isFailure } from '../../model/failure.ts';
import { parseLsn, parseSegmentName, segmentStart } from '../../model/wal.ts';
import { inspectServer } from '../../postgres/inspect-server.ts';
import { queryRow } from '../../postgres/query.ts';
import { readRecovery, type RecoveryProgress } from '../../postgres/recovery-progress.ts';
import type { ExpectedEnd } from './expected-end.ts';
import { findLowParameters, raiseParameters } from './raise-parameters.ts';
import { ensureStarted } from './start-restored-server.ts';
import type { RestoreContext, StepBody } from './restore-context.ts';
import { explainRecoveryEnd, type LogPlace, lsnText } from './recovery-log.ts';

/** How long recovery may stand still before the end that must be there, milliseconds. */
const patienceMs = 15_000;

/**
 * Waits until recovery has come to its target: paused there, or for `latest` at the end of all WAL. That end is where
 * the startup process, having asked archive and pg_wal in vain, sleeps before it asks again, and has not moved since.
 */
export const followRecovery: StepBody = async (context) => {
  const { deps, limits } = context;
  const log = context.factsOf('start-server')['log'] as LogPlace | undefined;
  let before: RecoveryProgress | undefined;
  const started = deps.now();
  let movedAt = started;
  for (;;) {
    deps.signal?.throwIfAborted();
    const now = await look(context);
    if (now === 'ended') throw await explainRecoveryEnd(context, log);
    if (now !== 'unreachable') {
      report(context, now);
      if (now.paused && (await raisedAndStarted(context, log))) {
        before = undefined;
        continue;
      }
      const finished = !now.inRecovery || now.paused || (await isAtEnd(context, before, now, movedAt));
      if (finished) return finish(now);
      if (before?.replayLsn !== now.replayLsn) movedAt = deps.now();
      before = now;
    }
    // A target that is soon reached is seen at once, and a long recovery is not asked all the time.
    await deps.sleep(limits.pollMs + Math.min((deps.now() - started) / 100, 250));
  }
};

/** A pause because of parameters that are too low is none at the target: it goes on with higher ones. */
async function raisedAndStarted(context: RestoreContext, log: LogPlace | undefined): Promise<boolean> {
  const low = await findLowParameters(context, log);
  if (Object.keys(low).length === 0) return false;
  await raiseParameters(context, low);
  await ensureStarted(context, log);
  return true;
}

function finish(now: RecoveryProgress): Awaited<ReturnType<StepBody>> {
  return {
    facts: { replayLsn: now.replayLsn, replayTime: now.replayTime, timeline: now.timeline },
    summary: `stands at ${lsnText(now.replayLsn)} on timeline ${now.timeline}`,
  };
}

/** A server that shuts down or restarts refuses connections for a moment; one without a process has ended. */
async function look(context: RestoreContext): Promise<RecoveryProgress | 'unreachable' | 'ended'> {
  try {
    return await readRecovery(context.restored, { signal: context.deps.signal });
  } catch (error) {
    if (!isFailure(error, 'server-unreachable', 'timed-out', 'server-failed')) throw error;
    return (await inspectServer(context.restored)).running ? 'unreachable' : 'ended';
  }
}

async function isAtEnd(
  context: RestoreContext,
  before: RecoveryProgress | undefined,
  now: RecoveryProgress,
  movedAt: number,
): Promise<boolean> {
  if (context.plan.target.target.kind !== 'latest') return false;
  if (before === undefined || before.replayLsn !== now.replayLsn) return false;
  const expected = context.factsOf('prepare-server')['expectedEnd'] as ExpectedEnd | undefined;
  // Short of what must be there: the archive may only have failed for a moment, and is asked every second.
  const short = expected !== undefined && (now.replayLsn ?? 0n) < expected.lsn;
  if (short && context.deps.now() - movedAt < patienceMs) return false;
  const row = await queryRow<{ waits: boolean; lsn: string | null }>(
    context.restored,
    `SELECT coalesce(bool_or(wait_event = 'RecoveryRetrieveRetryInterval'), false) AS waits,
            pg_last_wal_replay_lsn()::text AS lsn
       FROM pg_stat_activity WHERE backend_type = 'startup'`,
    { database: 'postgres' },
  );
  return row.waits && parseLsn(row.lsn ?? '') === now.replayLsn;
}

function report(context: RestoreContext, now: RecoveryProgress): void {
  const { plan } = context;
  const facts = context.factsOf('prepare-server');
  const size = typeof facts['walSegmentSize'] === 'number' ? facts['walSegmentSize'] : undefined;
  const start = parseSegmentName(plan.set.archiveStart, size);
  const last = plan.wal.last === undefined ? undefined : parseSegmentName(plan.wal.last, size);
  const end =
    (facts['expectedEnd'] as ExpectedEnd | undefined)?.lsn ??
    (last === undefined ? undefined : segmentStart(last.number + 1n, size));
  const from = start === undefined ? undefined : segmentStart(start.number, size);
  const percent =
    end === undefined || from === undefined || now.replayLsn === undefined || end <= from
      ? undefined
      : Math.max(0, Math.min(100, Number(((now.replayLsn - from) * 100n) / (end - from))));
  context.progress('recover', { lsn: now.replayLsn, time: now.replayTime, percent });
}
