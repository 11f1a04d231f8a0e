import { isFailure } from '../../model/failure.ts';
import { formatElapsed } from '../../model/duration.ts';
import type { JobKind, JobOutcome, JobRequest } from '../../model/job.ts';
import { prepareBackup } from '../backup/prepare-backup.ts';
import { runBackupWork } from '../backup/run-backup-work.ts';
import { runExpireJob } from '../expire/run-expire-job.ts';
import { runVerifyJob } from '../verify/run-verify-job.ts';
import type { RunJob } from '../job-deps.ts';
import type { JobWork } from '../job-work.ts';
import type { JobAttempt } from './job-attempt.ts';
import { nothingPrepared, type PreparedJob } from './prepared-job.ts';
import { recordRefusal, recordWork } from './record-work.ts';
import { planRetry } from './retry-policy.ts';

/**
 * Runs one job to its end: the daemon's queue and the commands call it alike. Each attempt is a run of its own in the
 * journal (`facts.attempt`, `facts.retryOf`); what was skipped is none.
 */
export const runJob: RunJob = async (request, stanza, deps, options) => {
  let retryOf: string | undefined;
  for (let attempt = 1; ; attempt += 1) {
    const runId = deps.newRunId(request.kind);
    const began = deps.clock.monotonic();
    const outcome = await attemptJob({ request, stanza, deps, options, attempt, retryOf, began, runId });
    if (outcome.result !== 'failed') return outcome;
    const pauseMs = planRetry(
      { failure: outcome.failure, attempt, origin: request.origin },
      { retries: deps.configuration.jobs.retries, random: deps.random() },
    );
    if (pauseMs === undefined) return outcome;
    options.emit({
      kind: 'note',
      text: `${outcome.failure.problem}: tried again in ${formatElapsed(pauseMs)}`,
    });
    retryOf = outcome.runId;
    if (!(await pause(pauseMs))) return outcome;
  }

  /** @returns false when it was stopped meanwhile */
  async function pause(milliseconds: number): Promise<boolean> {
    try {
      await deps.clock.sleep(milliseconds, options.signal);
      return !options.signal.aborted;
    } catch (error) {
      if (options.signal.aborted) return false;
      throw error;
    }
  }
};

const works: Partial<Record<JobKind, JobWork>> = { backup: runBackupWork, expire: runExpireJob, verify: runVerifyJob };

async function attemptJob(job: JobAttempt): Promise<JobOutcome> {
  try {
    const prepared = await prepare(job).catch((error: unknown) => recordRefusal(job, error));
    if (!('kind' in prepared)) return prepared;
    if (prepared.kind === 'skip')
      return { result: 'skipped', reason: prepared.reason, detail: prepared.detail };
    return await recordWork(job, prepared, workOf(job.request), undefined);
  } catch (error) {
    // Without a journal nothing is done.
    if (!isFailure(error)) throw error;
    const elapsedMs = job.deps.clock.monotonic() - job.began;
    return { result: 'failed', runId: undefined, label: undefined, elapsedMs, failure: error };
  }
}

function workOf({ kind }: JobRequest): JobWork {
  const work = works[kind];
  if (work === undefined) throw new Error(`no runner for ${kind}`);
  return work;
}

async function prepare({ request, stanza, deps, options }: JobAttempt): Promise<PreparedJob> {
  return request.kind === 'backup' ? prepareBackup(request, stanza, deps, options) : nothingPrepared;
}
