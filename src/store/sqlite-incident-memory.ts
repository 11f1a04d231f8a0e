import * as z from 'zod';
import type { Incident } from '../model/incident.ts';
import type { IncidentFilter, IncidentMemory } from './incident-memory.ts';
import type { JournalDatabase, SqlRow } from './journal-database.ts';
import { encodeJson } from './journal-json.ts';
import { validate } from './journal-rows.ts';

const time = z.int();

const attempt = z.object({
  at: time,
  type: z.enum(['full', 'diff', 'incr']),
  result: z.enum(['ok', 'failed', 'interrupted', 'skipped']).optional(),
  runId: z.string().optional(),
  set: z.string().optional(),
  detail: z.string().optional(),
});

const facts = z.object({
  timeline: z.int(),
  first: z.string(),
  last: z.string(),
  segments: z.int(),
  lostFrom: z.object({ time, timeFrom: z.enum(['set', 'heartbeat', 'stored']) }).optional(),
  attempts: z.array(attempt),
  end: z
    .object({
      why: z.enum(['healed', 'backup', 'arrived', 'expired']),
      set: z.string().optional(),
      lostTo: time.optional(),
    })
    .optional(),
});

const incidentRow = z.object({
  id: z.string(),
  stanza: z.string(),
  repository: z.string(),
  facts: z.string().transform((text, context): z.output<typeof facts> => {
    try {
      return facts.parse(JSON.parse(text));
    } catch (error) {
      context.addIssue({ code: 'custom', message: String(error) });
      return z.NEVER;
    }
  }),
  began_at: time,
  closed_at: time.nullable(),
});

/** Incidents in the journal's file; see `IncidentMemory`. */
export class SqliteIncidentMemory implements IncidentMemory {
  readonly #database: JournalDatabase;

  constructor(database: JournalDatabase) {
    this.#database = database;
  }

  list({ stanza, repository, since, limit }: IncidentFilter = {}): readonly Incident[] {
    return this.#database
      .all(
        `SELECT * FROM incident
          WHERE (:stanza IS NULL OR stanza = :stanza) AND (:repository IS NULL OR repository = :repository)
            AND (:since IS NULL OR closed_at IS NULL OR closed_at >= :since)
          ORDER BY began_at DESC, id DESC LIMIT :limit`,
        {
          stanza: stanza ?? null,
          repository: repository ?? null,
          since: since ?? null,
          limit: limit ?? -1,
        },
      )
      .map((row) => this.#read(row));
  }

  record(incidents: readonly Incident[], alongside?: () => void): void {
    this.#database.write(() => {
      for (const { id, stanza, repository, beganAt, closed, ...more } of incidents) {
        const { at, ...end } = closed ?? {};
        this.#database.execute(
          `INSERT INTO incident (id, stanza, repository, facts, began_at, closed_at) VALUES (?, ?, ?, ?, ?, ?)
             ON CONFLICT (id) DO UPDATE SET facts = excluded.facts, closed_at = excluded.closed_at`,
          [
            id,
            stanza,
            repository,
            encodeJson({ ...more, end: closed && end }),
            Math.round(beganAt),
            at ?? null,
          ],
        );
      }
      alongside?.();
    });
  }

  #read(row: SqlRow): Incident {
    const read = validate(incidentRow, row, this.#database.file, 'incident');
    const { lostFrom, attempts, end, ...hole } = read.facts;
    return {
      id: read.id,
      stanza: read.stanza,
      repository: read.repository,
      ...hole,
      beganAt: read.began_at,
      lostFrom,
      attempts: attempts.map(({ at, type, result, runId, set, detail }) => ({
        at,
        type,
        result,
        runId,
        set,
        detail,
      })),
      closed:
        end === undefined || read.closed_at === null
          ? undefined
          : { at: read.closed_at, why: end.why, set: end.set, lostTo: end.lostTo },
    };
  }
}
