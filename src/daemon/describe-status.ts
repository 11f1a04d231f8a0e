import { realpathSync } from 'node:fs';
import type { Configuration } from '../config/configuration.ts';
import type { QueueView } from '../jobs/queue/job-queue.ts';
import type { JobRequest } from '../model/job.ts';
import type { DaemonObservation } from '../status/daemon-observation.ts';
import { describeProgress } from './serve-log.ts';

/** The answer to `status`, as JSON. Times are ISO 8601. It goes to commands of the same version only. */
export interface DaemonStatus {
  readonly version: string;
  readonly pid: number;
  readonly startedAt: string;
  readonly stopping: boolean;
  readonly configuration: {
    /** Without symbolic links. */
    readonly file: string;
    readonly loadedAt: string;
    readonly refused?: { readonly at: string; readonly problem: string } | undefined;
  };
  readonly running: readonly StatusJob[];
  readonly waiting: readonly StatusJob[];
  readonly holds: readonly {
    readonly stanza: string;
    readonly why: string;
    readonly granted: boolean;
    readonly since: string;
  }[];
}

/** A job as `holdfast jobs --json` shows it. */
export interface StatusJob {
  readonly id: number;
  readonly kind: JobRequest['kind'];
  readonly stanza: string;
  readonly repository?: string | undefined;
  readonly backupType?: string | undefined;
  readonly run?: string | undefined;
  /** Since when it runs, or waits. */
  readonly since: string;
  readonly cause: string;
  readonly by: string;
  /** How far it is, in words. */
  readonly progress?: string | undefined;
  readonly bytesDone?: number | undefined;
  readonly bytesTotal?: number | undefined;
  /** The last thing that it said. */
  readonly note?: string | undefined;
  /** It waits because somebody holds its stanza. */
  readonly held?: boolean | undefined;
}

/** What the daemon says of itself to commands. */
export function describeStatus(
  observation: DaemonObservation,
  view: QueueView,
  place: { readonly pid: number; readonly configuration: Configuration },
): Readonly<Record<string, unknown>> {
  const { refused, loadedAt } = observation.configuration;
  const status: DaemonStatus = {
    version: observation.version,
    pid: place.pid,
    startedAt: text(observation.startedAt),
    stopping: observation.stopping,
    configuration: {
      file: realPath(place.configuration.file),
      loadedAt: text(loadedAt),
      ...(refused === undefined ? {} : { refused: { at: text(refused.at), problem: refused.problem } }),
    },
    running: view.running.map(({ beganAt, runId, progress, note, ...job }) => ({
      ...describeJob(job),
      since: text(beganAt),
      run: runId,
      note,
      ...(progress === undefined
        ? {}
        : {
            progress: describeProgress(progress),
            bytesDone: progress.bytesDone,
            bytesTotal: progress.bytesTotal,
          }),
    })),
    waiting: view.waiting.map(({ since, held, ...job }) => ({
      ...describeJob(job),
      since: text(since),
      held,
    })),
    holds: view.holds.map((hold) => ({ ...hold, since: text(hold.since) })),
  };
  return { ...status };
}

function describeJob({ id, request }: { id: number; request: JobRequest }): Omit<StatusJob, 'since'> {
  const { kind, stanza, repository, backupType, cause, actor } = request;
  return { id, kind, stanza, repository, backupType, cause, by: actor.user };
}

function text(time: number): string {
  return new Date(time).toISOString();
}

/** The file may have been taken away while the daemon goes on with what it read. */
function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}
