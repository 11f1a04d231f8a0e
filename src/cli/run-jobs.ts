import type { Stanza } from '../config/configuration.ts';
import { followUpOf } from '../jobs/queue/follow-up.ts';
import type { JobDeps } from '../jobs/job-deps.ts';
import { leasedKinds } from '../jobs/run/enter-job.ts';
import { runJob } from '../jobs/run/run-job.ts';
import { settleOrphans } from '../jobs/run/settle-orphans.ts';
import type { JobEvent, JobOutcome, JobRequest } from '../model/job.ts';
import type { CommandContext } from './context.ts';
import { createJobDeps } from './create-job-deps.ts';
import { findDaemon } from './find-daemon.ts';
import { runThroughDaemon } from './through-daemon.ts';

/** By which way jobs are run. */
export interface JobRoute {
  readonly direct: boolean;
}

/** What is told while jobs run. `job` is the index of the request. */
export interface JobsObserver {
  onEvent(job: number, event: JobEvent): void;
  onOutcome(job: number, outcome: JobOutcome): void;
  /** What followed by itself has ended: the expire after a backup. Of its events only notes are told. */
  onFollowUp?(job: number, outcome: JobOutcome): void;
}

/**
 * Runs jobs of one stanza one after the other; one that fails does not keep the others from being run, a stop does.
 * Where a daemon keeps the schedules of this configuration its queue runs them; what is told is the same. Without one,
 * what a killed Holdfast left of this stanza is settled before anything changes.
 *
 * @param route.direct not through a daemon: somebody asked for that, or holds the stanza already
 * @returns an outcome for each, in order; fewer only after a stop
 * @throws Failure daemon-unreachable when a daemon runs and does not answer
 */
export async function runJobs(
  stanza: Stanza,
  requests: readonly JobRequest[],
  context: CommandContext,
  observer: JobsObserver,
  route: JobRoute = { direct: false },
): Promise<readonly JobOutcome[]> {
  if (requests.length === 0) return [];
  const daemon = route.direct ? undefined : await findDaemon(context);
  const outcomes = daemon && (await runThroughDaemon(daemon, requests, context, observer));
  return outcomes ?? runHere(stanza, requests, context, observer);
}

async function runHere(
  stanza: Stanza,
  requests: readonly JobRequest[],
  context: CommandContext,
  observer: JobsObserver,
): Promise<readonly JobOutcome[]> {
  const deps = await createJobDeps(context);
  const { signal, onSpawn } = context;
  if (requests.some(({ kind }) => leasedKinds.has(kind) || kind === 'drill'))
    await settle(stanza, deps, context);
  const outcomes: JobOutcome[] = [];
  for (const [job, request] of requests.entries()) {
    if (signal.aborted) break;
    const emit = (event: JobEvent): void => observer.onEvent(job, event);
    const outcome = await runJob(request, stanza, deps, { signal, emit, onSpawn, retry: false });
    outcomes.push(outcome);
    observer.onOutcome(job, outcome);
    const next = followUpOf(request, outcome);
    if (next === undefined || signal.aborted) continue;
    const tell = (event: JobEvent): void => {
      if (event.kind === 'note') observer.onEvent(job, event);
    };
    const followed = await runJob(next, stanza, deps, { signal, emit: tell, onSpawn, retry: false });
    observer.onFollowUp?.(job, followed);
  }
  return outcomes;
}

/** A person is told what became of a run that was killed before anything is done upon it. */
async function settle(
  stanza: Stanza,
  deps: JobDeps,
  { terminal, signal, onSpawn }: CommandContext,
): Promise<void> {
  const emit = (event: JobEvent): void => {
    if (event.kind === 'note') terminal.printNote(`holdfast: ${event.text}`);
  };
  for (const run of await settleOrphans(deps, { stanza: stanza.name, signal, emit, onSpawn })) {
    const made = run.result === 'ok' && run.label !== undefined ? `: it made ${run.label}` : '';
    terminal.printNote(`holdfast: ${run.id}, whose Holdfast was killed, is settled as ${run.result}${made}`);
  }
}
