import type { JobEvent, JobOutcome, JobRequest } from '../model/job.ts';
import type { LookRecord } from './count-looks.ts';
import type { ScheduleDecision } from '../store/schedule-memory.ts';

/** What the daemon tells the metrics as it happens. None of these throws or waits. */
export interface MetricsRecorder {
  /** A job left the queue; `waitedMs`: how long it was in it. */
  jobStarted(request: JobRequest, waitedMs: number): void;
  jobEvent(request: JobRequest, event: JobEvent): void;
  jobEnded(request: JobRequest, outcome: JobOutcome): void;
  scheduleDecided(decision: ScheduleDecision): void;
  reloaded(result: 'ok' | 'refused'): void;
  looked(record: LookRecord): void;
}

/** All metrics of a running Holdfast. */
export interface Metrics extends MetricsRecorder {
  readonly contentType: string;
  /** The text format of Prometheus 0.0.4, UTF-8. */
  render(): Promise<Buffer<ArrayBuffer>>;
}
