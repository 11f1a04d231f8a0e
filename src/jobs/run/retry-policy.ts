import type { Failure, FailureKind } from '../../model/failure.ts';
import type { JobOrigin } from '../../model/job.ts';
import { wasToldToStop } from './name-stop.ts';

/**
 * Whether a failure may be gone a little later. Everything that a person has to put right first is not worth it
 * (configuration, rights, settings, a full disk, damage, a wrong passphrase), and neither is what would only take as
 * long again (timed-out) or what has been waited for already (lease-held). docs/jobs.md shows this table.
 */
export const retriedFailures: readonly FailureKind[] = [
  'repository-unreachable',
  'server-unreachable',
  'engine-busy',
  'archive-failed',
  'lease-lost',
];

/**
 * Errors of the engine that come under those names and stay until somebody acts: 45 archive-duplicate (two clusters in
 * one stanza), 62 stop (`pgbackrest stop` was run), 105 access (wrong keys of an object store). pgBackRest
 * `src/build/error/error.yaml`.
 */
const lastingEngineErrors: readonly unknown[] = [45, 62, 105];

const [firstPauseMs, longestPauseMs] = [30_000, 900_000];

/**
 * How long to wait before a job is tried again: 30 s, then twice as long each time up to 15 minutes, less up to half of
 * it by chance, so that many jobs that failed together do not come back together.
 *
 * @param attempt how many there have been, from 1
 * @param random from 0 up to 1
 * @returns milliseconds; undefined when it is not tried again
 */
export function planRetry(
  failed: { readonly failure: Failure; readonly attempt: number; readonly origin: JobOrigin },
  policy: { readonly retries: number; readonly random: number },
): number | undefined {
  // A person sees the failure and decides.
  if (failed.origin.kind === 'request' || failed.attempt > policy.retries) return undefined;
  if (!isWorthRetrying(failed.failure)) return undefined;
  const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** (failed.attempt - 1));
  return Math.round(pause * (1 - policy.random / 2));
}

/** True when the same job may go well a little later without anybody doing anything. */
export function isWorthRetrying(failure: Failure): boolean {
  // Whoever told the engine to stop (name-stop.ts) has what was wanted by then: memory, say.
  if (failure.kind === 'engine-failed') return wasToldToStop(failure);
  return (
    retriedFailures.includes(failure.kind) && !lastingEngineErrors.includes(failure.details?.['engineError'])
  );
}
