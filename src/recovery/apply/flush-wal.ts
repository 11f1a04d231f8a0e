import { isFailure } from '../../model/failure.ts';
import { runStatements } from '../../postgres/query.ts';
import type { StepBody, StepResult } from './restore-context.ts';

/**
 * Asks the old server to end a transaction and its WAL segment. The shutdown that follows waits for the archiver, and
 * what it does not get rid of is salvaged; so nothing is waited for here, and a server that is too sick for it is no
 * obstacle.
 */
export const flushWal: StepBody = async ({ production, sessions, limits }) => {
  try {
    // A transaction of our own: a time target is recognised by a commit behind it, and an idle server writes none.
    const statements = ['SELECT pg_current_xact_id()', 'SELECT pg_switch_wal()'];
    await runStatements({ ...production, sessions }, statements, {
      database: 'postgres',
      timeoutMs: limits.flushMs,
      repeatable: true,
    });
    return { facts: {}, summary: 'the last WAL segment is complete and left to the archiver' };
  } catch (error) {
    if (!isFailure(error, 'server-failed', 'server-unreachable', 'timed-out')) throw error;
    return skipped(error.problem);
  }
};

function skipped(reason: string): StepResult {
  return { facts: { reason }, summary: `not possible: ${reason}` };
}
