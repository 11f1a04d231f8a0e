import type { Stanza } from '../../config/configuration.ts';
import type { EngineProgram } from '../../engine/engine.ts';
import { listRepository } from '../../engine/repo-list.ts';
import { lookIoTimeoutSeconds } from '../../engine/info.ts';
import type { EngineRun } from '../../engine/run-engine.ts';
import type { BackupSet, DatabaseHistoryEntry } from '../../model/backup-set.ts';
import { Failure } from '../../model/failure.ts';
import { hex8 } from '../../model/wal.ts';
import type { Repository } from '../../model/repository.ts';
import { type ArchiveDirectory, countRows, readDirectory } from '../../recovery/wal/archive-directory.ts';
import { guessSegmentSize } from '../../recovery/wal/guess-segment-size.ts';
import { type ArchiveLedger, createLedger } from '../../recovery/wal/ledger.ts';
import {
  type ArchivePlace,
  listArchiveDirectory,
  listArchiveTop,
  listWholeArchive,
} from '../../recovery/wal/list-archive.ts';
import { cutBehind, findUnsettled } from '../../recovery/wal/settle-listing.ts';
import type { WalMemory } from '../../store/wal-memory.ts';
import type { Clock } from '../job-deps.ts';
import { isWholeCheaper, listUnfinished, planArchiveLook } from './plan-archive-look.ts';
import { repositoryPlace } from './repository-place.ts';

export interface ArchiveLookDeps {
  readonly engine: EngineProgram;
  readonly memory: WalMemory;
  readonly clock: Pick<Clock, 'now'>;
  /** Seconds within which each directory is to be listed again: `watch.recheck` of the configuration. */
  readonly recheck: number;
  /** Of the catalogue: which clusters the repository knows (those of other repositories are passed over). */
  readonly databases: readonly DatabaseHistoryEntry[];
  /** Of the catalogue: they tell the size of segments where `segmentSize` does not. */
  readonly sets: readonly BackupSet[];
  /** Bytes, as the primary says; undefined where nobody could be asked. */
  readonly segmentSize?: number | undefined;
  /** List everything again: sets were removed, so that WAL may be gone anywhere. */
  readonly whole?: boolean | undefined;
  readonly onSpawn?: ((pid: number) => void) | undefined;
}

/** What one look at the WAL of a stanza in a repository told. */
export interface ArchiveLook {
  /** The archive id of the newest cluster, `16-2`. Undefined: the repository knows none. */
  readonly archiveId: string | undefined;
  /** By archive id, the newest cluster last. Where a cluster was upgraded, sets of the old one need the old one. */
  readonly ledgers: ReadonlyMap<string, ArchiveLedger>;
  /** Commands of the engine that this look took. */
  readonly requests: number;
  /** The directory of the newest archive that was seen longest ago was seen then, epoch milliseconds. */
  readonly oldestLookAt: number | undefined;
}

/**
 * Looks at the WAL archive of a stanza in one repository. The first look lists everything with one command, later ones
 * only what can have changed; in between everything is in the journal. Archives of clusters before an upgrade are looked
 * at once in the recheck time.
 *
 * @throws Failure as runEngine; stanza-missing when an archive is empty and its archive.info is not there either
 */
export async function observeArchiveLedger(
  stanza: Pick<Stanza, 'name'>,
  repository: Repository,
  deps: ArchiveLookDeps,
  signal: AbortSignal,
): Promise<ArchiveLook> {
  const databases = deps.databases
    .filter(({ repositoryKey }) => repositoryKey === repository.key)
    .toSorted((left, right) => left.databaseId - right.databaseId);
  const ledgers = new Map<string, ArchiveLedger>();
  let requests = 0;
  let oldestLookAt: number | undefined;
  for (const database of databases) {
    const isNewest = database === databases.at(-1);
    // The primary tells nothing of the cluster before an upgrade.
    const segmentSize = isNewest ? deps.segmentSize : undefined;
    const look = new LedgerLook(stanza.name, repository, database, { ...deps, segmentSize }, signal);
    const directories = await look.run(isNewest ? 'each time' : 'when due');
    const sets = deps.sets.filter(
      (set) => set.repositoryKey === repository.key && set.databaseId === database.databaseId,
    );
    const size = segmentSize ?? guessSegmentSize(directories, sets);
    ledgers.set(look.archiveId, createLedger(directories, look.histories, size));
    requests += look.requests;
    if (isNewest) oldestLookAt = look.oldestLookAt;
  }
  return { archiveId: [...ledgers.keys()].at(-1), ledgers, requests, oldestLookAt };
}

/**
 * What an archive is called in the journal. The system identifier is in it, because a repository that was made anew at
 * the same place has the same archive id.
 */
