/** The kinds of work that can be scheduled. */
export const scheduledJobs = [
  'full',
  'diff',
  'incr',
  'verify',
  'expire',
  'check',
  'drill',
  'maintenance',
] as const;
export type ScheduledJob = (typeof scheduledJobs)[number];

/** One line of a schedule: cron text (five fields) in a time zone. */
export interface ScheduleEntry {
  readonly job: ScheduledJob;
  readonly cron: string;
  /** IANA name; undefined is the host's zone. */
  readonly timezone: string | undefined;
  /** Names of repositories; empty means all. */
  readonly repositories: readonly string[];
}

/** What a scheduled restore test restores to and checks. */
export interface DrillSchedule extends ScheduleEntry {
  readonly target: string;
  readonly checks: readonly string[];
}
