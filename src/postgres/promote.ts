import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../model/failure.ts';
import { queryRow, type Connectable } from './query.ts';
import { readRecovery, type RecoveryProgress } from './recovery-progress.ts';

/**
 * What ends recovery from where it stands. A pause at the target is ended by letting replay go on, which then finds
 * nothing more to do and promotes: the signal of a promotion is noticed by a paused server only once a second
 * (`recoveryPausesHere` in `src/backend/access/transam/xlogrecovery.c`).
 */
const endRecovery = `SELECT CASE
  WHEN NOT pg_is_in_recovery() THEN 'nothing to do'
  WHEN pg_is_wal_replay_paused() THEN 'resumed' || pg_wal_replay_resume()::text
  ELSE 'told to promote ' || pg_promote(false)::text END AS done`;

/** How long an order is given before it is repeated, milliseconds: a pause may not have been one at the target. */
const patienceMs = 2000;

/**
 * Ends recovery: the server becomes a primary on a new timeline. Also ends a pause at the recovery target. Does
 * nothing to a server that is a primary already, so it may be repeated.
 *
 * @returns where it stands as a primary
 * @throws Failure server-unreachable, server-failed; timed-out when the promotion is still under way
 * @see https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-RECOVERY-CONTROL
 */
export async function promoteServer(
  server: Connectable,
  options: { readonly timeoutMs: number },
): Promise<RecoveryProgress> {
  const started = performance.now();
  let ordered = Number.NEGATIVE_INFINITY;
  for (;;) {
    const elapsed = performance.now() - started;
    if (elapsed - ordered > patienceMs) {
      await queryRow(server, endRecovery, { database: 'postgres' });
      ordered = elapsed;
    }
    const now = await readRecovery(server);
    if (!now.inRecovery) return now;
    if (elapsed > options.timeoutMs) throw stillPromoting(server, options.timeoutMs);
    await delay(Math.min(10 + elapsed / 100, 250));
  }
}

function stillPromoting(server: Connectable, timeoutMs: number): Failure {
  return new Failure('timed-out', {
    operation: 'promote PostgreSQL',
    place: `${server.socketDirectory}, port ${server.node.port}`,
    problem: `the promotion did not finish within ${Math.round(timeoutMs / 1000)} s and goes on`,
    hint: 'Read the server log.',
  });
}