export function archiveKey(stanza: string, repository: Repository, database: DatabaseHistoryEntry): string {
  const { version, databaseId, systemIdentifier } = database;
  return JSON.stringify([
    ...repositoryPlace(repository),
    stanza,
    `${version}-${databaseId}`,
    String(systemIdentifier),
  ]);
}

/** An archive that nobody looks at any more: its repository is another, or was removed from the file. */
const forgottenAfterMs = 90 * 86_400_000;

/** Directories of an object store that one recursive listing may go through: some minutes. */
const mostRecursed = 4096;

/** Directories that are listed one after the other before they are written down. */
const rememberedAtOnce = 64;

type ListedTop = Awaited<ReturnType<typeof listArchiveTop>>;

/** One look at one archive id. What was listed is written down after each part, so that a kill loses little. */
class LedgerLook {
  readonly archiveId: string;
  requests = 0;
  histories: readonly number[] = [];
  readonly #deps: ArchiveLookDeps;
  readonly #key: string;
  readonly #place: ArchivePlace;
  readonly #run: EngineRun;
  readonly #sets: readonly BackupSet[];
  readonly #accessType: Repository['access']['type'];
  /** Directories of which no gap is owed to their being written to. */
  readonly #settled = new Set<string>();
  #known = new Map<string, ArchiveDirectory>();
  #lookedAt = 0;

