import type { DrillWish } from './drill.ts';
import type { Blackout, RunsOn, ScheduledJob } from './schedule.ts';

/** Jobs that are backups, greatest first: each has in it what the later ones would do at the same time. */
export const backupJobs: readonly ScheduledJob[] = ['full', 'diff', 'incr'];

/** One line of a schedule with every default filled in. Durations are milliseconds. */
export interface ScheduleLine {
  /** Stable while the line's meaning is: `main/full@0 2 * * 0 Europe/Berlin>local,offsite`; without `>` all of them. */
  readonly key: string;
  readonly stanza: string;
  readonly job: ScheduledJob;
  /** Names, in the order of the file; empty for jobs that do not work on repositories (check, maintenance). */
  readonly repositories: readonly string[];
  /** Set for a drill. */
  readonly drill?: Pick<DrillWish, 'target' | 'checks'> | undefined;
  readonly cron: string;
  readonly timezone: string | undefined;
  readonly on: RunsOn;
  readonly jitterMs: number;
  readonly priority: number;
  readonly catchUp: boolean;
  readonly timeoutMs: number | undefined;
  /** Of its stanza. */
  readonly blackouts: readonly Blackout[];
}

/** A line's run that is due. Times are epoch milliseconds. */
export interface DueRun {
  /** Its repositories are those that are left where a greater backup of the same time does the others. */
  readonly line: ScheduleLine;
  /** The time of the cron text. */
  readonly occurrence: number;
  /** Occurrence and jitter; later when it makes up for what was missed. */
  readonly startAt: number;
  /** Older times of the same line that this run makes up for. */
  readonly missed: readonly number[];
}
