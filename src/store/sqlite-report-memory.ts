import * as z from 'zod';
import type { AuditTrail } from './audit-trail.ts';
import type { JournalDatabase } from './journal-database.ts';
import { validate } from './journal-rows.ts';
import type { ReportFilter, ReportMemory, StoredReport } from './report-memory.ts';

const row = z
  .object({
    sequence: z.int().positive(),
    id: z.string().min(1),
    stanza: z.string(),
    repository: z.string(),
    ended_at: z.int(),
    result: z.enum(['passed', 'failed', 'interrupted']),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    document: z.string().min(2),
    signature: z.string().min(1),
    key: z.string().min(1),
    written: z.int(),
  })
  .transform(({ ended_at: endedAt, written, ...rest }): StoredReport => ({
    ...rest,
    endedAt,
    written: written !== 0,
  }));

/** The memory of reports in the journal's file; see `ReportMemory`. */
export class SqliteReportMemory implements ReportMemory {
  readonly #database: JournalDatabase;
  readonly #audit: Pick<AuditTrail, 'head'>;

  constructor(database: JournalDatabase, audit: Pick<AuditTrail, 'head'>) {
    this.#database = database;
    this.#audit = audit;
  }

  append(id: string, make: Parameters<ReportMemory['append']>[1]): StoredReport {
    return this.#database.write(() => {
      const known = this.read(id);
      if (known !== undefined) return known;
      const [previous] = this.list({ limit: 1 });
      const sequence = (previous?.sequence ?? 0) + 1;
      const report = { ...make({ sequence, previous, auditHead: this.#audit.head() }), sequence, id };
      const stored = { ...report, written: false };
      this.#insert(stored);
      return stored;
    });
  }

  markWritten(id: string): void {
    this.#database.write(() => this.#database.execute('UPDATE report SET written = 1 WHERE id = ?', [id]));
  }

  adopt(reports: readonly StoredReport[]): void {
    this.#database.write(() => {
      for (const report of reports) this.#insert(report);
    });
  }

  read(id: string): StoredReport | undefined {
    const found = this.#database.first('SELECT * FROM report WHERE id = $id', { $id: id });
    return found === undefined ? undefined : this.#parse(found);
  }

  list({ stanza, repository, upTo, waiting, limit }: ReportFilter = {}): readonly StoredReport[] {
    return this.#database
      .all(
        `SELECT * FROM report
         WHERE ($stanza IS NULL OR stanza = $stanza) AND ($repository IS NULL OR repository = $repository)
           AND ($upTo IS NULL OR sequence <= $upTo) AND ($waiting = 0 OR written = 0)
         ORDER BY sequence DESC LIMIT $limit`,
        {
          $stanza: stanza ?? null,
          $repository: repository ?? null,
          $upTo: upTo ?? null,
          $waiting: waiting === true ? 1 : 0,
          $limit: limit ?? -1,
        },
      )
      .map((found) => this.#parse(found));
  }

  #insert(report: StoredReport): void {
    this.#database.execute(
      `INSERT OR IGNORE INTO report (sequence, id, stanza, repository, ended_at, result, sha256, document, signature,
         key, written) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        report.sequence,
        report.id,
        report.stanza,
        report.repository,
        report.endedAt,
        report.result,
        report.sha256,
        report.document,
        report.signature,
        report.key,
        report.written ? 1 : 0,
      ],
    );
  }

  #parse(found: unknown): StoredReport {
    return validate(row, found, this.#database.file, 'report');
  }
}
