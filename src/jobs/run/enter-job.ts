import { isFailure } from '../../model/failure.ts';
import type { JobKind, JobOutcome } from '../../model/job.ts';
import type { Lease } from '../../postgres/lease.ts';
import { prepareBackup } from '../backup/prepare-backup.ts';
import { scheduleLines } from '../../config/schedule-lines.ts';
import type { JobAttempt } from './job-attempt.ts';
import { judgeRole } from './judge-role.ts';
import { nothingPrepared, type PreparedJob } from './prepared-job.ts';
import { takeLease } from './take-lease.ts';

/** A job whose work may begin now. */
export interface EnteredJob {
  /** Undefined for kinds that change nothing in a repository. */
  readonly lease: Lease | undefined;
  readonly prepared: Extract<PreparedJob, { kind: 'begin' }>;
}

type Skipped = Extract<JobOutcome, { result: 'skipped' }>;

/** Those that change a repository. */
export const leasedKinds: ReadonlySet<JobKind> = new Set<JobKind>(['backup', 'expire']);

/**
 * Everything between the wish for a job and its first change: the role of this host, the lease, the role once more (there
 * may have been a failover while it waited), and a look at the repository.
 *
 * @throws Failure when the work cannot begin
 */
export async function enterJob(job: JobAttempt): Promise<EnteredJob | Skipped> {
  const before = await judgePlace(job);
  if (before !== undefined) return before;
  if (!leasedKinds.has(job.request.kind)) return { lease: undefined, prepared: nothingPrepared };
  const stop = new AbortController();
  const { clock } = job.deps;
  const began = clock.monotonic();
  const early = lookEarly(job, stop.signal);
  const lease = await takeLeaseOrSkip(job).catch((error: unknown) => {
    stop.abort();
    throw error;
  });
  if ('result' in lease) return lease;
  try {
    const isFresh = clock.monotonic() - began < freshMs;
    const entered = await lookAgain(job, lease, isFresh ? early : undefined);
    if ('result' in entered) await lease[Symbol.asyncDispose]();
    return entered;
  } catch (error) {
    await lease[Symbol.asyncDispose]();
    throw error;
  }
}

type Look = Promise<PreparedJob>;

/** Whoever had the lease meanwhile may have changed what there is. */
const freshMs = 2000;

/**
 * A person's backup is taken whatever the repository has: the look only tells what can be built on, and need not wait
 * for the lease.
 */
function lookEarly(job: JobAttempt, stop: AbortSignal): Look | undefined {
  if (job.request.origin.kind !== 'request') return undefined;
  const looking = look(job, AbortSignal.any([job.options.signal, stop]));
  // What it fails with is seen once the lease is there.
  looking.catch(() => {});
  return looking;
}

async function look({ request, stanza, deps, options }: JobAttempt, signal: AbortSignal): Look {
  if (request.kind !== 'backup') return nothingPrepared;
  return prepareBackup(request, stanza, deps, { ...options, signal });
}

async function lookAgain(
  job: JobAttempt,
  lease: Lease,
  early: Look | undefined,
): Promise<EnteredJob | Skipped> {
  const after = await judgePlace(job);
  if (after !== undefined) return after;
  const prepared = await (early ?? look(job, job.options.signal));
  if (prepared.kind === 'begin') return { lease, prepared };
  return { result: 'skipped', reason: prepared.reason, detail: prepared.detail };
}

/**
 * Whether a scheduled job is for this host. What a person asks for is done where it is asked for.
 *
 * @throws Failure when that cannot be learned
 */
async function judgePlace({ request, stanza, deps, options }: JobAttempt): Promise<Skipped | undefined> {
  const { origin } = request;
  if (origin.kind !== 'schedule') return undefined;
  const line = scheduleLines(deps.configuration).find(({ key }) => key === origin.line);
  const { runs, reason, failure } = await judgeRole(stanza, line?.on, { ...deps, signal: options.signal });
  if (failure !== undefined) throw failure;
  return runs ? undefined : { result: 'skipped', reason: 'other-role', detail: reason };
}

/**
 * The daemon's schedule leaves the work to whoever has the lease, and remembers that. What a person or a timer asked for
 * and is not done is a failure: the lease is for the repository, and an incr, an expire or a pin holds it as well.
 */
async function takeLeaseOrSkip(job: JobAttempt): Promise<Lease | Skipped> {
  try {
    return await takeLease(job);
  } catch (error) {
    const { origin } = job.request;
    const isAwaited = origin.kind === 'request' || (origin.kind === 'schedule' && origin.by === 'timer');
    if (isAwaited || !isFailure(error, 'lease-held')) throw error;
    return { result: 'skipped', reason: 'lease-held', detail: error.problem };
  }
}
