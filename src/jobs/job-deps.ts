import type { Configuration, Stanza } from '../config/configuration.ts';
import type { Engine } from '../engine/engine.ts';
import type { JobEvent, JobOutcome, JobRequest } from '../model/job.ts';
import type { RunAs } from '../process/run-command.ts';
import type { Journal } from '../store/journal.ts';

/** Time as the jobs see it; tests bring their own. */
export interface Clock {
  /** Epoch milliseconds. It may jump. */
  now(): number;
  /** Milliseconds that never go back. */
  monotonic(): number;
  /** @throws the signal's reason when it aborts first */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** What every job works with; the same for a command and for the daemon. */
export interface JobDeps {
  readonly configuration: Configuration;
  readonly engine: Engine;
  readonly engineUser: RunAs;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly newRunId: (kind: string) => string;
  /** From 0 up to 1: for backoff. */
  readonly random: () => number;
  /** Of this Holdfast. */
  readonly pid: number;
  readonly currentUid: number;
  /** PATH of children. */
  readonly path: string;
  /** Processor cores: the rendered configuration depends on them. */
  readonly cores: number;
  /** Version of this Holdfast. */
  readonly holdfast: string;
  /** IANA name of the host's time zone. */
  readonly hostZone: string;
  readonly resolveSecret: (reference: import('../model/secret.ts').SecretReference) => Promise<string>;
}

/** Options of one run of one job. */
export interface JobRunOptions {
  /** Aborting stops the engine gracefully. */
  readonly signal: AbortSignal;
  readonly emit: (event: JobEvent) => void;
  /** False: a person waits and decides, so that it is tried once. Otherwise a schedule's job is tried again. */
  readonly retry?: boolean | undefined;
  /** Sleeps before another attempt, in place of the clock: a queue lets others run meanwhile. Rejects as the clock does. */
  readonly pause?: ((milliseconds: number) => Promise<void>) | undefined;
  /** Called with each child's pid as soon as it runs. */
  readonly onSpawn?: ((pid: number) => void) | undefined;
}

/** Runs one job to its end. Never throws for what a job can meet: the outcome tells. What is thrown is a bug. */
export type RunJob = (
  request: JobRequest,
  stanza: Stanza,
  deps: JobDeps,
  options: JobRunOptions,
) => Promise<JobOutcome>;
