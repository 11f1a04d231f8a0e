import type { Actor } from './actor.ts';
import type { BackupType } from './backup-set.ts';
import type { DrillEvent, DrillWish } from './drill.ts';
import type { Failure } from './failure.ts';

/** What a runner can do. Each is one run in the journal. */
export const jobKinds = ['backup', 'expire', 'verify', 'check', 'maintenance', 'drill'] as const;
export type JobKind = (typeof jobKinds)[number];

/**
 * One piece of work for one stanza, and for one repository where its kind works on repositories (backup, expire,
 * verify). JSON: it travels through the daemon's socket.
 */
export interface JobRequest {
  readonly kind: JobKind;
  readonly stanza: string;
  /** Name of the repository; undefined for check and maintenance, and for a drill that takes one in turn. */
  readonly repository: string | undefined;
  /** Only for a backup. */
  readonly backupType: BackupType | undefined;
  /** Only for verify (this set alone; engine 2.55 and newer) and drill (restore this one). */
  readonly set?: string | undefined;
  /** Only for a drill, which needs it. */
  readonly drill?: DrillWish | undefined;
  /** Only for a backup: kept with the set, besides Holdfast's own. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly origin: JobOrigin;
  readonly actor: Actor;
  /** The command as typed, or `schedule LINE`. Secrets can not be in it. */
  readonly cause: string;
  /** Milliseconds from the engine's start until it is told to stop; undefined for ever. */
  readonly timeoutMs: number | undefined;
  /** Milliseconds to wait for a lease that another host has; undefined: what is usual for the origin. */
  readonly leaseWaitMs?: number | undefined;
  /** Higher goes first. */
  readonly priority: number;
}

/** Why a job is there. */
export type JobOrigin =
  | { readonly kind: 'request' }
  /**
   * `line`: the schedule line's key. `occurrence`: the time of the cron text that it is for, epoch milliseconds. `by`:
   * set where a timer, a crontab or a CronJob has begun it. Then nobody but its exit code tells what was not done.
   */
  | {
      readonly kind: 'schedule';
      readonly line: string;
      readonly occurrence: number;
      readonly by?: 'timer' | undefined;
    }
  /** Something that Holdfast decided by itself: the expire after a backup. */
  | { readonly kind: 'follow-up'; readonly of: string }
  /** A backup because WAL is missing. `incident`: its id. */
  | { readonly kind: 'healing'; readonly incident: string };

/** Why scheduled work was not done at its time. Shown by `holdfast schedule`, with a detail in words. */
export const skipReasons = [
  'blackout',
  'replaced',
  'missed',
  'still-running',
  'other-role',
  'satisfied',
  'lease-held',
  'held',
  'not-available',
] as const;
/**
 * `replaced`: a full at the same time covers it. `missed`: nothing ran then, and a later run made up for it or catching
 * up is off. `other-role`: this host is not the member that it runs on. `satisfied`: the repository has a set that does
 * it. `held`: a restore of the stanza was going on. `not-available`: this Holdfast cannot do it yet.
 */
export type SkipReason = (typeof skipReasons)[number];

/** How a job ended. Times are milliseconds. */
export type JobOutcome =
  | {
      readonly result: 'ok';
      readonly runId: string;
      /** Label of the set that was made. */
      readonly label: string | undefined;
      readonly elapsedMs: number;
      readonly warnings: readonly string[];
      /** Facts of the kind, as `--json` prints them. */
      readonly facts: Readonly<Record<string, unknown>>;
    }
  | {
      readonly result: 'failed' | 'interrupted';
      /** Undefined when it failed before the journal knew of it. */
      readonly runId: string | undefined;
      readonly label: string | undefined;
      readonly elapsedMs: number;
      readonly failure: Failure;
    }
  | { readonly result: 'skipped'; readonly reason: SkipReason; readonly detail: string };

/** What happens while a job runs. JSON but for the outcome's failure, which travels as `Failure.toJSON()`. */
export type JobEvent =
  /** The journal has it. `reason`: why the type is not the one that was asked for. */
  | {
      readonly kind: 'started';
      readonly runId: string;
      readonly backupType: BackupType | undefined;
      readonly reason: string | undefined;
    }
  /** It has the lease of its repository, for which it waited that long. */
  | { readonly kind: 'leased'; readonly waitedMs: number }
  | { readonly kind: 'progress'; readonly bytesDone: number; readonly bytesTotal: number | undefined }
  /** Of a drill: a phase begins, or a check has ended. */
  | { readonly kind: 'drill'; readonly event: DrillEvent }
  /** Something a person may want to know, in words: it waits for a lease, it tries again in 30 s. */
  | { readonly kind: 'note'; readonly text: string };
