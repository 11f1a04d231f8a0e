import type { EngineSettings } from '../config/configuration.ts';
import type { EngineVersion } from '../model/engine-version.ts';
import type { ChildPriority } from '../process/child-priority.ts';
import type { RunAs } from '../process/run-command.ts';

/** An installed pgBackRest that was found, and is run as the right user. */
export interface EngineProgram {
  readonly settings: EngineSettings;
  /** Absolute path of the binary. */
  readonly binary: string;
  /** Undefined when Holdfast already runs as that user. */
  readonly runAs: RunAs | undefined;
  /** Of a restore beside production: it gives way. Undefined: as this process. */
  readonly priority?: ChildPriority | undefined;
}

/** One that has told its version too, and can be worked with. */
export interface Engine extends EngineProgram {
  readonly version: EngineVersion;
}

/** How far a backup or restore is, as the engine's log and its lock tell it. */
export interface EngineProgress {
  readonly bytesDone: number;
  readonly bytesTotal: number | undefined;
  /** The file that was finished last. */
  readonly file: string | undefined;
}

/** One line of the engine's log. `P00   INFO: backup command begin 2.45: ...` */
export interface LogRecord {
  readonly level: 'error' | 'warn' | 'info' | 'detail' | 'debug' | 'trace';
  readonly process: number;
  /** The engine's error number, `[055]` → 55. */
  readonly code: number | undefined;
  readonly message: string;
  /** Lines that began `HINT:` below the message. */
  readonly hints: readonly string[];
}

/** What every run of the engine may be given besides its own request. */
export interface EngineRunOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onRecord?: ((record: LogRecord) => void) | undefined;
  readonly onProgress?: ((progress: EngineProgress) => void) | undefined;
  /** Called with the pid of the engine's process as soon as it runs. */
  readonly onSpawn?: ((pid: number) => void) | undefined;
}
