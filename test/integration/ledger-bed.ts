import { chownSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCatalogue } from '../../src/engine/info.ts';
import {
  type ArchiveLook,
  type ArchiveLookDeps,
  observeArchiveLedger,
} from '../../src/jobs/observe/observe-archive-ledger.ts';
import type { DatabaseHistoryEntry } from '../../src/model/backup-set.ts';
import type { Repository } from '../../src/model/repository.ts';
import { hex8 } from '../../src/model/wal.ts';
import { type ArchiveLedger, eachSegment } from '../../src/recovery/wal/ledger.ts';
import type { Journal } from '../../src/store/journal.ts';
import { openJournal } from '../../src/store/open-journal.ts';
import { postgresBinaries } from '../support/postgres-versions.ts';
import { forArchiving, waitUntil } from '../support/wait-until.ts';
import { createEngineBed, type EngineBed } from './engine-bed.ts';

/** The archive of the server that the tests run with. */
export const ownArchive = `${postgresBinaries().major}-1`;

type Change = Partial<ArchiveLookDeps> & { readonly signal?: AbortSignal };

/** A server with two archives (the second encrypted) that are looked at, and a clock that moves only by hand. */
export class LedgerBed implements AsyncDisposable {
  readonly bed: EngineBed;
  /** What the clock of Holdfast says, epoch milliseconds. */
  now = Date.now();
  #journal: Journal;

  constructor(bed: EngineBed) {
    this.bed = bed;
    this.#journal = this.#open();
  }

  /** @param repository its key, or another description of it */
  async look(repository: number | Repository, { signal, ...change }: Change = {}): Promise<ArchiveLook> {
    const catalogue =
      change.databases === undefined ? await readCatalogue(this.bed.engine, 'main') : undefined;
    return observeArchiveLedger(
      { name: 'main' },
      typeof repository === 'number' ? this.repositoryOf(repository) : repository,
      {
        engine: this.bed.engine,
        memory: this.#journal.wal,
        clock: { now: () => this.now },
        recheck: 86_400,
        databases: catalogue?.databases ?? [],
        sets: catalogue?.sets ?? [],
        ...change,
      },
      signal ?? new AbortController().signal,
    );
  }

  /** As the next Holdfast that is started. */
  reopen(): void {
    this.#journal[Symbol.dispose]();
    this.#journal = this.#open();
  }

  repositoryOf(key: number): Repository {
    const repository = this.bed.configuration.stanzas[0]?.repositories.find((one) => one.key === key);
    if (repository === undefined) throw new Error(`no repository ${key}`);
    return repository;
  }

  async databaseOf(key: number): Promise<DatabaseHistoryEntry> {
    const { databases } = await readCatalogue(this.bed.engine, 'main');
    const own = databases.find((one) => one.repositoryKey === key);
    if (own === undefined) throw new Error(`no database in repository ${key}`);
    return own;
  }

  /** A path in the archive. */
  in(key: number, ...names: string[]): string {
    return join(this.bed.sandbox.file(`repo${key}`), 'archive', 'main', ownArchive, ...names);
  }

  /** Every segment as it really lies on the disk. */
  filesIn(key: number): string[] {
    return readdirSync(this.in(key), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .flatMap(({ name }) => readdirSync(this.in(key, name)).map((file) => `${name}/${file}`))
      .filter((file) => /\/[0-9A-F]{24}-[0-9a-f]{40}(\.\w+)?$/.test(file))
      .toSorted();
  }

  /** Puts a file into the archive as archive-push would. */
  plant(key: number, path: string, text = 'x'): void {
    const file = this.in(key, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, text);
    const { uid, gid } = this.bed.sandbox.owner;
    for (const one of [join(file, '..'), file]) chownSync(one, uid, gid);
  }

  /** A segment that was stored ten days ago. */
  plantOld(key: number, high: number, low: number): void {
    const directory = `00000001${hex8(high)}`;
    const path = `${directory}/${directory}${hex8(low)}-${'c'.repeat(40)}.zst`;
    this.plant(key, path);
    const at = new Date(this.now - 10 * 86_400_000);
    utimesSync(this.in(key, path), at, at);
  }

  /** What PostgreSQL was told last to be archived, in every repository. */
  async lastArchived(): Promise<string | undefined> {
    const name = await this.bed.cluster.value("SELECT coalesce(last_archived_wal, '') FROM pg_stat_archiver");
    return name === '' ? undefined : name;
  }

  /** Ends that many segments and waits until all are archived. @returns the last one */
  async archiveSegments(count: number): Promise<string> {
    const { cluster } = this.bed;
    let last = '';
    for (let index = 0; index < count; index += 1) {
      await cluster.sql("SELECT pg_logical_emit_message(false, 'test', 'x')");
      last = await cluster.value('SELECT pg_walfile_name(pg_switch_wal())');
    }
    await waitUntil(
      `${last} is archived`,
      async () => {
        const archived = await this.lastArchived();
        return archived !== undefined && archived >= last;
      },
      forArchiving,
    );
    return last;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#journal[Symbol.dispose]();
    await this.bed[Symbol.asyncDispose]();
  }

  #open(): Journal {
    const file = this.bed.sandbox.file('journal');
    return openJournal(file, { owner: undefined, now: () => this.now });
  }
}

export async function createLedgerBed(): Promise<LedgerBed> {
  return new LedgerBed(await createEngineBed());
}

/** @throws Error when there is no such ledger */
export function ledgerOf(seen: ArchiveLook, id = ownArchive): ArchiveLedger {
  const ledger = seen.ledgers.get(id);
  if (ledger === undefined) throw new Error(`no ledger of ${id}`);
  return ledger;
}

export function filesOf(ledger: ArchiveLedger): string[] {
  return [...ledger.timelines.keys()].flatMap((timeline) =>
    [...eachSegment(ledger, timeline)].map(({ file }) => file),
  );
}
