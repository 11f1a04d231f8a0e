import * as z from 'zod';
import { skipReasons } from '../model/job.ts';
import type { JournalDatabase } from './journal-database.ts';
import { validate } from './journal-rows.ts';
import type { LineMemory, ScheduleDecision, ScheduleMemory } from './schedule-memory.ts';

const time = z.int();

const lineRow = z.object({ known_since: time, decided_until: time });

const decisionRow = z.object({
  line: z.string(),
  stanza: z.string(),
  occurrence: time,
  decided_at: time,
  decision: z.enum(['run', 'skip']),
  reason: z.enum(skipReasons).nullable(),
  detail: z.string().nullable(),
  run_id: z.string().nullable(),
});

/** The scheduler's memory in the journal's file; see `ScheduleMemory`. */
export class SqliteScheduleMemory implements ScheduleMemory {
  readonly #database: JournalDatabase;

  constructor(database: JournalDatabase) {
    this.#database = database;
  }

  know(lines: readonly string[], now: number): ReadonlyMap<string, LineMemory> {
    return this.#database.write(() => {
      for (const line of lines) {
        this.#database.execute(
          'INSERT INTO schedule_line (line, known_since, decided_until) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
          [line, now, now],
        );
      }
      return this.recall(lines);
    });
  }

  recall(lines: readonly string[]): ReadonlyMap<string, LineMemory> {
    return new Map(
      lines.flatMap((line) => {
        const memory = this.#memoryOf(line);
        return memory === undefined ? [] : [[line, memory] as const];
      }),
    );
  }

  record(decisions: readonly ScheduleDecision[]): void {
    this.#database.write(() => {
      for (const decision of decisions) this.#recordOne(decision);
    });
  }

  rewind(lines: readonly string[], now: number): void {
    this.#database.write(() => {
      for (const line of lines) {
        this.#database.execute(
          'UPDATE schedule_line SET known_since = min(known_since, ?), decided_until = min(decided_until, ?) WHERE line = ?',
          [now, now, line],
        );
        this.#database.execute('DELETE FROM schedule_decision WHERE line = ? AND occurrence > ?', [
          line,
          now,
        ]);
      }
    });
  }

  settle(
    line: string,
    occurrence: number,
    end: Pick<ScheduleDecision, 'decision' | 'reason' | 'detail' | 'runId'>,
  ): void {
    this.#database.write(() =>
      this.#database.execute(
        'UPDATE schedule_decision SET decision = ?, reason = ?, detail = ?, run_id = ? WHERE line = ? AND occurrence = ?',
        [end.decision, end.reason ?? null, end.detail ?? null, end.runId ?? null, line, occurrence],
      ),
    );
  }

  decisions(
    filter: {
      readonly stanza?: string | undefined;
      readonly line?: string | undefined;
      readonly limit?: number | undefined;
    } = {},
  ): readonly ScheduleDecision[] {
    // One line is read along the primary key: health asks for the last decision of every line again and again.
    const wanted =
      filter.line === undefined
        ? ':line IS NULL AND (:stanza IS NULL OR stanza = :stanza) ORDER BY decided_at DESC, occurrence DESC, line'
        : 'line = :line AND (:stanza IS NULL OR stanza = :stanza) ORDER BY occurrence DESC';
    return this.#database
      .all(`SELECT * FROM schedule_decision WHERE ${wanted} LIMIT :limit`, {
        stanza: filter.stanza ?? null,
        line: filter.line ?? null,
        limit: filter.limit ?? -1,
      })
      .map((row) => {
        const read = validate(decisionRow, row, this.#database.file, 'schedule_decision');
        return {
          line: read.line,
          stanza: read.stanza,
          occurrence: read.occurrence,
          decidedAt: read.decided_at,
          decision: read.decision,
          reason: read.reason ?? undefined,
          detail: read.detail ?? undefined,
          runId: read.run_id ?? undefined,
        };
      });
  }

  /** @returns how many were forgotten */
  forgetBefore(limit: number): number {
    return this.#database.write(() =>
      this.#database.execute('DELETE FROM schedule_decision WHERE decided_at < ?', [limit]),
    );
  }

  #memoryOf(line: string): LineMemory | undefined {
    const row = this.#database.first(
      'SELECT known_since, decided_until FROM schedule_line WHERE line = :line',
      { line },
    );
    if (row === undefined) return undefined;
    const read = validate(lineRow, row, this.#database.file, 'schedule_line');
    return { knownSince: read.known_since, decidedUntil: read.decided_until };
  }

  /** A decision that is taken again (two daemons in turn) replaces the first; time that was decided stays decided. */
  #recordOne(decision: ScheduleDecision): void {
    const { line, stanza, occurrence, decidedAt, reason, detail, runId } = decision;
    this.#database.execute(
      `INSERT INTO schedule_decision (line, occurrence, stanza, decided_at, decision, reason, detail, run_id)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (line, occurrence) DO UPDATE SET decided_at = excluded.decided_at, decision = excluded.decision,
           reason = excluded.reason, detail = excluded.detail, run_id = excluded.run_id`,
      [line, occurrence, stanza, decidedAt, decision.decision, reason ?? null, detail ?? null, runId ?? null],
    );
    this.#database.execute(
      `INSERT INTO schedule_line (line, known_since, decided_until) VALUES (?, ?, ?)
         ON CONFLICT (line) DO UPDATE SET decided_until = max(decided_until, excluded.decided_until)`,
      [line, decidedAt, occurrence],
    );
  }
}
