import type { Failure } from '../model/failure.ts';
import type { JobEvent, JobOutcome, JobRequest } from '../model/job.ts';
import { followUpOf } from '../jobs/queue/follow-up.ts';
import type { JobQueue, QueuedJob } from '../jobs/queue/job-queue.ts';

/** A job that was submitted together with what follows it by itself. */
export interface SubmittedJob {
  /** Jobs that go before it at this moment. */
  readonly ahead: number;
  /** Who holds its stanza at this moment. */
  readonly heldFor: string | undefined;
  readonly outcome: Promise<JobOutcome>;
  /** How what followed ended; undefined when nothing did. */
  readonly followed: Promise<JobOutcome | undefined>;
  /** Withdraws it, and what follows it. */
  withdraw(why: Failure): void;
}

/** Hands a job to the queue, and after it what follows: an expire after a backup, whoever wanted that. */
export function submitJob(
  queue: JobQueue,
  request: JobRequest,
  emit: (event: JobEvent) => void = () => {},
): SubmittedJob {
  const job = queue.submit(request, emit);
  let next: QueuedJob | undefined;
  let withdrawn = false;
  const follow = async (): Promise<JobOutcome | undefined> => {
    const following = followUpOf(request, await job.outcome);
    if (following === undefined || withdrawn) return undefined;
    next = queue.submit(following, (event) => {
      if (event.kind === 'note') emit(event);
    });
    return next.outcome;
  };
  return {
    ahead: job.ahead,
    heldFor: job.heldFor,
    outcome: job.outcome,
    followed: follow(),
    withdraw(why) {
      withdrawn = true;
      job.withdraw(why);
      next?.withdraw(why);
    },
  };
}
