import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { AuditAnchor } from './audit-trail.ts';
import { tryAuditRow } from './audit-rows.ts';
import type { JournalDatabase, SqlRow } from './journal-database.ts';
import { writeMeta } from './journal-meta.ts';
import { readRunRow, readStepRow } from './journal-rows.ts';
import { formatAuditAnchor, parseAuditAnchor } from './parse-audit-anchor.ts';
import { readCopyRow } from './sqlite-copy-memory.ts';
import { salvageKeyedTable, salvageTable, type SalvagedRows, walk } from './salvage-rows.ts';
import { Failure } from '../model/failure.ts';

/** What was taken over out of a damaged journal. */
export interface Salvage {
  readonly runs: number;
  readonly steps: number;
  readonly auditEntries: number;
  readonly decisions: number;
  /** False when some part could not be read, so that runs or steps may be missing. */
  readonly complete: boolean;
  /** First and last number of each piece of the trail that is missing. */
  readonly lostEntries: readonly (readonly [number, number])[];
}

export const nothingSalvaged: Salvage = {
  runs: 0,
  steps: 0,
  auditEntries: 0,
  decisions: 0,
  complete: false,
  lostEntries: [],
};

/** Copies every row that can be read and makes sense, in one transaction. */
export function salvageJournal(from: DatabaseSync, to: JournalDatabase): Salvage {
  return to.write(() => {
    const copy = new RowCopy(to);
    const runs = salvageTable(from, 'run');
    copy.take('run', runs, (row) => void readRunRow(row, to.file));
    copy.take('step', salvageSteps(from, runs), (row) => void readStepRow(row, to.file));
    if (!hasTable(from, 'audit')) return { ...copy.counts(), lostEntries: [] };
    const audit = salvageTable(from, 'audit');
    copy.take('audit', dropStanza(audit), (row) => {
      if (tryAuditRow(row) === undefined) throw nonsense();
    });
    const noted = copyHead(from, to);
    copy.take('beat', salvageKeyedTable(from, 'beat', ['run_id']));
    copy.take('schedule_line', salvageKeyedTable(from, 'schedule_line', ['line']));
    copy.take('schedule_decision', salvageKeyedTable(from, 'schedule_decision', ['line', 'occurrence']));
    if (hasTable(from, 'incident')) copy.take('incident', salvageTable(from, 'incident'));
    if (hasTable(from, 'finding')) copy.take('finding', salvageTable(from, 'finding'));
    copyDeliveries(copy, from);
    copyTimelines(copy, from);
    if (hasTable(from, 'copy'))
      copy.take('copy', salvageTable(from, 'copy'), (row) => void readCopyRow(row, to.file));
    if (hasTable(from, 'report')) copy.take('report', salvageTable(from, 'report'));
    // Nobody can tell again when they were; measurements are made anew.
    if (hasTable(from, 'heartbeat')) copy.take('heartbeat', salvageHeartbeats(from));
    return { ...copy.counts(), lostEntries: findGaps(to, noted) };
  });
}

/** A journal of an older version has no such table. */
function copyTimelines(copy: RowCopy, from: DatabaseSync): void {
  if (!hasTable(from, 'timeline')) return;
  copy.take('timeline', salvageKeyedTable(from, 'timeline', ['stanza', 'system_identifier', 'timeline']));
}

function salvageHeartbeats(from: DatabaseSync): SalvagedRows {
  return salvageKeyedTable(from, 'heartbeat', ['stanza', 'system_identifier', 'timeline', 'lsn']);
}

/** Inserts rows, and counts what would not go in. */
class RowCopy {
  readonly #to: JournalDatabase;
  readonly #counts = new Map<string, number>();
  #complete = true;

  constructor(to: JournalDatabase) {
    this.#to = to;
  }

