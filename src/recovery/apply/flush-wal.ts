import { isFailure } from '../../model/failure.ts';
import { queryRow } from '../../postgres/query.ts';
import { inspectServer } from '../../postgres/inspect-server.ts';
import { switchWal } from '../../postgres/archiver.ts';
import type { StepBody, StepResult } from './restore-context.ts';

/**
 * Asks the old server to end a transaction and its WAL segment. The shutdown that follows waits for the archiver, and
 * what it does not get rid of is salvaged; so nothing is waited for here, and a server that is too sick for it is no
 * obstacle.
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
    return { facts: { segment }, summary: `segment ${segment} is complete and left to the archiver` };
  } catch (error) {
    if (!isFailure(error, 'server-failed', 'server-unreachable', 'timed-out')) throw error;
    return skipped(error.problem);
  }
};

function skipped(reason: string): StepResult {
  return { facts: { reason }, summary: `not possible: ${reason}` };
}
