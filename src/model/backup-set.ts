import type { Lsn } from './wal.ts';

export type BackupType = 'full' | 'diff' | 'incr';

/** One backup set in one repository, as `pgbackrest info` tells it. Times are whole epoch seconds (database clock). */
export interface BackupSet {
  readonly label: string;
  readonly type: BackupType;
  /** The repository's key: 1 for repo1. */
  readonly repositoryKey: number;
  /** The history id of the database (the 1 in archive id `15-1`). */
  readonly databaseId: number;
  readonly startTime: number;
  readonly stopTime: number;
  readonly startLsn: Lsn | undefined;
  readonly stopLsn: Lsn | undefined;
  /** First and last WAL segment needed to make the set consistent; undefined for an offline backup. */
  readonly archiveStart: string | undefined;
  readonly archiveStop: string | undefined;
  readonly prior: string | undefined;
  readonly references: readonly string[];
  /** Bytes of the cluster, and of what this set had to copy. */
  readonly size: number;
  readonly deltaSize: number;
  /** Bytes in the repository: all files of the set, and only its own. 0 where the engine does not tell. */
  readonly repositorySize: number;
  readonly repositoryDeltaSize: number;
  /** Bytes of all files of the set as the engine tells them itself; undefined where it does not (block incremental). */
  readonly toldRepositorySize?: number | undefined;
  /** Bytes of its maps of blocks: of all files of the set, and only its own. Undefined: no block incremental. */
  readonly blockMaps?: { readonly size: number; readonly delta: number } | undefined;
  /** True when page checksum errors were found while copying. */
  readonly error: boolean;
  readonly annotations: Readonly<Record<string, string>>;
  readonly engineVersion: string;
}

/** The WAL archive of one database id in one repository, as `info` claims it (first and last, holes not seen). */
export interface ArchiveRange {
  readonly repositoryKey: number;
  readonly databaseId: number;
  /** The archive id, `15-1`. */
  readonly id: string;
  readonly min: string | undefined;
  readonly max: string | undefined;
}

/** A database (system identifier) that a repository knows. */
export interface DatabaseHistoryEntry {
  readonly repositoryKey: number;
  readonly databaseId: number;
  readonly systemIdentifier: bigint;
  readonly version: string;
}

/** Status codes of `info` per repository: pgBackRest `src/command/info/info.c` (INFO_STANZA_STATUS_CODE_*). */
export type InfoStatusCode = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 99;

/** What `info` says of one repository. */
export interface RepositoryStatus {
  readonly key: number;
  readonly cipher: 'none' | 'aes-256-cbc';
  readonly code: InfoStatusCode;
  readonly message: string;
}

/** Everything `info --output=json` tells of one stanza, the same type for every supported version. */
export interface Catalogue {
  readonly stanza: string;
  readonly code: InfoStatusCode;
  readonly message: string;
  readonly repositories: readonly RepositoryStatus[];
  readonly databases: readonly DatabaseHistoryEntry[];
  /** Oldest first, by label. */
  readonly sets: readonly BackupSet[];
  readonly archives: readonly ArchiveRange[];
  /** A backup or restore running on this host right now, as far as the engine's local lock shows it. */
  readonly backupRunning: boolean;
  /** What the local locks say in detail; undefined in catalogues that were not read from the engine. */
  readonly locks?: { readonly backup: CommandLock; readonly restore: CommandLock } | undefined;
}

/** A lock of the engine on this host, and how far the command is that holds it. Bytes; undefined where it does not tell. */
export interface CommandLock {
  readonly held: boolean;
  readonly totalBytes: number | undefined;
  readonly completeBytes: number | undefined;
}
