import * as z from 'zod';
import { identifyFinding, type Finding, type KnownFinding } from '../model/finding.ts';
import type { FindingChanges, FindingFilter, FindingMemory } from './finding-memory.ts';
import type { JournalDatabase, SqlRow } from './journal-database.ts';
import { encodeJson } from './journal-json.ts';
import { validate } from './journal-rows.ts';

const findingShape: Record<Exclude<keyof Finding, 'severity'>, z.ZodType> & { severity: z.ZodType } = {
  rule: z.string(),
  severity: z.enum(['critical', 'warning', 'advice']),
  subject: z.string(),
  stanza: z.string().optional(),
  repository: z.string().optional(),
  problem: z.string(),
  evidence: z.string(),
  remedy: z.string(),
};

const findingRow = z.object({
  finding: z.string().transform((text, context): Finding => {
    try {
      return z.object(findingShape).parse(JSON.parse(text)) as unknown as Finding;
    } catch (error) {
      context.addIssue({ code: 'custom', message: String(error) });
      return z.NEVER;
    }
  }),
  since: z.int(),
  last_seen_at: z.int(),
  ended_at: z.int().nullable(),
});

/** Asked each second: along the index of the open ones, not through those of more than a year by time. */
export const openFindings =
  'SELECT * FROM finding INDEXED BY finding_open WHERE ended_at IS NULL ORDER BY since, id';

/** Findings in the journal's file; see `FindingMemory`. */
export class SqliteFindingMemory implements FindingMemory {
  readonly #database: JournalDatabase;

  constructor(database: JournalDatabase) {
    this.#database = database;
  }

  open(): readonly KnownFinding[] {
    return this.#database.all(openFindings).map((row) => this.#read(row));
  }

  record({ began, seen, ended }: FindingChanges, alongside?: () => void): void {
    this.#database.write(() => {
      for (const finding of ended) this.#update(finding);
      for (const finding of began) this.#insert(finding);
      for (const finding of seen) this.#update(finding);
      alongside?.();
    });
  }

  begins(finding: Pick<Finding, 'rule' | 'subject'>, since: number): number {
    const row = this.#database.first(
      'SELECT count(*) AS begins FROM finding WHERE identity = :identity AND since >= :since',
      { identity: identifyFinding(finding), since },
    );
    return Number(row?.['begins'] ?? 0);
  }

  list({ stanza, rule, since, limit }: FindingFilter = {}): readonly KnownFinding[] {
    return this.#database
      .all(
        `SELECT * FROM finding
          WHERE (:stanza IS NULL OR finding ->> 'stanza' = :stanza) AND (:rule IS NULL OR finding ->> 'rule' = :rule)
            AND (:since IS NULL OR ended_at IS NULL OR ended_at >= :since)
          ORDER BY since DESC, id DESC LIMIT :limit`,
        { stanza: stanza ?? null, rule: rule ?? null, since: since ?? null, limit: limit ?? -1 },
      )
      .map((row) => this.#read(row));
  }

  forgetEndedBefore(time: number): number {
    return this.#database.write(() =>
      this.#database.execute('DELETE FROM finding WHERE ended_at < ?', [time]),
    );
  }

  /** One that is open already is the same one: another process may have had the journal before. */
  #insert(known: KnownFinding): void {
    this.#database.execute(
      `INSERT INTO finding (identity, finding, since, last_seen_at, ended_at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT DO NOTHING`,
      [identifyFinding(known), encodeFinding(known), known.since, known.lastSeenAt, known.endedAt ?? null],
    );
  }

  #update(known: KnownFinding): void {
    this.#database.execute(
      'UPDATE finding SET finding = ?, last_seen_at = ?, ended_at = ? WHERE identity = ? AND ended_at IS NULL',
      [encodeFinding(known), known.lastSeenAt, known.endedAt ?? null, identifyFinding(known)],
    );
  }

  #read(row: SqlRow): KnownFinding {
    const { finding, since, last_seen_at, ended_at } = validate(
      findingRow,
      row,
      this.#database.file,
      'finding',
    );
    return { ...finding, since, lastSeenAt: last_seen_at, endedAt: ended_at ?? undefined };
  }
}

function encodeFinding({
  rule,
  severity,
  subject,
  stanza,
  repository,
  problem,
  evidence,
  remedy,
}: Finding): string {
  return encodeJson({ rule, severity, subject, stanza, repository, problem, evidence, remedy });
}
