import type { JobEvent, JobOutcome, JobRequest } from '../model/job.ts';
import { formatByteSize } from '../model/byte-size.ts';
import { formatElapsed } from '../model/duration.ts';
import { describeRequest } from '../jobs/queue/job-queue.ts';
import type { ScheduleDecision } from '../store/schedule-memory.ts';

export type LogLevel = 'info' | 'warning' | 'error';

/** One line of what the daemon tells of itself. Secrets never get here. */
export interface LogEntry {
  readonly level: LogLevel;
  /** What happened, as one word with dashes: stable, for filters. */
  readonly event: string;
  /** For people. */
  readonly text: string;
  readonly facts?: Readonly<Record<string, unknown>> | undefined;
}

export type ServeLog = (entry: LogEntry) => void;

/** The line for people: time in UTC, level where it is not the usual one, words. */
export function formatLogLine({ level, text }: LogEntry, now: number): string {
  const word = level === 'info' ? '' : `${level}: `;
  // A failure may quote somebody else's words: one entry is one line whatever they are.
  return `${new Date(now).toISOString()} ${word}${text.replaceAll(/\s*[\r\n]+\s*/g, ' ')}`;
}

/** The line for machines: docs/json.md, serve. */
export function formatLogJson({ level, event, text, facts }: LogEntry, now: number): string {
  return JSON.stringify({ time: new Date(now).toISOString(), level, event, text, ...facts });
}

/** What a job says while it runs; undefined for what is not worth a line (progress). */
export function describeEvent(request: JobRequest, event: JobEvent): LogEntry | undefined {
  if (event.kind === 'started') {
    const why = event.reason === undefined ? '' : ` as ${event.backupType ?? ''}: ${event.reason}`;
    const text = `${describeRequest(request)}: begun${why} (${event.runId})`;
    return { level: 'info', event: 'job-started', text, facts: { ...factsOf(request), run: event.runId } };
  }
  if (event.kind !== 'note') return undefined;
  const text = `${describeRequest(request)}: ${event.text}`;
  return { level: 'info', event: 'job-note', text, facts: factsOf(request) };
}

/** How a job ended. */
export function describeEnd(request: JobRequest, outcome: JobOutcome): LogEntry {
  const what = describeRequest(request);
  const { result } = outcome;
  if (outcome.result === 'skipped') {
    const { reason, detail } = outcome;
    const text = `${what}: skipped, ${reason}: ${detail}`;
    return { level: 'info', event: 'job-skipped', text, facts: { ...factsOf(request), reason } };
  }
  const facts = { ...factsOf(request), run: outcome.runId, result, elapsedMs: Math.round(outcome.elapsedMs) };
  if (outcome.result === 'ok') {
    const label = outcome.label === undefined ? '' : `, ${outcome.label}`;
    const text = `${what}: done in ${formatElapsed(outcome.elapsedMs)}${label}`;
    const level = outcome.warnings.length === 0 ? 'info' : 'warning';
    const warnings = outcome.warnings.map((warning) => `; warning: ${warning}`).join('');
    return { level, event: 'job-ended', text: text + warnings, facts: { ...facts, label: outcome.label } };
  }
  const { failure } = outcome;
  const text = `${what}: ${outcome.result}: ${failure.message}`;
  const level = outcome.result === 'failed' ? 'error' : 'warning';
  return { level, event: 'job-ended', text, facts: { ...facts, error: failure.toJSON() } };
}

/** What the scheduler decided; a run shows as a job. */
export function describeDecision(decision: ScheduleDecision): LogEntry | undefined {
  if (decision.decision === 'run') return undefined;
  const { line, stanza, occurrence, reason, detail } = decision;
  const time = new Date(occurrence).toISOString();
  const text = `schedule ${line}: the run of ${time} is skipped, ${reason ?? ''}${detail === undefined ? '' : `: ${detail}`}`;
  return {
    level: 'info',
    event: 'schedule-skipped',
    text,
    facts: { line, stanza, occurrence: time, reason },
  };
}

/** `37 %, 1.2 GiB of 3.4 GiB`. */
export function describeProgress(progress: Extract<JobEvent, { kind: 'progress' }>): string {
  const { bytesDone, bytesTotal } = progress;
  if (bytesTotal === undefined || bytesTotal === 0) return formatByteSize(bytesDone);
  const share = Math.floor((Math.min(bytesDone, bytesTotal) / bytesTotal) * 100);
  return `${share} %, ${formatByteSize(bytesDone)} of ${formatByteSize(bytesTotal)}`;
}

function factsOf({ kind, stanza, repository, origin }: JobRequest): Record<string, unknown> {
  return { job: kind, stanza, repository, ...(origin.kind === 'schedule' ? { line: origin.line } : {}) };
}
