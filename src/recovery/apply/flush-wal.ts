import { isFailure } from '../../model/failure.ts';
import { queryRow } from '../../postgres/query.ts';
import { inspectServer } from '../../postgres/inspect-server.ts';
import { switchWal } from '../../postgres/archiver.ts';
import { findArchive, isArchived } from './archive-listing.ts';
import type { RestoreContext, StepBody, StepResult } from './restore-context.ts';

/**
 * Asks the old server for the end of its WAL segment and waits until that is in the repository, so that as little as
 * possible exists only on this disk. A server that is too sick for that is no obstacle: the WAL is salvaged next.
 */
export const flushWal: StepBody = async (context) => {
  const { production } = context;
  const state = await inspectServer(production);
  if (!state.accepting) return skipped(state.problem ?? 'the server does not accept connections');
  if (state.inRecovery === true) return skipped('the server is a standby and writes no WAL');
  try {
    // A transaction of our own: a time target is recognised by a commit behind it, and an idle server writes none.
    await queryRow(production, 'SELECT pg_current_xact_id()::text AS xid', { database: 'postgres' });
    const { segment } = await switchWal(production, `holdfast ${context.plan.id}`.slice(0, 63), {
      database: 'postgres',
    });
    const archived = await waitForSegment(context, segment, context.limits.flushMs, 'flush-wal');
    return {
      facts: { segment, archived },
      summary: archived
        ? `WAL up to ${segment} is archived`
        : `${segment} did not reach the repository in time; it will be salvaged`,
    };
  } catch (error) {
    if (!isFailure(error, 'server-failed', 'server-unreachable', 'timed-out')) throw error;
    return skipped(error.problem);
  }
};

/** Waits until a segment is listed in the plan's repository. False when it is not in time. */
export async function waitForSegment(
  context: RestoreContext,
  segment: string,
  limitMs: number,
  step: 'flush-wal' | 'prove-write',
): Promise<boolean> {
  const { deps } = context;
  const archive = await findArchive(deps.engine, context.plan);
  const deadline = deps.now() + limitMs;
  for (;;) {
    if (await isArchived(archive, segment)) return true;
    if (deps.now() >= deadline) return false;
    deps.signal?.throwIfAborted();
    context.progress(step, {
      message: `waiting for ${segment} in repository ${context.plan.repository.name}`,
    });
    await deps.sleep(context.limits.pollMs);
  }
}

function skipped(reason: string): StepResult {
  return { facts: { archived: false, reason }, summary: `not possible: ${reason}` };
}
