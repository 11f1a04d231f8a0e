import type { Configuration } from '../config/configuration.ts';
import type { Engine } from '../engine/engine.ts';
import type { JobDeps, RunJob } from '../jobs/job-deps.ts';
import type { settleOrphans } from '../jobs/run/settle-orphans.ts';
import type { Actor } from '../model/actor.ts';
import type { RunAs } from '../process/run-command.ts';
import type { ServeLog } from './serve-log.ts';

/** What is read from holdfast.yaml, and the engine that it names: at the start and at each reload. */
export interface LoadedConfiguration {
  readonly configuration: Configuration;
  readonly engine: Engine;
}

/** The work that a daemon has done. */
export interface DaemonWork {
  readonly runJob: RunJob;
  /** Brings runs of a stanza to their end that a Holdfast left behind. Takes as long as such an engine runs. */
  readonly settleOrphans: typeof settleOrphans;
}

/** Everything that a daemon is made of. */
export interface DaemonParts {
  readonly version: string;
  readonly loaded: LoadedConfiguration;
  /** Reads the file again. @throws Failure config-missing, config-invalid, engine-missing, … */
  readonly load: () => Promise<LoadedConfiguration>;
  /** Asks the engine for its version again. @throws Failure engine-missing, engine-unsupported */
  readonly openEngine: (configuration: Configuration) => Promise<Engine>;
  /** What jobs work with, besides what was loaded. */
  readonly deps: Omit<JobDeps, 'configuration' | 'engine'>;
  readonly work: DaemonWork;
  /** Who acts when nobody asked: schedules. */
  readonly actor: Actor;
  /** Gets socket and lock; undefined: they stay with the present user. */
  readonly owner: RunAs | undefined;
  readonly log: ServeLog;
  /** For the supervisor: see supervisor.ts. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborts when the daemon is to end. */
  readonly stop: AbortSignal;
  /** Kills what still runs of the children, as the last means. */
  readonly killChildren: () => void;
  /** Milliseconds that running jobs may go on after the stop was asked for, before they are stopped. */
  readonly drainMs: number;
  /** Milliseconds that stopped jobs have to end. */
  readonly stopTimeoutMs: number;
  /** Tells that everything is under way, and where it listens for HTTP. */
  readonly onReady?: ((place: { readonly port: number }) => void) | undefined;
  /** Hands over what rereads the configuration, for SIGHUP. */
  readonly onReload: (reload: () => void) => void;
}
