import { formatElapsed } from '../../model/duration.ts';
import { isFailure } from '../../model/failure.ts';
import type { JobKind, JobOutcome } from '../../model/job.ts';
import type { JobDeps, JobRunOptions, RunJob } from '../job-deps.ts';
import type { JobWork } from '../job-work.ts';
import { enterJob } from './enter-job.ts';
import type { JobAttempt } from './job-attempt.ts';
import { recordRefusal, recordWork } from './record-work.ts';
import { planRetry } from './retry-policy.ts';

/**
 * Runs one job to its end: the daemon's queue and the commands call it alike. Each attempt is a run of its own in the
 * journal (`facts.attempt`, `facts.retryOf`); what was skipped is none. What follows a job (`followUpOf`) is for the
 * caller to run.
 */
export const runJob: RunJob = async (request, stanza, deps, options) => {
  let retryOf: string | undefined;
  for (let attempt = 1; ; attempt += 1) {
    const runId = deps.newRunId(request.kind);
    const began = deps.clock.monotonic();
    const outcome = await attemptJob({ request, stanza, deps, options, attempt, retryOf, began, runId });
    if (outcome.result !== 'failed' || options.retry === false) return outcome;
    const pauseMs = planRetry(
      { failure: outcome.failure, attempt, origin: request.origin },
      { retries: deps.configuration.jobs.retries, random: deps.random() },
    );
    if (pauseMs === undefined) return outcome;
    const text = `${outcome.failure.problem}: tried again in ${formatElapsed(pauseMs)}`;
    options.emit({ kind: 'note', text });
    retryOf = outcome.runId;
    if (!(await pause(pauseMs, deps, options))) return outcome;
  }
};

/** @returns false when it was stopped meanwhile */
async function pause(
  milliseconds: number,
  { clock }: Pick<JobDeps, 'clock'>,
  { signal, pause: pauseElsewhere }: Pick<JobRunOptions, 'signal' | 'pause'>,
): Promise<boolean> {
  try {
    await (pauseElsewhere?.(milliseconds) ?? clock.sleep(milliseconds, signal));
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return !signal.aborted;
}

/** Loaded when it is needed: a command pays only for what it does. */
const works: Readonly<Record<JobKind, () => Promise<JobWork>>> = {
  backup: async () => (await import('../backup/run-backup-work.ts')).runBackupWork,
  expire: async () => (await import('../expire/run-expire-job.ts')).runExpireJob,
  verify: async () => (await import('../verify/run-verify-job.ts')).runVerifyJob,
  check: async () => (await import('../check/run-check-job.ts')).runCheckJob,
  drill: async () => (await import('../drill/run-drill-job.ts')).runDrillJob,
  maintenance: async () => (await import('../maintenance/run-maintenance-job.ts')).runMaintenanceJob,
};

async function attemptJob(job: JobAttempt): Promise<JobOutcome> {
  try {
    const entered = await enterJob(job).catch((error: unknown) => recordRefusal(job, error));
    if ('result' in entered) return entered;
    await using lease = entered.lease;
    return await recordWork(job, entered.prepared, await works[job.request.kind](), lease);
  } catch (error) {
    // Without a journal nothing is done.
    if (!isFailure(error)) throw error;
    const elapsedMs = job.deps.clock.monotonic() - job.began;
    return { result: 'failed', runId: undefined, label: undefined, elapsedMs, failure: error };
  }
}
