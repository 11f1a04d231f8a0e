import { Failure, isFailure } from '../../model/failure.ts';
import type { JobOutcome } from '../../model/job.ts';
import type { Lease } from '../../postgres/lease.ts';
import { identifyProcess } from '../../process/process-identity.ts';
import { readPidNamespace } from '../../process/pid-namespace.ts';
import type { NewRun } from '../../store/journal.ts';
import type { JobRunOptions } from '../job-deps.ts';
import type { JobWork, JobWorkResult } from '../job-work.ts';
import type { JobAttempt } from './job-attempt.ts';
import { keepBeating } from './keep-beating.ts';
import { nameStop } from './name-stop.ts';
import type { PreparedJob } from './prepared-job.ts';
import { runLogFile } from './run-log-file.ts';

type Begun = Extract<PreparedJob, { kind: 'begin' }>;

/** Does the work of a job as a run of the journal: begun before, ended whatever happens. What is a bug is thrown. */
export async function recordWork(
  job: JobAttempt,
  prepared: Begun,
  work: JobWork,
  lease: Lease | undefined,
): Promise<JobOutcome> {
  const { deps, options, runId } = job;
  const logFile = runLogFile(deps.configuration.stateDirectory, runId);
  deps.journal.startRun(newRun(job, { ...prepared.facts, logFile }));
  options.emit({ kind: 'started', runId, backupType: prepared.backupType, reason: prepared.reason });
  try {
    return finishWell(job, await workUnderLease(job, { work, lease, logFile }));
  } catch (error) {
    return finishBadly(job, await nameStop(error, options, lease));
  }
}

/**
 * A job that failed before its work could begin: the journal knows that it was wanted and why it was not done.
 *
 * @throws what is not a Failure
 */
export async function recordRefusal(job: JobAttempt, failure: unknown): Promise<JobOutcome> {
  const named = await nameStop(failure, job.options, undefined);
  job.deps.journal.startRun(newRun(job, {}));
  return finishBadly(job, named);
}

function newRun({ request, stanza, deps, attempt, retryOf, runId }: JobAttempt, facts: object): NewRun {
  return {
    id: runId,
    kind: request.kind,
    stanza: stanza.name,
    repository: request.repository,
    actor: request.actor,
    cause: request.cause,
    facts: {
      ...(request.backupType === undefined ? {} : { requestedType: request.backupType }),
      ...(request.set === undefined ? {} : { set: request.set }),
      origin: request.origin,
      ...(attempt === 1 ? {} : { attempt, retryOf }),
      pidNamespace: readPidNamespace(),
      ...facts,
    },
    process: identifyProcess(deps.pid),
  };
}

async function workUnderLease(
  { request, stanza, deps, options, runId }: JobAttempt,
  { work, lease, logFile }: { work: JobWork; lease: Lease | undefined; logFile: string },
): Promise<JobWorkResult> {
  using heartbeat = keepBeating(runId, deps);
  const emit: JobRunOptions['emit'] = (event) => {
    if (event.kind === 'progress') heartbeat.note(event);
    options.emit(event);
  };
  return await work({
    request,
    stanza,
    deps,
    runId,
    emit,
    signal: lease === undefined ? options.signal : AbortSignal.any([options.signal, lease.lost]),
    onSpawn: options.onSpawn,
    logged: {
      logFile,
      guard: lease && ((command, args) => lease.guard(command, args)),
      onStart: (engine) => void deps.journal.updateRun(runId, { facts: { engine } }),
    },
  });
}

function finishWell({ deps, began, runId }: JobAttempt, result: JobWorkResult): JobOutcome {
  const { facts, warnings, label, bytes, answer } = result;
  deps.journal.finishRun(runId, { result: 'ok', label, bytes, facts: { ...facts, warnings } });
  const elapsedMs = deps.clock.monotonic() - began;
  return { result: 'ok', runId, label, elapsedMs, warnings, facts: answer ?? facts };
}

function finishBadly({ deps, options, began, runId }: JobAttempt, error: unknown): JobOutcome {
  const result = options.signal.aborted || isFailure(error, 'interrupted') ? 'interrupted' : 'failed';
  const failure = error instanceof Failure ? error : undefined;
  const { label } = deps.journal.finishRun(runId, {
    result,
    failure: failure?.toJSON() ?? { kind: 'bug', problem: String(error) },
  });
  if (failure === undefined) throw error;
  return { result, runId, label, elapsedMs: deps.clock.monotonic() - began, failure };
}
