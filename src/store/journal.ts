/** Who did something and by which means. */
export interface Actor {
  /** Operating system user, through sudo where that was used: `root (sudo: anna)`. */
  readonly user: string;
  readonly host: string;
  /** `cli`, later `daemon`. */
  readonly via: string;
}

export type RunResult = 'running' | 'ok' | 'failed' | 'interrupted';

/** One thing that Holdfast did or is doing. Times are epoch milliseconds. */
export interface RunRecord {
  /** `backup-20261120T103000Z-3f2a`. */
  readonly id: string;
  readonly kind: 'setup' | 'check' | 'backup' | 'expire' | 'restore' | 'undo' | 'annotate';
  readonly stanza: string | undefined;
  readonly repository: string | undefined;
  readonly actor: Actor;
  /** The command as typed, secrets can not be in it. */
  readonly cause: string;
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  readonly result: RunResult;
  /** Label of a backup set, where there is one. */
  readonly label: string | undefined;
  readonly bytes: number | undefined;
  /** `Failure.toJSON()` of what ended it. */
  readonly failure: Readonly<Record<string, unknown>> | undefined;
  /** Kind-specific facts; for a restore the whole plan under `plan`. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** Pid and start time (field 22 of /proc/PID/stat) of the Holdfast that runs it, to tell a dead one. */
  readonly process: { readonly pid: number; readonly startTicks: number } | undefined;
}

/** A step of a run, written before it starts and after it ended, so that a crash in between shows. */
export interface StepRecord {
  readonly runId: string;
  /** Order within the run, from 1. */
  readonly sequence: number;
  readonly name: string;
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  readonly result: RunResult;
  /** What the step did and what undoing it needs (paths it created, pids it started). */
  readonly facts: Readonly<Record<string, unknown>>;
}
