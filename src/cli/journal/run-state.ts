import { isAlive } from '../../process/process-identity.ts';
import type { Journal, RunBeat, RunRecord } from '../../store/journal.ts';

/** Beats come every few seconds: without one for so long something holds the run up. */
const silentAfterMs = 60_000;

/** A run as it stands now. */
export interface LiveRun {
  readonly record: RunRecord;
  /** It says running, but its process ended without writing the end down (kill -9, a crash). */
  readonly abandoned: boolean;
  /** It runs and beats, but its last beat is more than a minute old. */
  readonly silent: boolean;
  /** Of a run that goes on. */
  readonly beat: RunBeat | undefined;
  /** Milliseconds since the last sign of life, for people. */
  readonly sinceBeatMs: number | undefined;
}

export function lookAtRun(record: RunRecord, journal: Pick<Journal, 'lastBeat'>, now: number): LiveRun {
  const running = record.result === 'running';
  const beat = running ? journal.lastBeat(record.id) : undefined;
  const abandoned = running && record.process !== undefined && !isAlive(record.process);
  const sinceBeatMs = beat === undefined ? undefined : Math.max(0, now - beat.at);
  // A clock that was set back is no silence; a run that never beats (a restore) is none either.
  const silent = !abandoned && sinceBeatMs !== undefined && sinceBeatMs > silentAfterMs;
  return { record, abandoned, silent, beat, sinceBeatMs };
}

/** `running, 45 %, last sign of life 3 s ago`; for the table without the last part. */
export function describeState(run: LiveRun, form: 'short' | 'long'): string {
  const { record, abandoned, silent, beat, sinceBeatMs } = run;
  const word = abandoned ? 'killed' : silent ? 'silent' : record.result;
  const parts = [word];
  if (beat?.bytesDone !== undefined && beat.bytesTotal !== undefined && beat.bytesTotal > 0) {
    parts.push(`${Math.floor((100 * Math.min(beat.bytesDone, beat.bytesTotal)) / beat.bytesTotal)} %`);
  }
  if (sinceBeatMs !== undefined && (form === 'long' || silent)) {
    const seconds = Math.floor(sinceBeatMs / 1000);
    const age = seconds < 120 ? `${seconds} s` : `${Math.floor(seconds / 60)} min`;
    parts.push(form === 'long' ? `last sign of life ${age} ago` : `for ${age}`);
  }
  return parts.join(', ');
}
