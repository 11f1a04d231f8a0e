import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { isFailure } from '../model/failure.ts';
import { fileNumber } from './follow-file.ts';
import { nameSqliteError } from './sqlite-failure.ts';

export type SqlRow = Readonly<Record<string, unknown>>;

/** Closes the connection to a file that is no longer at its place, and gives one to what is there (again). */
export type ReplaceDatabase = (open: DatabaseSync, why: 'deleted' | 'replaced') => DatabaseSync;

/** The table that a statement writes to. */
const writtenTable = /^\s*(?:INSERT (?:OR \w+ )?INTO|UPDATE|DELETE FROM)\s+(\w+)/;

/** The journal's SQLite connection: transactions that nest, and errors with names. Shared by the parts of a journal. */
export class JournalDatabase implements Disposable {
  readonly file: string;
  #database: DatabaseSync;
  #number: bigint | undefined;
  readonly #replace: ReplaceDatabase | undefined;
  #writeProblem: string | undefined;
  /** Of each connection by their text; they end with it. */
  readonly #statements = new WeakMap<DatabaseSync, Map<string, StatementSync>>();
  /** How many times each table was written to by this process. */
  readonly #writes = new Map<string, number>();

  /** @param replace undefined: whoever opened it knows that nobody moves the file meanwhile */
  constructor(database: DatabaseSync, file: string, replace?: ReplaceDatabase) {
    this.#database = database;
    this.file = file;
    this.#replace = replace;
    this.#number = fileNumber(file);
  }

  /** One transaction, on disk when this returns; work that calls another writing method stays inside the first. */
  write<Result>(work: () => Result): Result {
    if (this.#database.isTransaction) return work();
    return this.#named(() => {
      this.#followFile();
      this.#database.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        this.#database.exec('COMMIT');
        this.#writeProblem = undefined;
        return result;
      } catch (error) {
        this.#noteProblem(error);
        // SQLite has rolled back by itself after some errors, a full disk among them.
        if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
        throw error;
      }
    });
  }

  /** Why the last transaction could not be written down; undefined when it was. */
  get writeProblem(): string | undefined {
    return this.#writeProblem;
  }

  /** What a guard refuses is no fault of the journal. */
  #noteProblem(error: unknown): void {
    const named = nameSqliteError(error, this.file);
    if (isFailure(named, 'disk-full') || isFailure(named, 'file-unusable'))
      this.#writeProblem = named.problem;
  }

  /** What several queries see does not change between them. */
  snapshot<Result>(work: () => Result): Result {
    if (this.#database.isTransaction) return work();
    return this.#named(() => {
      this.#database.exec('BEGIN');
      try {
        return work();
      } finally {
        if (this.#database.isTransaction) this.#database.exec('COMMIT');
      }
    });
  }

  /**
   * A daemon has the journal open for months. Where its file was moved aside for a rebuilt one, or deleted, what is
   * written must not go into a file that nobody sees.
   */
  #followFile(): void {
    if (this.#replace === undefined) return;
    const present = fileNumber(this.file);
    if (present === this.#number) return;
    this.#database = this.#replace(this.#database, present === undefined ? 'deleted' : 'replaced');
    this.#number = fileNumber(this.file);
  }

  /** @returns how many rows were changed */
  execute(sql: string, parameters: readonly SQLInputValue[] = []): number {
    const table = writtenTable.exec(sql)?.[1] ?? '';
    this.#writes.set(table, (this.#writes.get(table) ?? 0) + 1);
    return this.#named(() => Number(this.#database.prepare(sql).run(...parameters).changes));
  }

  /**
   * Another text whenever one of these tables may have changed since it was asked before, by this process or by another.
   * Of other processes it cannot be told what they wrote: https://www.sqlite.org/pragma.html#pragma_data_version.
   */
  revisionOf(tables: readonly string[]): string {
    const others = this.first('PRAGMA data_version')?.['data_version'];
    const own = tables.map((table) => this.#writes.get(table) ?? 0);
    return [this.#number, others, this.#writes.get('') ?? 0, ...own].join(' ');
  }

  all(sql: string, parameters: Record<string, SQLInputValue> = {}): readonly SqlRow[] {
    return this.#named(() => this.#prepared(sql).all(parameters));
  }

  first(sql: string, parameters: Record<string, SQLInputValue> = {}): SqlRow | undefined {
    return this.#named(() => this.#prepared(sql).get(parameters));
  }

  /** Rows one after the other: for tables that should not be in memory as a whole. */
  *each(sql: string): Generator<SqlRow> {
    const rows = this.#named(() => this.#database.prepare(sql).iterate());
    for (;;) {
      const next = this.#named(() => rows.next());
      if (next.done === true) return;
      yield next.value as SqlRow;
    }
  }

  [Symbol.dispose](): void {
    if (this.#database.isOpen) this.#database.close();
  }

  /** What a daemon asks hundreds of times at each look is compiled once; the texts are few, and none has values in it. */
  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(this.#database) ?? new Map<string, StatementSync>();
    this.#statements.set(this.#database, known);
    const statement = known.get(sql) ?? this.#database.prepare(sql);
    known.set(sql, statement);
    return statement;
  }

  #named<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw nameSqliteError(error, this.file);
    }
  }
}
