import type { Actor } from '../model/actor.ts';
import type { AuditAnchor, AuditTrail } from './audit-trail.ts';
import type { FindingMemory } from './finding-memory.ts';
import type { DeliveryMemory } from './delivery-memory.ts';
import type { IncidentMemory } from './incident-memory.ts';
import type { SampleMemory } from './sample-memory.ts';
import type { CopyMemory } from './copy-memory.ts';
import type { ReportMemory } from './report-memory.ts';
import type { ScheduleMemory } from './schedule-memory.ts';
import type { TimelineMemory } from './timeline-memory.ts';
import type { WalMemory } from './wal-memory.ts';

export type RunResult = 'running' | 'ok' | 'failed' | 'interrupted';

export const runKinds = [
  'setup',
  'check',
  'backup',
  'expire',
  'verify',
  'maintenance',
  'pin',
  'restore',
  'undo',
  'drop',
  'find',
  'rescue',
  'annotate',
  'drill',
] as const;
export type RunKind = (typeof runKinds)[number];

/** One thing that Holdfast did or is doing. Times are epoch milliseconds. */
export interface RunRecord {
  /** `backup-20261120T103000Z-3f2a`. */
  readonly id: string;
  readonly kind: RunKind;
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

/** What is known when a run begins; the journal adds the time. */
export type NewRun = Pick<
  RunRecord,
  'id' | 'kind' | 'stanza' | 'repository' | 'actor' | 'cause' | 'facts' | 'process'
>;

/** What became known while a run goes on. Given facts are merged over the present ones, key by key. */
export interface RunUpdate {
  readonly repository?: string | undefined;
  readonly label?: string | undefined;
  readonly bytes?: number | undefined;
  readonly facts?: Readonly<Record<string, unknown>> | undefined;
  /** Another process takes the run over (a resumed restore). */
  readonly process?: RunRecord['process'];
}

/** The last sign of life of a run, and how far it was. */
export interface RunBeat {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly bytesDone: number | undefined;
  readonly bytesTotal: number | undefined;
}

/** How a run ended. */
export interface RunEnd extends RunUpdate {
  readonly result: Exclude<RunResult, 'running'>;
  readonly failure?: Readonly<Record<string, unknown>> | undefined;
}

/** Which runs `listRuns` gives. */
export interface RunFilter {
  readonly stanza?: string | undefined;
  readonly kind?: RunRecord['kind'] | undefined;
  readonly result?: RunResult | undefined;
  /** Begun at this time or later, epoch milliseconds. */
  readonly since?: number | undefined;
  /** The newest this many; all without it. */
  readonly limit?: number | undefined;
}

/** Runs of one kind on one repository of a stanza. */
export interface RunsOfKind {
  readonly kind: RunKind;
  readonly stanza: string;
  /** Undefined: a kind that does not work on repositories. */
  readonly repository: string | undefined;
}

/** What the repositories know of past runs, for a journal that does not know them (any more). */
export interface FoundInRepositories {
  readonly runs: readonly RunRecord[];
  /** Anchors of a trail that this journal does not have. */
  readonly formerAnchors: readonly AuditAnchor[];
  /** True when every repository could be read: then nothing is left to be looked for. */
  readonly complete: boolean;
  readonly actor: Actor;
}

/**
 * What Holdfast did. Every call is one transaction that is on disk when it returns (SQLite `synchronous=FULL`).
 * All methods throw Failure journal-damaged when the file cannot be read or a row in it makes no sense.
 */
export interface Journal extends Disposable {
  /** The SQLite file. */
  readonly file: string;
  /** Why the last transaction could not be written down (a full disk, say); undefined when it was. */
  readonly writeProblem?: string | undefined;
  /**
   * Another text when runs, decisions of schedules or incidents may have changed meanwhile, whichever process wrote; then
   * what was read of them before is to be read again. Signs of life and steps of runs do not change it.
   */
  readonly revision: string;
  /** Who changed what: each run that changes something adds to it by itself when it begins and ends. */
  readonly audit: AuditTrail;
  /** Copies beside production, from before their first directory is made until nothing of them is left. */
  readonly copies: CopyMemory;
  /** Signed reports of drills. */
  readonly reports: ReportMemory;
  /** Lost WAL, and what was done about it. */
  readonly incidents: IncidentMemory;
  /** What the scheduler must remember. */
  readonly schedule: ScheduleMemory;
  /** What was found wrong, from its beginning to its end. */
  readonly findings: FindingMemory;
  /** Alerts on their way to people. */
  readonly deliveries: DeliveryMemory;
  /** What was seen of WAL archives. */
  readonly wal: WalMemory;
  /** Measurements over time, and heartbeats. */
  readonly samples: SampleMemory;
  /** The timelines that production was on. */
  readonly timelines: TimelineMemory;
  /**
   * Begins a run. `guard` sees the unfinished runs under the write lock, so that no other process can begin one in
   * between; what it throws is passed on and nothing is written.
   */
  startRun(run: NewRun, guard?: (unfinished: readonly RunRecord[]) => void): RunRecord;
  updateRun(id: string, update: RunUpdate): RunRecord;
  /** Ends a run; one that has ended before (a failed restore that was resumed) takes the new end. */
  finishRun(id: string, end: RunEnd): RunRecord;
  /**
   * A run that stopped goes on: it is running again, by this process. `guard` sees it as it was, under the write lock;
   * what it throws is passed on and nothing is written.
   */
  reopenRun(id: string, process: RunRecord['process'], guard?: (run: RunRecord) => void): RunRecord;
  /** Notes that a run is alive, and how far; much cheaper than updateRun. Later beats replace earlier ones. */
  beat(runId: string, progress: Pick<RunBeat, 'bytesDone' | 'bytesTotal'>): void;
  /** @returns undefined when the run never beat */
  lastBeat(runId: string): RunBeat | undefined;
  startStep(runId: string, name: string, facts?: Readonly<Record<string, unknown>>): StepRecord;
  /** Merges facts into a step that is still running. */
  updateStep(runId: string, sequence: number, facts: Readonly<Record<string, unknown>>): StepRecord;
  finishStep(
    runId: string,
    sequence: number,
    result: Exclude<RunResult, 'running'>,
    facts?: Readonly<Record<string, unknown>>,
  ): StepRecord;
  /** Newest first. */
  listRuns(filter?: RunFilter): RunRecord[];
  /** The run with exactly this id; at once, however long the journal is. */
  readRun(id: string): RunRecord | undefined;
  /**
   * The newest run of a kind that ended well, in whichever repository; at once, however long the journal is. For this and
   * the two below, one that a wrong clock dated ahead of now counts only while no other was written after it.
   */
  lastGoodRun(of: { readonly kind: RunKind; readonly stanza: string }): RunRecord | undefined;
  /** The newest run of a kind that has ended. @returns undefined when there is none */
  lastRun(of: RunsOfKind): RunRecord | undefined;
  /** The newest runs of a kind that have ended, newest first; at once, however long the journal is. */
  lastRuns(of: RunsOfKind, limit: number): RunRecord[];
  /**
   * The run with this id, or the only one whose id begins so or ends so (`3f2a`).
   *
   * @returns undefined when there is none. @throws Failure usage when several fit
   */
  findRun(idOrPart: string): RunRecord | undefined;
  /** Runs that have not ended, newest first; whether their process still lives is for the caller to see. */
  unfinishedRuns(): RunRecord[];
  /** In order. */
  stepsOf(runId: string): StepRecord[];
  /**
   * Forgets decisions of the scheduler that are older (epoch milliseconds); runs and the audit trail are kept for ever.
   *
   * @returns how many were forgotten
   */
  forgetDecisionsBefore(time: number): number;
  /** Looks through the whole file. @returns each thing that is damaged, in words */
  findDamage(): readonly string[];
  /** True until the repositories were looked through: the journal is new, was made by an older Holdfast, or rebuilt. */
  isRebuildPending(): boolean;
  /**
   * Adds runs that are not known, by their id or by stanza, repository and label; what is there stays as it is.
   *
   * @returns those that were added
   */
  addFound(found: FoundInRepositories): readonly RunRecord[];
}
