import * as z from 'zod';
import type { Lsn } from '../model/wal.ts';
import type { JournalDatabase, SqlRow } from './journal-database.ts';
import { readMeta, writeMeta } from './journal-meta.ts';
import { validate } from './journal-rows.ts';
import type { CommittedHeartbeat, Sample, SampleMemory } from './sample-memory.ts';

const sampleRow = z.object({ at: z.int(), value: z.number() });

const heartbeatRow = z.object({
  system_identifier: z.string().regex(/^\d{1,20}$/),
  timeline: z.int(),
  lsn: z.string().regex(/^[0-9a-f]{16}$/),
  at: z.int(),
  sequence: z.int(),
});

const minute = 60_000;
const day = 24 * 60 * minute;

/** Older than `olderThan` one heartbeat for each `period` stays. Milliseconds. */
const tiers = [
  { olderThan: 2 * day, period: 10 * minute },
  { olderThan: 8 * day, period: 60 * minute },
  { olderThan: 60 * day, period: day },
] as const;

/** Older samples stay once an hour, and from the second age on not at all. Milliseconds. */
const samples = { thinAfter: day, period: 60 * minute, forgetAfter: 32 * day } as const;

/** Samples and heartbeats in the journal's file; see `SampleMemory`. */
export class SqliteSampleMemory implements SampleMemory {
  readonly #database: JournalDatabase;

  constructor(database: JournalDatabase) {
    this.#database = database;
  }

  note(stanza: string, at: number, values: Readonly<Record<string, number>>): void {
    this.#database.write(() => {
      for (const [name, value] of Object.entries(values)) {
        this.#database.execute(
          'INSERT INTO sample (stanza, name, at, value) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
          [stanza, name, at, value],
        );
      }
    });
  }

  samples(stanza: string, name: string, since: number): readonly Sample[] {
    return this.#database
      .all(
        'SELECT at, value FROM sample WHERE stanza = :stanza AND name = :name AND at >= :since ORDER BY at',
        { stanza, name, since },
      )
      .map((row) => validate(sampleRow, row, this.#database.file, 'sample'));
  }

  noteHeartbeat(stanza: string, heartbeat: CommittedHeartbeat): void {
    const { systemIdentifier, timeline, lsn, at, sequence } = heartbeat;
    this.#database.write(() =>
      this.#database.execute(
        `INSERT INTO heartbeat (stanza, system_identifier, timeline, lsn, at, sequence) VALUES (?, ?, ?, ?, ?, ?)
           ON CONFLICT DO NOTHING`,
        [stanza, String(systemIdentifier), timeline, sortable(lsn), at, sequence],
      ),
    );
  }

  lastHeartbeat(stanza: string): CommittedHeartbeat | undefined {
    return this.#read(
      this.#database.first('SELECT * FROM heartbeat WHERE stanza = :stanza ORDER BY at DESC LIMIT 1', {
        stanza,
      }),
    );
  }

  heartbeatBefore(
    stanza: string,
    { systemIdentifier, timeline }: Pick<CommittedHeartbeat, 'systemIdentifier' | 'timeline'>,
    before: Lsn,
  ): CommittedHeartbeat | undefined {
    return this.#read(
      this.#database.first(
        `SELECT * FROM heartbeat WHERE stanza = :stanza AND system_identifier = :system AND timeline = :timeline
            AND lsn <= :before ORDER BY lsn DESC LIMIT 1`,
        { stanza, system: String(systemIdentifier), timeline, before: sortable(before) },
      ),
    );
  }

  installation(fresh: () => string): string {
    const present = readMeta(this.#database, 'installation');
    if (present !== undefined) return present;
    return this.#database.write(() => {
      const name = readMeta(this.#database, 'installation') ?? fresh();
      writeMeta(this.#database, 'installation', name);
      return name;
    });
  }

  thin(stanza: string, now: number): number {
    return this.#database.write(() => {
      let removed = this.#thinSamples(stanza, now);
      for (const { olderThan, period } of tiers) {
        const limit = now - olderThan;
        removed += this.#database.execute(
          `DELETE FROM heartbeat WHERE stanza = ? AND at < ? AND (system_identifier, timeline, lsn) NOT IN
             (SELECT system_identifier, timeline, max(lsn) FROM heartbeat WHERE stanza = ? AND at < ?
               GROUP BY system_identifier, timeline, at / ?)`,
          [stanza, limit, stanza, limit, period],
        );
      }
      return removed;
    });
  }

  #thinSamples(stanza: string, now: number): number {
    const limit = now - samples.thinAfter;
    const forgotten = this.#database.execute('DELETE FROM sample WHERE stanza = ? AND at < ?', [
      stanza,
      now - samples.forgetAfter,
    ]);
    const thinned = this.#database.execute(
      `DELETE FROM sample WHERE stanza = ? AND at < ? AND (name, at) NOT IN
         (SELECT name, max(at) FROM sample WHERE stanza = ? AND at < ? GROUP BY name, at / ?)`,
      [stanza, limit, stanza, limit, samples.period],
    );
    return forgotten + thinned;
  }

  #read(row: SqlRow | undefined): CommittedHeartbeat | undefined {
    if (row === undefined) return undefined;
    const read = validate(heartbeatRow, row, this.#database.file, 'heartbeat');
    return {
      systemIdentifier: BigInt(read.system_identifier),
      timeline: read.timeline,
      lsn: BigInt(`0x${read.lsn}`),
      at: read.at,
      sequence: read.sequence,
    };
  }
}

/** SQLite's integers end below those of an LSN; text of one length is sorted as numbers are. */
function sortable(lsn: Lsn): string {
  return lsn.toString(16).padStart(16, '0');
}