  constructor(
    stanza: string,
    repository: Repository,
    database: DatabaseHistoryEntry,
    deps: ArchiveLookDeps,
    signal: AbortSignal,
  ) {
    this.archiveId = `${database.version}-${database.databaseId}`;
    this.#deps = deps;
    this.#key = archiveKey(stanza, repository, database);
    this.#place = {
      engine: deps.engine,
      stanza,
      repositoryKey: repository.key,
      archiveId: this.archiveId,
    };
    this.#accessType = repository.access.type;
    this.#run = { signal, onSpawn: deps.onSpawn, ioTimeoutSeconds: lookIoTimeoutSeconds };
    this.#sets = deps.sets.filter(({ databaseId }) => databaseId === database.databaseId);
  }

  get oldestLookAt(): number | undefined {
    let oldest = this.#lookedAt;
    for (const { seenAt } of this.#known.values()) oldest = Math.min(oldest, seenAt);
    return oldest === 0 ? undefined : oldest;
  }

  async run(often: 'each time' | 'when due'): Promise<readonly ArchiveDirectory[]> {
    const now = this.#deps.clock.now();
    const recheckMs = this.#deps.recheck * 1000;
    const remembered = this.#recall();
    const age = remembered === undefined ? undefined : now - remembered;
    const isWhole = this.#deps.whole === true;
    if (often === 'when due' && !isWhole && age !== undefined && age >= 0 && age < recheckMs) {
      this.#lookedAt = remembered ?? 0;
      return [...this.#known.values()];
    }
    if (remembered === undefined) this.#deps.memory.forgetArchivesBefore(now - forgottenAfterMs);
    const top = await this.#listTop();
    if ((remembered === undefined || isWhole) && this.#isRecursionFit(top.directories.length)) {
      await this.#listWhole();
      // It may have taken minutes.
      await this.#listChanged(await this.#listTop(), 0);
    } else await this.#listChanged(top, isWhole ? recheckMs : Math.max(0, age ?? 0));
    return [...this.#known.values()];
  }

  /**
   * A recursive listing counts only as a whole. Where it takes long it may never come to its end within the time that a
   * look has; one directory after the other goes on where it was stopped.
   */
  #isRecursionFit(directories: number): boolean {
    switch (this.#accessType) {
      case 'posix':
      case 'cifs':
        return true;
      case 'sftp':
        // Asks for the size of each file in a request of its own: storage/sftp/storage.c, storageSftpListEntry.
        return false;
      default:
        return directories <= mostRecursed;
    }
  }

  /** @returns when the last look was; undefined when there was none */
  #recall(): number | undefined {
    const remembered = this.#deps.memory.recallArchive(this.#key);
    if (remembered === undefined) return undefined;
    this.histories = remembered.histories;
    for (const { name, seenAt, rows } of remembered.directories)
      this.#known.set(name, readDirectory(name, seenAt, rows));
    return remembered.lookedAt;
  }

  async #listWhole(): Promise<void> {
    const seenAt = this.#deps.clock.now();
    this.requests += 1;
    const { directories, histories } = await listWholeArchive(this.#place, seenAt, this.#run);
    await this.#refuseVanished(directories);
    this.#known = new Map(directories.map((directory) => [directory.name, directory]));
    this.histories = histories;
    this.#lookedAt = seenAt;
    await this.#deps.memory.replaceArchive(this.#key, { lookedAt: seenAt, histories, seen: directories });
  }

  /** Directories and history files by name. */
  async #listTop(): Promise<ListedTop> {
    this.requests += 1;
    const top = await listArchiveTop(this.#place, this.#run);
    if (top.directories.length === 0 && top.histories.length === 0) await this.#requireStanza();
    return top;
  }

  /** The contents of those that may have changed. */
  async #listChanged(top: ListedTop, elapsedMs: number): Promise<void> {
    const now = this.#deps.clock.now();
    this.histories = top.histories;
    const plan = planArchiveLook({
      known: [...this.#known.values()],
      present: top.directories,
      perDirectory: this.#perDirectory(),
      now,
      elapsedMs,
      recheckMs: this.#deps.recheck * 1000,
    });
    for (const name of plan.gone) this.#known.delete(name);
    this.#lookedAt = now;
    await this.#listParts(plan.list, plan.gone, top.directories.length);
    // In a recursive listing one directory is read after the other.
    const unsettled = this.#unfinished().filter((name) => !this.#settled.has(name));
    await this.#listEach(unsettled.toReversed(), []);
  }

  #unfinished(): string[] {
    const perDirectory = this.#perDirectory();
    const [now, recheckMs] = [this.#deps.clock.now(), this.#deps.recheck * 1000];
    return listUnfinished([...this.#known.values()], { perDirectory, now, recheckMs });
  }

  #perDirectory(): number {
    const size = this.#deps.segmentSize ?? guessSegmentSize([...this.#known.values()], this.#sets);
    return 2 ** 32 / size;
  }

  async #listParts(names: readonly string[], gone: readonly string[], present: number): Promise<void> {
    if (isWholeCheaper(names.length, present) && this.#isRecursionFit(present)) return this.#listWhole();
    return this.#listEach(names, gone);
  }

  async #listEach(names: readonly string[], gone: readonly string[]): Promise<void> {
    let seen: ArchiveDirectory[] = [];
    const remember = (lost: readonly string[]): void => {
      const { histories } = this;
      this.#deps.memory.updateArchive(this.#key, { lookedAt: this.#lookedAt, histories, seen, gone: lost });
      seen = [];
    };
    try {
      for (const name of names) {
        const directory = await this.#listSettled(name);
        seen.push(directory);
        this.#known.set(name, directory);
        this.#settled.add(name);
        if (seen.length === rememberedAtOnce) remember([]);
      }
    } finally {
      // What was seen before a failure is true all the same, and what was not seen yet is new to the next look.
      remember(gone);
    }
  }

  /** Once more where it has a gap that may have come from its being written to meanwhile. */
  async #listSettled(name: string): Promise<ArchiveDirectory> {
    const place = readDirectory(name, 0, Buffer.alloc(0));
    const neighbour = hex8(place.timeline) + hex8(Math.max(0, place.high - 1));
    const goesOn = place.high > 0 && this.#known.has(neighbour);
    let before = this.#known.get(name);
    let directory = await this.#listOne(name);
    if (findUnsettled(before, directory, goesOn) === undefined) return directory;
    before = directory;
    directory = await this.#listOne(name);
    const unsettled = findUnsettled(before, directory, goesOn);
    return unsettled === undefined ? directory : cutBehind(directory, unsettled);
  }

  async #listOne(name: string): Promise<ArchiveDirectory> {
    this.requests += 1;
    const directory = await listArchiveDirectory(this.#place, name, this.#deps.clock.now(), this.#run);
    await this.#refuseVanished([directory]);
    return directory;
  }

  /** Directories that were there a moment ago and are empty: the repository may have gone in between. */
  async #refuseVanished(directories: readonly ArchiveDirectory[]): Promise<void> {
    if (directories.length === 0 || directories.some((one) => countRows(one) === 0))
      await this.#requireStanza();
  }

  /** An empty archive is one to which nothing was archived yet, or a file system that is not mounted. */
  async #requireStanza(): Promise<void> {
    const { engine, stanza, repositoryKey } = this.#place;
    this.requests += 1;
    const request = { stanza, repositoryKey, path: `archive/${stanza}`, recurse: false };
    const entries = await listRepository(engine, request, this.#run);
    if (entries.some(({ name }) => name === 'archive.info' || name === 'archive.info.copy')) return;
    throw new Failure('stanza-missing', {
      operation: `look at the WAL archive of stanza ${stanza}`,
      place: `repo${repositoryKey}`,
      problem: `archive/${stanza} is empty or not there`,
      hint: 'Check that the file system of the repository is mounted, and that the stanza was created in it.',
    });
  }
}
