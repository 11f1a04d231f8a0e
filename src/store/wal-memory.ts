/** A directory of a WAL archive as it was listed. */
export interface RememberedDirectory {
  /** `0000000100000002`. */
  readonly name: string;
  /** When its listing began, epoch milliseconds. */
  readonly seenAt: number;
  /** What was in it, in the form of recovery/wal/archive-directory.ts. */
  readonly rows: Buffer;
}

/** What is remembered of one WAL archive. */
export interface RememberedArchive {
  /** When the last look began, epoch milliseconds. */
  readonly lookedAt: number;
  /** Timelines with a history file. */
  readonly histories: readonly number[];
  /** By name. */
  readonly directories: readonly RememberedDirectory[];
}

/** What a look changed. */
export interface ArchiveChange {
  readonly lookedAt: number;
  readonly histories: readonly number[];
  /** Those that were listed. */
  readonly seen: readonly RememberedDirectory[];
  /** Names of those that are gone. */
  readonly gone: readonly string[];
}

/**
 * What was seen of WAL archives, so that not all of an archive has to be listed again. Nothing here is precious: what is
 * lost is listed again. Archives are named by whoever asks: repository, stanza, cluster and archive id.
 */
export interface WalMemory {
  /** @returns undefined when it was not looked at yet. Directories that are missing in it were not listed yet */
  recallArchive(archive: string): RememberedArchive | undefined;
  /**
   * Replaces everything that is known of an archive, in several transactions between which others may write. A kill
   * in between leaves an archive that is not known.
   */
  replaceArchive(archive: string, change: Omit<ArchiveChange, 'gone'>): Promise<void>;
  /** One transaction. */
  updateArchive(archive: string, change: ArchiveChange): void;
  /** Forgets archives that were not looked at since a time, epoch milliseconds. @returns how many */
  forgetArchivesBefore(time: number): number;
}
