import * as z from 'zod';
import type {
  ChannelRecord,
  DeliveredAttempt,
  DeliveryMemory,
  FailedAttempt,
  StoredDelivery,
  ToldChange,
  ToldEntry,
} from './delivery-memory.ts';
import type { JournalDatabase } from './journal-database.ts';
import { validate } from './journal-rows.ts';

const time = z.int().nullable();

const deliveryRow = z.object({
  id: z.string().min(1),
  channel: z.string(),
  message: z.string(),
  created_at: z.int(),
  attempts: z.int().nonnegative(),
  delivered_at: time,
  given_up_at: time,
  outcome: z.string().nullable(),
});

const toldRow = z.object({ identity: z.string(), told: z.string() });

const channelRow = z.object({
  delivered_at: time,
  failing_since: time,
  failed_at: time,
  failures: z.int().nonnegative(),
  problem: z.string().nullable(),
  next_attempt: time,
});

const isWaiting = 'delivered_at IS NULL AND given_up_at IS NULL';

/** Deliveries in the journal's file; see `DeliveryMemory`. */
export class SqliteDeliveryMemory implements DeliveryMemory {
  readonly #database: JournalDatabase;

  constructor(database: JournalDatabase) {
    this.#database = database;
  }

  enqueue(messages: readonly Pick<StoredDelivery, 'id' | 'channel' | 'message' | 'createdAt'>[]): void {
    this.#database.write(() => {
      for (const { id, channel, message, createdAt } of messages) {
        this.#database.execute(
          'INSERT INTO delivery (id, channel, message, created_at) VALUES (?, ?, ?, ?)',
          [id, channel, message, createdAt],
        );
      }
    });
  }

  waiting(channel: string): readonly StoredDelivery[] {
    return this.#deliveries(`WHERE channel = :channel AND ${isWaiting} ORDER BY sequence`, { channel });
  }

  latest(limit: number): readonly StoredDelivery[] {
    return this.#deliveries('ORDER BY sequence DESC LIMIT :limit', { limit });
  }

  told(channel: string): readonly ToldEntry[] {
    return this.#database
      .all('SELECT identity, told FROM told WHERE channel = :channel ORDER BY identity', { channel })
      .map((row) => validate(toldRow, row, this.#database.file, 'told'));
  }

  note(channel: string, { told, over }: ToldChange): void {
    if (told.length + over.length === 0) return;
    this.#database.write(() => {
      for (const entry of told) {
        this.#database.execute(
          `INSERT INTO told (channel, identity, told) VALUES (?, ?, ?)
             ON CONFLICT (channel, identity) DO UPDATE SET told = excluded.told`,
          [channel, entry.identity, entry.told],
        );
      }
      for (const identity of over)
        this.#database.execute('DELETE FROM told WHERE channel = ? AND identity = ?', [channel, identity]);
    });
  }

  record(channel: string): ChannelRecord {
    const row = this.#database.first('SELECT * FROM channel WHERE name = :channel', { channel });
    const read = row === undefined ? undefined : validate(channelRow, row, this.#database.file, 'channel');
    return {
      channel,
      deliveredAt: read?.delivered_at ?? undefined,
      failures: read?.failures ?? 0,
      failingSince: read?.failing_since ?? undefined,
      failedAt: read?.failed_at ?? undefined,
      problem: read?.problem ?? undefined,
      nextAttempt: read?.next_attempt ?? undefined,
    };
  }

  succeed({ channel, id, at, outcome, change }: DeliveredAttempt): void {
    this.#database.write(() => {
      if (id !== undefined) {
        this.#database.execute(
          'UPDATE delivery SET attempts = attempts + 1, delivered_at = ?, outcome = ? WHERE id = ?',
          [at, outcome, id],
        );
      }
      this.note(channel, change);
      this.#database.execute(
        `INSERT INTO channel (name, delivered_at) VALUES (?, ?)
           ON CONFLICT (name) DO UPDATE SET delivered_at = excluded.delivered_at, failing_since = NULL,
             failed_at = NULL, failures = 0, problem = NULL, next_attempt = NULL`,
        [channel, at],
      );
    });
  }

  fail({ channel, id, at, problem, nextAttempt, giveUp }: FailedAttempt): void {
    this.#database.write(() => {
      if (id !== undefined) {
        this.#database.execute(
          'UPDATE delivery SET attempts = attempts + 1, given_up_at = ?, outcome = ? WHERE id = ?',
          [giveUp ? at : null, problem, id],
        );
      }
      this.#database.execute(
        `INSERT INTO channel (name, failing_since, failed_at, failures, problem, next_attempt) VALUES (?, ?, ?, 1, ?, ?)
           ON CONFLICT (name) DO UPDATE SET failing_since = coalesce(failing_since, excluded.failing_since),
             failed_at = excluded.failed_at, failures = failures + 1, problem = excluded.problem,
             next_attempt = excluded.next_attempt`,
        [channel, at, at, problem, nextAttempt],
      );
    });
  }

  hurry(channel: string): void {
    this.#database.write(() =>
      this.#database.execute('UPDATE channel SET next_attempt = NULL WHERE name = ?', [channel]),
    );
  }

  keepOnly(channels: readonly string[]): void {
    const marks = channels.map(() => '?').join(', ');
    this.#database.write(() => {
      this.#database.execute(`DELETE FROM delivery WHERE ${isWaiting} AND channel NOT IN (${marks})`, [
        ...channels,
      ]);
      this.#database.execute(`DELETE FROM told WHERE channel NOT IN (${marks})`, [...channels]);
      this.#database.execute(`DELETE FROM channel WHERE name NOT IN (${marks})`, [...channels]);
    });
  }

  forgetBefore(limit: number): number {
    return this.#database.write(() =>
      this.#database.execute(`DELETE FROM delivery WHERE created_at < ? AND NOT (${isWaiting})`, [limit]),
    );
  }

  #deliveries(where: string, parameters: Record<string, string | number>): readonly StoredDelivery[] {
    return this.#database.all(`SELECT * FROM delivery ${where}`, parameters).map((row) => {
      const read = validate(deliveryRow, row, this.#database.file, 'delivery');
      return {
        id: read.id,
        channel: read.channel,
        message: read.message,
        createdAt: read.created_at,
        attempts: read.attempts,
        deliveredAt: read.delivered_at ?? undefined,
        givenUpAt: read.given_up_at ?? undefined,
        outcome: read.outcome ?? undefined,
      };
    });
  }
}
