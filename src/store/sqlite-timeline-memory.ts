import * as z from 'zod';
import type { JournalDatabase } from './journal-database.ts';
import { validate } from './journal-rows.ts';
import {
  type KnownTimeline,
  type SeenTimeline,
  type TimelineMemory,
  type TimelineSource,
  timelineSources,
} from './timeline-memory.ts';

const timelineRow = z.object({
  timeline: z.int(),
  parent: z.int().nullable(),
  begin_lsn: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .nullable(),
  first_seen: z.int(),
  last_seen: z.int(),
  source: z.enum(timelineSources),
  note: z.string().nullable(),
});

/** Timelines in the journal's file; see `TimelineMemory`. */
export class SqliteTimelineMemory implements TimelineMemory {
  readonly #database: JournalDatabase;

  constructor(database: JournalDatabase) {
    this.#database = database;
  }

  note(stanza: string, systemIdentifier: bigint, seen: readonly SeenTimeline[], at: number): void {
    this.#database.write(() => {
      const known = new Map(this.list(stanza, systemIdentifier).map((one) => [one.timeline, one]));
      for (const one of seen) {
        const before = known.get(one.timeline);
        this.#put(stanza, systemIdentifier, merge(before, one, at));
      }
    });
  }

  list(stanza: string, systemIdentifier: bigint): readonly KnownTimeline[] {
    return this.#database
      .all(
        'SELECT * FROM timeline WHERE stanza = :stanza AND system_identifier = :system ORDER BY timeline',
        {
          stanza,
          system: String(systemIdentifier),
        },
      )
      .map((row) => {
        const read = validate(timelineRow, row, this.#database.file, 'timeline');
        return {
          timeline: read.timeline,
          parent: read.parent ?? undefined,
          beginLsn: read.begin_lsn === null ? undefined : BigInt(`0x${read.begin_lsn}`),
          firstSeen: read.first_seen,
          lastSeen: read.last_seen,
          source: read.source,
          note: read.note ?? undefined,
        };
      });
  }

  accept(stanza: string, systemIdentifier: bigint, timeline: number, because: string, at: number): void {
    this.#database.write(() => {
      const seen = { timeline, parent: undefined, beginLsn: undefined, source: 'accepted' } as const;
      const before = this.list(stanza, systemIdentifier).find((one) => one.timeline === timeline);
      this.#put(stanza, systemIdentifier, { ...merge(before, seen, at), note: because });
    });
  }

  #put(stanza: string, systemIdentifier: bigint, known: KnownTimeline): void {
    const { timeline, parent, beginLsn, firstSeen, lastSeen, source, note } = known;
    this.#database.execute(
      `INSERT INTO timeline (stanza, system_identifier, timeline, parent, begin_lsn, first_seen, last_seen, source, note)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (stanza, system_identifier, timeline) DO UPDATE SET parent = excluded.parent,
           begin_lsn = excluded.begin_lsn, first_seen = excluded.first_seen, last_seen = excluded.last_seen,
           source = excluded.source, note = excluded.note`,
      [
        stanza,
        String(systemIdentifier),
        timeline,
        parent ?? null,
        beginLsn === undefined ? null : beginLsn.toString(16).padStart(16, '0'),
        firstSeen,
        lastSeen,
        source,
        note ?? null,
      ],
    );
  }
}

function merge(before: KnownTimeline | undefined, seen: SeenTimeline, at: number): KnownTimeline {
  if (before === undefined) return { ...seen, firstSeen: at, lastSeen: at, note: undefined };
  const isSurer = rankOf(seen.source) <= rankOf(before.source);
  const tells = seen.parent !== undefined && (isSurer || before.parent === undefined);
  return {
    ...before,
    parent: tells ? seen.parent : before.parent,
    beginLsn: tells ? seen.beginLsn : before.beginLsn,
    firstSeen: Math.min(before.firstSeen, at),
    lastSeen: Math.max(before.lastSeen, at),
    source: isSurer ? seen.source : before.source,
  };
}

/** 0 is the surest. */
function rankOf(source: TimelineSource): number {
  return timelineSources.indexOf(source);
}
