import { Failure } from '../model/failure.ts';
import type { JobOutcome, JobRequest } from '../model/job.ts';
import type { JobRunOptions } from '../jobs/job-deps.ts';
import type { Watches } from '../jobs/observe/watches.ts';
import type { MetricsRecorder } from '../metrics/metrics.ts';
import type { DaemonParts } from './daemon-parts.ts';
import type { HeldConfiguration } from './held-configuration.ts';
import { describeEnd, describeEvent } from './serve-log.ts';

/** What a job of the daemon is run with and told to. */
export interface JobExecution {
  readonly parts: Pick<DaemonParts, 'work' | 'deps' | 'log'>;
  readonly held: HeldConfiguration;
  readonly metrics: MetricsRecorder;
  readonly watches: Pick<Watches, 'refresh'>;
  /** Called when the journal has the end. */
  readonly onEnded: () => void;
}

/**
 * Runs one job of the queue with the configuration of the moment: one that goes on during a reload keeps the old one.
 */
export async function executeJob(
  request: JobRequest,
  options: JobRunOptions & { readonly waitedMs: number },
  execution: JobExecution,
): Promise<JobOutcome> {
  const { parts, metrics, watches } = execution;
  metrics.jobStarted(request, options.waitedMs);
  const outcome = await run(request, options, execution);
  metrics.jobEnded(request, outcome);
  parts.log(describeEnd(request, outcome));
  watches.refresh(request.stanza);
  // How a run ended is news by itself, whatever the looks take.
  execution.onEnded();
  return outcome;
}

async function run(
  request: JobRequest,
  { signal, emit, pause }: JobRunOptions,
  { parts, held, metrics }: JobExecution,
): Promise<JobOutcome> {
  const { clock } = parts.deps;
  const began = clock.monotonic();
  try {
    const loaded = await held.forJob();
    const stanza = loaded.configuration.stanzas.find((candidate) => candidate.name === request.stanza);
    if (stanza === undefined) throw stanzaMissing(request.stanza, loaded.configuration.file);
    return await parts.work.runJob(
      request,
      stanza,
      { ...parts.deps, ...loaded },
      {
        signal,
        pause,
        emit: (event) => {
          metrics.jobEvent(request, event);
          const entry = describeEvent(request, event);
          if (entry) parts.log(entry);
          emit(event);
        },
      },
    );
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const elapsedMs = clock.monotonic() - began;
    return { result: 'failed', runId: undefined, label: undefined, elapsedMs, failure: error };
  }
}

/** A stanza that somebody asks for and the configuration in use does not have. */
export function stanzaMissing(stanza: string, file: string): Failure {
  return new Failure('stanza-missing', {
    operation: 'find the stanza',
    place: file,
    problem: `the daemon's configuration has no stanza ${stanza}`,
    hint: 'If it was added just now, run `holdfast reload`.',
  });
}
