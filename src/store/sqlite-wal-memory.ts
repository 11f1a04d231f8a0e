import { setImmediate as letOthersRun } from 'node:timers/promises';
import * as z from 'zod';
import type { JournalDatabase } from './journal-database.ts';
import { validate } from './journal-rows.ts';
import type { ArchiveChange, RememberedArchive, RememberedDirectory, WalMemory } from './wal-memory.ts';

const archiveRow = z.object({ looked_at: z.int(), histories: z.string().regex(/^(\d+( \d+)*)?$/) });

const directoryRow = z.object({
  directory: z.string().regex(/^[0-9A-F]{16}$/),
  seen_at: z.int(),
  content: z.instanceof(Uint8Array).refine((bytes) => bytes.length % 32 === 0),
});

/** Directories in one transaction: about a megabyte. */
const batch = 128;

/** See `WalMemory`. */
export class SqliteWalMemory implements WalMemory {
  readonly #database: JournalDatabase;

  constructor(database: JournalDatabase) {
    this.#database = database;
  }

  recallArchive(archive: string): RememberedArchive | undefined {
    return this.#database.snapshot(() => {
      const row = this.#database.first(
        'SELECT looked_at, histories FROM wal_archive WHERE archive = :archive',
        { archive },
      );
      if (row === undefined) return undefined;
      const read = validate(archiveRow, row, this.#database.file, 'wal_archive');
      const directories = this.#database
        .all(
          'SELECT directory, seen_at, content FROM wal_directory WHERE archive = :archive ORDER BY directory',
          { archive },
        )
        .map((one) => this.#readDirectory(one));
      const histories = read.histories === '' ? [] : read.histories.split(' ').map(Number);
      return { lookedAt: read.looked_at, histories, directories };
    });
  }

  async replaceArchive(archive: string, change: Omit<ArchiveChange, 'gone'>): Promise<void> {
    this.#database.write(() => this.#forget(archive));
    for (let from = 0; from < change.seen.length; from += batch) {
      this.#database.write(() => this.#store(archive, change.seen.slice(from, from + batch)));
      await letOthersRun();
    }
    // Another process may have listed the same archive meanwhile: directories of both are true, each at its time.
    this.#database.write(() => this.#finish(archive, change));
  }

  updateArchive(archive: string, change: ArchiveChange): void {
    this.#database.write(() => {
      for (const name of change.gone) {
        this.#database.execute('DELETE FROM wal_directory WHERE archive = ? AND directory = ?', [
          archive,
          name,
        ]);
      }
      this.#store(archive, change.seen);
      this.#finish(archive, change);
    });
  }

  forgetArchivesBefore(time: number): number {
    return this.#database.write(() => {
      const old = this.#database.all('SELECT archive FROM wal_archive WHERE looked_at < :time', { time });
      for (const { archive } of old) this.#forget(String(archive));
      return old.length;
    });
  }

  #forget(archive: string): void {
    this.#database.execute('DELETE FROM wal_archive WHERE archive = ?', [archive]);
    this.#database.execute('DELETE FROM wal_directory WHERE archive = ?', [archive]);
  }

  #store(archive: string, directories: readonly RememberedDirectory[]): void {
    for (const { name, seenAt, rows } of directories) {
      this.#database.execute(
        `INSERT INTO wal_directory (archive, directory, seen_at, content) VALUES (?, ?, ?, ?)
           ON CONFLICT (archive, directory) DO UPDATE SET seen_at = excluded.seen_at, content = excluded.content
`,
        [archive, name, seenAt, rows],
      );
    }
  }

  #finish(archive: string, { lookedAt, histories }: Pick<ArchiveChange, 'lookedAt' | 'histories'>): void {
    this.#database.execute(
      `INSERT INTO wal_archive (archive, looked_at, histories) VALUES (?, ?, ?)
         ON CONFLICT (archive) DO UPDATE SET looked_at = excluded.looked_at, histories = excluded.histories`,
      [archive, lookedAt, histories.join(' ')],
    );
  }

  #readDirectory(row: Readonly<Record<string, unknown>>): RememberedDirectory {
    const read = validate(directoryRow, row, this.#database.file, 'wal_directory');
    const { buffer, byteOffset, length } = read.content;
    return { name: read.directory, seenAt: read.seen_at, rows: Buffer.from(buffer, byteOffset, length) };
  }
}
