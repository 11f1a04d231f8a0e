import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { SqlRow } from './journal-database.ts';

/** Rows looked up one by one between what could be read from both ends, at most. */
const mostLookups = 1_000_000;

/** What could be read of a table. `complete`: nothing stood in the way. */
export interface SalvagedRows {
  readonly rows: readonly SqlRow[];
  readonly complete: boolean;
}

/**
 * Reads what can be read of a table with rowids: from the beginning up to a damaged page, from the end down to one, and
 * what lies between number by number, which finds the rows of whole pages that no walk comes to.
 */
export function salvageTable(database: DatabaseSync, table: string): SalvagedRows {
  const numbered = `SELECT rowid AS "#", * FROM ${table} NOT INDEXED`;
  const found = new Map<number, SqlRow>();
  const keep = (row: SqlRow): void => void found.set(Number(row['#']), row);
  const complete = walk(database, `${numbered} ORDER BY rowid`, keep);
  if (!complete) {
    const top = Math.max(0, ...found.keys());
    let bottom = Infinity;
    const fromEnd = walk(database, `${numbered} ORDER BY rowid DESC`, (row) => {
      keep(row);
      bottom = Math.min(bottom, Number(row['#']));
    });
    const last = Number.isFinite(bottom) && !fromEnd ? Math.min(bottom, top + mostLookups) : top + 10_000;
    for (let rowid = top + 1; rowid < last; rowid++) {
      walk(database, `${numbered} WHERE rowid = ${rowid}`, keep);
    }
  }
  const rows = [...found].toSorted(([left], [right]) => left - right).map(([, row]) => row);
  return { rows: rows.map(({ '#': _number, ...row }) => row), complete };
}

/** The same for a table without rowids, whose rows are given by a key: from both ends. */
export function salvageKeyedTable(
  database: DatabaseSync,
  table: string,
  keys: readonly string[],
): SalvagedRows {
  const found = new Map<string, SqlRow>();
  const keep = (row: SqlRow): void => void found.set(JSON.stringify(keys.map((key) => row[key])), row);
  const complete = walk(database, `SELECT * FROM ${table} ORDER BY ${keys.join(', ')}`, keep);
  if (!complete)
    walk(database, `SELECT * FROM ${table} ORDER BY ${keys.map((key) => `${key} DESC`).join(', ')}`, keep);
  return { rows: [...found.values()], complete };
}

/** Rows up to the first one that cannot be read. @returns true when all could be */
export function walk(
  database: DatabaseSync,
  sql: string,
  take: (row: SqlRow) => void,
  parameters: readonly SQLInputValue[] = [],
): boolean {
  try {
    for (const row of database.prepare(sql).iterate(...parameters)) take(row);
    return true;
  } catch (error) {
    // Whatever SQLite says of a damaged file ends this walk; the rows before it are good.
    if ((error as { code?: string }).code === 'ERR_SQLITE_ERROR') return false;
    throw error;
  }
}
