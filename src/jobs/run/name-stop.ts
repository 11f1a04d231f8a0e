import { Failure, isFailure } from '../../model/failure.ts';
import type { Lease } from '../../postgres/lease.ts';
import type { JobRunOptions } from '../job-deps.ts';

/** Milliseconds until a reason is known here, too: the engine may have been told earlier. */
const reasonIsKnownMs = 1500;

/** The engine's number for a run that was told to stop: `term` in pgBackRest `src/build/error/error.yaml`. */
const termError = 63;
/** What tells it so. Right after its start the engine does not mind them yet, and just ends: `src/common/exit.c`. */
const stopSignals: readonly unknown[] = ['SIGTERM', 'SIGINT', 'SIGHUP'];

/** Whether the engine ended because it was told to, by whomever. */
export function wasToldToStop({ kind, details }: Failure): boolean {
  if (kind !== 'interrupted' && kind !== 'engine-failed') return false;
  return details?.['engineError'] === termError || stopSignals.includes(details?.['signal']);
}

/**
 * An engine that was told to stop does not say by whom. Whoever wanted the job stopped, and a lost lease, are known
 * here, if a little later: a Ctrl-C or the end of a service may reach the engine first, and so does the watcher of its
 * lease. Everybody else (a guard of memory, `pgbackrest stop --force`, a person) has let the job fail.
 *
 * @param error why the work ended
 * @returns the failure that it ended with
 */
export async function nameStop(
  error: unknown,
  { signal }: Pick<JobRunOptions, 'signal'>,
  lease: Pick<Lease, 'lost'> | undefined,
): Promise<unknown> {
  const isTold = isFailure(error) && wasToldToStop(error);
  const mayBeLost = lease !== undefined && isFailure(error, 'interrupted', 'engine-failed');
  if (signal.aborted || !(isTold || mayBeLost)) return error;
  await abortedWithin(reasonIsKnownMs, lease === undefined ? [signal] : [signal, lease.lost]);
  if (lease?.lost.aborted === true && isFailure(lease.lost.reason)) return lease.lost.reason;
  return isTold && !signal.aborted ? stoppedByOthers(error) : error;
}

/** Resolves as soon as one of them is aborted, or when the time is over. */
async function abortedWithin(milliseconds: number, signals: readonly AbortSignal[]): Promise<void> {
  const any = AbortSignal.any([...signals]);
  if (any.aborted) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    any.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function stoppedByOthers({ operation, place, problem, details }: Failure): Failure {
  return new Failure('engine-failed', {
    operation,
    place,
    problem: `pgbackrest was told to stop by somebody else: ${problem}`,
    hint: 'Look into the system log for who sent the signal: earlyoom or another guard of memory, `pgbackrest stop --force`, a person. The next run resumes what can be resumed.',
    details,
  });
}
