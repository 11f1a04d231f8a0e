import type { JobOrigin, JobRequest } from '../../model/job.ts';
import { findPrimary } from '../../postgres/find-primary.ts';
import { acquireLease, type Lease } from '../../postgres/lease.ts';
import { describeHolder } from '../../postgres/lease-holder.ts';
import { repositoryOf } from '../repository-of.ts';
import type { JobAttempt } from './job-attempt.ts';
import { leaseResource } from './repository-identity.ts';

/**
 * How long a job waits for a lease that somebody else has, milliseconds, where it does not say so. A schedule waits
 * while another host does the same work: then the repository tells that it is done. A person is told who has it.
 */
const usualWaitMs: Readonly<Record<JobOrigin['kind'], number>> = {
  request: 10_000,
  schedule: 300_000,
  'follow-up': 60_000,
  healing: 60_000,
};

/**
 * The same for what a timer began, which has no queue to wait in: the incr of the night may take hours, and a full that
 * does not wait for it is not taken before its next time. Whoever holds a lease for longer than this is worth a message.
 */
const timerWaitMs = 6 * 3_600_000;

function usualWait(origin: JobOrigin): number {
  return origin.kind === 'schedule' && origin.by === 'timer' ? timerWaitMs : usualWaitMs[origin.kind];
}

/** A job, or other work that changes a repository. */
export type LeaseSeeker = Pick<JobAttempt, 'stanza' | 'deps' | 'options' | 'runId'> & {
  readonly request: Pick<JobRequest, 'repository' | 'origin' | 'actor' | 'leaseWaitMs'> & {
    readonly kind: string;
  };
};

/**
 * Takes the lease of the job's repository on the primary.
 *
 * @throws Failure lease-held, server-unreachable, interrupted, and whatever else acquireLease meets
 */
export async function takeLease(job: LeaseSeeker): Promise<Lease> {
  const { request, stanza, deps, options, runId } = job;
  const { clock } = deps;
  const { signal } = options;
  const repository = repositoryOf(stanza, request);
  const primary = await findPrimary(stanza, { ...deps, signal });
  const began = clock.monotonic();
  const lease = await acquireLease(primary, leaseResource(stanza.name, repository), {
    claimant: { host: request.actor.host, runId },
    waitMs: request.leaseWaitMs ?? usualWait(request.origin),
    signal,
    clock,
    onWait: (holder) =>
      options.emit({ kind: 'note', text: `waiting for the lease: ${describeHolder(holder)}` }),
  });
  options.emit({ kind: 'leased', waitedMs: clock.monotonic() - began });
  return lease;
}
