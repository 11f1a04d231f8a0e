import type { BackupType, InfoStatusCode } from '../model/backup-set.ts';
import type { EngineVersion } from '../model/engine-version.ts';

/** Everything here is what somebody saw; undefined means that it was not seen, which is never good news. */
export interface CheckObservations {
  readonly stanza: string;
  readonly engine: { readonly version: EngineVersion; readonly user: string };
  /** Undefined when no server of the stanza is on this host. */
  readonly server: ServerObservation | undefined;
  readonly files: readonly FileObservation[];
  readonly directories: readonly DirectoryObservation[];
  readonly fileSystems: readonly FileSystemObservation[];
  readonly repositories: readonly RepositoryObservation[];
  readonly clock: ClockObservation | undefined;
  readonly arrival: ArrivalObservation;
  readonly engineCheck: EngineCheckObservation;
}

export interface ServerObservation {
  readonly running: boolean;
  readonly accepting: boolean;
  readonly inRecovery: boolean | undefined;
  readonly problem: string | undefined;
  readonly major: number;
  /** Value and whether the files wait for a restart. Undefined when the server could not be asked. */
  readonly settings: Readonly<Record<string, SettingObservation>> | undefined;
  /** What holdfast.yaml makes of archive_command. */
  readonly wantedArchiveCommand: string;
  readonly archiver:
    | {
        readonly lastArchived: string | undefined;
        readonly lastArchivedAt: number | undefined;
        readonly failedCount: number;
        readonly lastFailed: string | undefined;
        readonly lastFailedAt: number | undefined;
      }
    | undefined;
  readonly dataChecksums: boolean | undefined;
  /** Names of PGBACKREST_* variables in the server's environment; undefined when it cannot be read. */
  readonly strayVariables: readonly string[] | undefined;
}

export interface SettingObservation {
  readonly value: string;
  readonly pendingRestart: boolean;
}

export interface FileObservation {
  readonly path: string;
  readonly secret: boolean;
  readonly exists: boolean;
  readonly mode: number | undefined;
  readonly ownerIsEngineUser: boolean | undefined;
  /** Compared with what holdfast.yaml says now; undefined when that could not be rendered. */
  readonly content: 'same' | 'changed' | 'edited-by-hand' | undefined;
}

export interface DirectoryObservation {
  readonly path: string;
  readonly purpose: string;
  /** Name of the repository it belongs to. */
  readonly repository: string | undefined;
  readonly exists: boolean;
  /** Tried as the engine's user. */
  readonly writable: boolean;
}

export interface FileSystemObservation {
  readonly path: string;
  readonly purpose: string;
  readonly repository: string | undefined;
  readonly availableBytes: number;
  readonly totalBytes: number;
}

export interface RepositoryObservation {
  /** When it was seen, where that is not when the whole stanza was; epoch milliseconds. */
  readonly observedAt?: number | undefined;
  readonly name: string;
  /** Undefined when the engine did not answer. */
  readonly code: InfoStatusCode | undefined;
  readonly message: string;
  readonly cipher: 'none' | 'aes-256-cbc' | undefined;
  readonly configuredCipher: 'none' | 'aes-256-cbc';
  /** Oldest first. Times are epoch seconds, sizes bytes in the repository. */
  readonly sets: readonly {
    readonly label: string;
    readonly type: BackupType;
    readonly stopTime: number;
    readonly repositorySize: number;
    /** Of files that no earlier set has. Undefined: not asked. */
    readonly ownSize?: number | undefined;
    readonly error: boolean;
  }[];
}

/** Clocks, epoch milliseconds. */
export interface ClockObservation {
  /** The host's clock before and after the database was asked. */
  readonly before: number;
  readonly database: number;
  readonly after: number;
  readonly databaseZone: string;
  readonly hostZone: string;
}

/** Whether a WAL segment that was ended now came to each repository. */
export type ArrivalObservation =
  | { readonly tried: false; readonly reason: string; readonly expected: boolean }
  | {
      readonly tried: true;
      readonly segment: string;
      /** Epoch milliseconds at which the segment was ended. */
      readonly switchedAt: number;
      readonly timeoutMs: number;
      readonly repositories: readonly RepositoryArrival[];
    };

export interface RepositoryArrival {
  readonly repository: string;
  /** Milliseconds from the switch until the segment was seen; undefined when it was not. */
  readonly afterMs: number | undefined;
  /** Its name in the repository, with its checksum. */
  readonly file: string | undefined;
  readonly checksum: string | undefined;
  /** When the repository's own clock says that it was written: epoch seconds. */
  readonly writtenAt: number | undefined;
  /** What was said when looking failed. */
  readonly problem: string | undefined;
}

export type EngineCheckObservation =
  | { readonly ran: false; readonly reason: string }
  | { readonly ran: true; readonly ok: true }
  | { readonly ran: true; readonly ok: false; readonly problem: string; readonly hint: string | undefined };
