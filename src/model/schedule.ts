import type { DrillCheck, DrillTarget } from './drill.ts';

/** The kinds of work that can be scheduled. */
export const scheduledJobs = [
  'full',
  'diff',
  'incr',
  'verify',
  'expire',
  'check',
  'copy',
  'drill',
  'maintenance',
] as const;
export type ScheduledJob = (typeof scheduledJobs)[number];

/** On which member of a cluster a scheduled job runs; judged at the moment of the run. */
export const runsOn = ['leader', 'replica', 'any'] as const;
export type RunsOn = (typeof runsOn)[number];

/** A time in which nothing is begun: from each time of the cron text on, for so long. */
export interface Blackout {
  readonly cron: string;
  /** IANA name; undefined is the host's zone. */
  readonly timezone: string | undefined;
  /** Seconds. */
  readonly duration: number;
  readonly missed: BlackoutEnd;
}

/** What becomes of runs that fell into a blackout: one of them when it ends, or none. */
export const blackoutEnds = ['run', 'skip'] as const;
export type BlackoutEnd = (typeof blackoutEnds)[number];

/** One line of a schedule: cron text (five fields) in a time zone. */
export interface ScheduleEntry {
  readonly job: ScheduledJob;
  readonly cron: string;
  /** IANA name; undefined is the host's zone. */
  readonly timezone: string | undefined;
  /** Names of repositories; empty means all. */
  readonly repositories: readonly string[];
  /** Undefined: the leader where there are several nodes or Patroni and one is local; otherwise any. */
  readonly on?: RunsOn | undefined;
  /** Seconds by which a run may begin later, spread evenly, the same on every call. Undefined: none. */
  readonly jitter?: number | undefined;
  /** Higher goes first where runs wait. Undefined: what is usual for the job. */
  readonly priority?: number | undefined;
  /** What was missed while nothing ran is made up for by one run. Undefined: true. */
  readonly catchUp?: boolean | undefined;
  /** Seconds after which a run is stopped. Undefined: what is usual for the job. */
  readonly timeout?: number | undefined;
}

/** What a scheduled restore test restores to and checks. */
export interface DrillSchedule extends ScheduleEntry {
  readonly target: DrillTarget;
  readonly checks: readonly DrillCheck[];
}