  take(table: string, { rows, complete }: SalvagedRows, check: (row: SqlRow) => void = () => {}): void {
    this.#complete &&= complete;
    let count = 0;
    for (const row of rows) {
      if (this.#insert(table, row, check)) count++;
      else this.#complete = false;
    }
    this.#counts.set(table, count);
  }

  #insert(table: string, row: SqlRow, check: (row: SqlRow) => void): boolean {
    const names = Object.keys(row);
    const marks = names.map(() => '?').join(', ');
    try {
      check(row);
      const sql = `INSERT OR IGNORE INTO ${table} (${names.join(', ')}) VALUES (${marks})`;
      return this.#to.execute(sql, Object.values(row) as SQLInputValue[]) === 1;
    } catch (error) {
      // A row that makes no sense, or that the table's own rules refuse, stays in the damaged file.
      const constraint = 19;
      const { errcode } = error as { errcode?: number };
      if (error instanceof Failure && error.kind === 'journal-damaged') return false;
      if (((errcode ?? 0) & 0xff) === constraint) return false;
      throw error;
    }
  }

  counts(): Omit<Salvage, 'lostEntries'> {
    const count = (table: string): number => this.#counts.get(table) ?? 0;
    return {
      runs: count('run'),
      steps: count('step'),
      auditEntries: count('audit'),
      decisions: count('schedule_decision'),
      complete: this.#complete,
    };
  }
}

/** A journal of an older Holdfast has none. */
function copyDeliveries(copy: RowCopy, from: DatabaseSync): void {
  if (!hasTable(from, 'told')) return;
  copy.take('delivery', salvageTable(from, 'delivery'));
  copy.take('told', salvageKeyedTable(from, 'told', ['channel', 'identity']));
  copy.take('channel', salvageKeyedTable(from, 'channel', ['name']));
}

/** From both ends, and where that does not come through, run by run. */
function salvageSteps(from: DatabaseSync, runs: SalvagedRows): SalvagedRows {
  const keys = ['run_id', 'sequence'];
  const walked = salvageKeyedTable(from, 'step', keys);
  if (walked.complete) return walked;
  const found = new Map(
    walked.rows.map((row) => [`${String(row['run_id'])} ${String(row['sequence'])}`, row]),
  );
  for (const run of runs.rows) {
    const keep = (row: SqlRow): void =>
      void found.set(`${String(row['run_id'])} ${String(row['sequence'])}`, row);
    walk(from, 'SELECT * FROM step WHERE run_id = ? ORDER BY sequence', keep, [String(run['id'])]);
  }
  return { rows: [...found.values()], complete: false };
}

/** A column that is computed is not inserted. */
function dropStanza(audit: SalvagedRows): SalvagedRows {
  return { ...audit, rows: audit.rows.map(({ stanza: _stanza, ...row }) => row) };
}

/** The end of the trail as the damaged journal noted it, so that no number is given twice. */
function copyHead(from: DatabaseSync, to: JournalDatabase): AuditAnchor | undefined {
  let noted: AuditAnchor | undefined;
  walk(from, `SELECT value FROM meta WHERE key = 'audit-head'`, (row) => {
    noted = parseAuditAnchor(String(row['value']));
  });
  if (noted !== undefined) writeMeta(to, 'audit-head', formatAuditAnchor(noted));
  return noted;
}

function findGaps(to: JournalDatabase, noted: AuditAnchor | undefined): [number, number][] {
  const gaps: [number, number][] = [];
  let last = 0;
  for (const { sequence } of to.each('SELECT sequence FROM audit ORDER BY sequence') as Iterable<{
    sequence: number;
  }>) {
    if (sequence > last + 1) gaps.push([last + 1, sequence - 1]);
    last = sequence;
  }
  if (noted !== undefined && noted.sequence > last) gaps.push([last + 1, noted.sequence]);
  return gaps;
}

function hasTable(database: DatabaseSync, name: string): boolean {
  let found = false;
  walk(database, `SELECT 1 FROM sqlite_schema WHERE name = '${name}'`, () => {
    found = true;
  });
  return found;
}

function nonsense(): Failure {
  return new Failure('journal-damaged', {
    operation: 'read the audit trail',
    problem: 'a row makes no sense',
  });
}
