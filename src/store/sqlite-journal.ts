import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { Failure } from '../model/failure.ts';
import { encodeJson } from './journal-json.ts';
import { damaged, readRunRow, readStepRow } from './journal-rows.ts';
import type {
  Journal,
  NewRun,
  RunEnd,
  RunFilter,
  RunRecord,
  RunResult,
  RunUpdate,
  StepRecord,
} from './journal.ts';

type Facts = Readonly<Record<string, unknown>>;
type Ended = Exclude<RunResult, 'running'>;

/** The journal in one SQLite file; see `Journal` for what each method promises, `openJournal` for how to get one. */
export class SqliteJournal implements Journal {
  readonly file: string;
  readonly #database: DatabaseSync;
  readonly #now: () => number;

  constructor(database: DatabaseSync, file: string, now: () => number) {
    this.#database = database;
    this.file = file;
    this.#now = now;
  }

  startRun(run: NewRun, guard?: (unfinished: readonly RunRecord[]) => void): RunRecord {
    return this.#write(() => {
      guard?.(this.unfinishedRuns());
      this.#execute(
        `INSERT INTO run (id, kind, stanza, repository, actor_user, actor_host, actor_via, cause, started_at, result,
           facts, process_pid, process_ticks) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'running', ?, ?, ?)`,
        [
          run.id,
          run.kind,
          run.stanza ?? null,
          run.repository ?? null,
          run.actor.user,
          run.actor.host,
          run.actor.via,
          run.cause,
          this.#now(),
          encodeJson(run.facts),
          run.process?.pid ?? null,
          run.process?.startTicks ?? null,
        ],
      );
      return this.#runOf(run.id);
    });
  }

  updateRun(id: string, update: RunUpdate): RunRecord {
    return this.#write(() => {
      const run = this.#runOf(id);
      const process = update.process ?? run.process;
      this.#execute(
        `UPDATE run SET repository = ?, label = ?, bytes = ?, facts = ?, process_pid = ?, process_ticks = ? WHERE id = ?`,
        [
          update.repository ?? run.repository ?? null,
          update.label ?? run.label ?? null,
          update.bytes ?? run.bytes ?? null,
          encodeJson({ ...run.facts, ...update.facts }),
          process?.pid ?? null,
          process?.startTicks ?? null,
          id,
        ],
      );
      return this.#runOf(id);
    });
  }

  finishRun(id: string, end: RunEnd): RunRecord {
    return this.#write(() => {
      this.updateRun(id, end);
      this.#execute('UPDATE run SET result = ?, ended_at = ?, failure = ? WHERE id = ?', [
        end.result,
        this.#now(),
        end.failure === undefined ? null : encodeJson(end.failure),
        id,
      ]);
      return this.#runOf(id);
    });
  }

  reopenRun(id: string, process: RunRecord['process'], guard?: (run: RunRecord) => void): RunRecord {
    return this.#write(() => {
      guard?.(this.#runOf(id));
      this.updateRun(id, { process });
      this.#execute(`UPDATE run SET result = 'running', ended_at = NULL, failure = NULL WHERE id = ?`, [id]);
      return this.#runOf(id);
    });
  }

  startStep(runId: string, name: string, facts: Facts = {}): StepRecord {
    return this.#write(() => {
      const row = this.#database
        .prepare('SELECT coalesce(max(sequence), 0) + 1 AS next FROM step WHERE run_id = ?')
        .get(runId);
      const sequence = Number(row?.['next']);
      this.#execute(
        `INSERT INTO step (run_id, sequence, name, started_at, result, facts) VALUES (?, ?, ?, ?, 'running', ?)`,
        [runId, sequence, name, this.#now(), encodeJson(facts)],
      );
      return this.#stepOf(runId, sequence);
    });
  }

  updateStep(runId: string, sequence: number, facts: Facts): StepRecord {
    return this.#write(() => {
      const step = this.#stepOf(runId, sequence);
      this.#execute('UPDATE step SET facts = ? WHERE run_id = ? AND sequence = ?', [
        encodeJson({ ...step.facts, ...facts }),
        runId,
        sequence,
      ]);
      return this.#stepOf(runId, sequence);
    });
  }

  finishStep(runId: string, sequence: number, result: Ended, facts: Facts = {}): StepRecord {
    return this.#write(() => {
      this.updateStep(runId, sequence, facts);
      this.#execute('UPDATE step SET result = ?, ended_at = ? WHERE run_id = ? AND sequence = ?', [
        result,
        this.#now(),
        runId,
        sequence,
      ]);
      return this.#stepOf(runId, sequence);
    });
  }

  listRuns(filter: RunFilter = {}): RunRecord[] {
    return this.#runs(
      'WHERE (:stanza IS NULL OR stanza = :stanza) AND (:kind IS NULL OR kind = :kind)' +
        ' ORDER BY started_at DESC, rowid DESC LIMIT :limit',
      { stanza: filter.stanza ?? null, kind: filter.kind ?? null, limit: filter.limit ?? -1 },
    );
  }

  findRun(idOrPart: string): RunRecord | undefined {
    const exact = this.#runs('WHERE id = :id', { id: idOrPart });
    if (exact[0] !== undefined) return exact[0];
    const found = this.#runs(
      'WHERE substr(id, 1, length(:part)) = :part OR substr(id, -length(:part)) = :part' +
        ' ORDER BY started_at DESC LIMIT 5',
      { part: idOrPart },
    );
    if (found.length <= 1 || idOrPart === '') return idOrPart === '' ? undefined : found[0];
    throw new Failure('usage', {
      operation: `find the run ${idOrPart} in the journal`,
      problem: 'several runs fit',
      hint: `Give more of the id: ${found.map((run) => run.id).join(', ')}.`,
    });
  }

  unfinishedRuns(): RunRecord[] {
    return this.#runs(`WHERE result = 'running' ORDER BY started_at DESC, rowid DESC`);
  }

  stepsOf(runId: string): StepRecord[] {
    return this.#read(() =>
      this.#database.prepare('SELECT * FROM step WHERE run_id = ? ORDER BY sequence').all(runId),
    ).map((row) => readStepRow(row, this.file));
  }

  [Symbol.dispose](): void {
    if (this.#database.isOpen) this.#database.close();
  }

  #runs(where: string, parameters: Record<string, SQLInputValue> = {}): RunRecord[] {
    return this.#read(() => this.#database.prepare(`SELECT * FROM run ${where}`).all(parameters)).map((row) =>
      readRunRow(row, this.file),
    );
  }

  #runOf(id: string): RunRecord {
    const [run] = this.#runs('WHERE id = :id', { id });
    if (run === undefined) throw new Error(`no run ${id} in the journal`);
    return run;
  }

  #stepOf(runId: string, sequence: number): StepRecord {
    const step = this.stepsOf(runId).find((one) => one.sequence === sequence);
    if (step === undefined) throw new Error(`no step ${sequence} of run ${runId} in the journal`);
    return step;
  }

  #execute(sql: string, parameters: SQLInputValue[]): void {
    this.#database.prepare(sql).run(...parameters);
  }

  /** One transaction; a method that calls another one stays inside the first. */
  #write<Result>(work: () => Result): Result {
    if (this.#database.isTransaction) return work();
    return this.#read(() => {
      this.#database.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        this.#database.exec('COMMIT');
        return result;
      } catch (error) {
        if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
        throw error;
      }
    });
  }

  /** SQLITE_CORRUPT and SQLITE_NOTADB become the failure that says what to do. */
  #read<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      const { errcode, errstr } = error as { errcode?: number; errstr?: string };
      if (errcode === 11 || errcode === 26) throw damaged(this.file, `sqlite: ${errstr}`, error);
      throw error;
    }
  }
}
