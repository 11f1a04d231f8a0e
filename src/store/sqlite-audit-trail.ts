import { canonicalJson, hashEntry, noPreviousHash } from './audit-hash.ts';
import { readAuditRow } from './audit-rows.ts';
import type { AuditAnchor, AuditEntry, AuditTrail, AuditVerdict, NewAuditEntry } from './audit-trail.ts';
import { RunComparison } from './compare-runs.ts';
import type { JournalDatabase } from './journal-database.ts';
import { readMeta, writeMeta } from './journal-meta.ts';
import { formatAuditAnchor, parseAuditAnchor } from './parse-audit-anchor.ts';
import { verifyChain } from './verify-chain.ts';

/** The audit trail in the journal's file; see `AuditTrail`. */
export class SqliteAuditTrail implements AuditTrail {
  readonly #database: JournalDatabase;
  readonly #now: () => number;

  constructor(database: JournalDatabase, now: () => number) {
    this.#database = database;
    this.#now = now;
  }

  append({ actor, action, stanza, runId, details }: NewAuditEntry): AuditEntry {
    return this.#database.write(() => {
      const head = this.head();
      const sequence = (head?.sequence ?? 0) + 1;
      const previous = head?.hash ?? noPreviousHash;
      const { user, host, via } = actor;
      const entry = canonicalJson({
        sequence,
        at: this.#now(),
        actor: { user, host, via },
        action,
        stanza: stanza ?? null,
        runId: runId ?? null,
        details,
      });
      const hash = hashEntry(previous, entry);
      this.#database.execute('INSERT INTO audit (sequence, entry, previous, hash) VALUES (?, ?, ?, ?)', [
        sequence,
        entry,
        previous,
        hash,
      ]);
      writeMeta(this.#database, 'audit-head', formatAuditAnchor({ sequence, hash }));
      return readAuditRow({ sequence, entry, hash }, this.#database.file);
    });
  }

  list(
    filter: { readonly stanza?: string | undefined; readonly limit?: number | undefined } = {},
  ): readonly AuditEntry[] {
    const { stanza, limit } = filter;
    const where = stanza === undefined ? '' : 'WHERE stanza = :stanza ';
    return this.#database
      .all(`SELECT sequence, entry, hash FROM audit ${where}ORDER BY sequence DESC LIMIT :limit`, {
        limit: limit ?? -1,
        ...(stanza === undefined ? {} : { stanza }),
      })
      .map((row) => readAuditRow(row, this.#database.file));
  }

  /** Of table and note the one that is further: after a cut the next entry leaves a gap, and does not hide it. */
  head(): AuditAnchor | undefined {
    const row = this.#database.first('SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1');
    const noted = this.#notedHead();
    const last = row && { sequence: Number(row['sequence']), hash: String(row['hash']) };
    return (noted?.sequence ?? 0) > (last?.sequence ?? 0) ? noted : last;
  }

  has({ sequence, hash }: AuditAnchor): boolean {
    const row = this.#database.first('SELECT hash FROM audit WHERE sequence = :sequence', { sequence });
    return row?.['hash'] === hash;
  }

  verify(anchors: readonly AuditAnchor[] = []): AuditVerdict {
    return this.#database.snapshot(() => {
      const runs = new RunComparison();
      const verdict = verifyChain({
        rows: this.#database.each('SELECT sequence, entry, previous, hash FROM audit ORDER BY sequence'),
        notedHead: this.#notedHead(),
        anchors,
        onEntry: (entry) => runs.take(entry),
      });
      return { ...verdict, problems: [...verdict.problems, ...runs.findProblems(this.#database)] };
    });
  }

  #notedHead(): AuditAnchor | undefined {
    return parseAuditAnchor(readMeta(this.#database, 'audit-head') ?? '');
  }
}
