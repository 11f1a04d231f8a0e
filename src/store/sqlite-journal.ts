import type { SQLInputValue } from 'node:sqlite';
import { Failure } from '../model/failure.ts';
import { encodeJson } from './journal-json.ts';
import { addFound } from './add-found.ts';
import type { AuditTrail } from './audit-trail.ts';
import { findDamage } from './find-damage.ts';
import { findNewestRuns } from './find-newest-runs.ts';
import type { JournalDatabase } from './journal-database.ts';
import { readMeta } from './journal-meta.ts';
import { readBeatRow, readRunRow, readStepRow } from './journal-rows.ts';
import type {
  FoundInRepositories,
  Journal,
  NewRun,
  RunBeat,
  RunEnd,
  RunFilter,
  RunKind,
  RunRecord,
  RunResult,
  RunUpdate,
  StepRecord,
} from './journal.ts';
import { periodicQueries } from './periodic-queries.ts';
import type { CopyMemory } from './copy-memory.ts';
import type { SampleMemory } from './sample-memory.ts';
import type { ScheduleMemory } from './schedule-memory.ts';
import type { FindingMemory } from './finding-memory.ts';
import type { DeliveryMemory } from './delivery-memory.ts';
import { SqliteAuditTrail } from './sqlite-audit-trail.ts';
import { SqliteCopyMemory } from './sqlite-copy-memory.ts';
import { SqliteFindingMemory } from './sqlite-finding-memory.ts';
import { SqliteDeliveryMemory } from './sqlite-delivery-memory.ts';
import type { IncidentMemory } from './incident-memory.ts';
import { SqliteIncidentMemory } from './sqlite-incident-memory.ts';
import type { ReportMemory } from './report-memory.ts';
import { SqliteReportMemory } from './sqlite-report-memory.ts';
import { SqliteSampleMemory } from './sqlite-sample-memory.ts';
import { SqliteScheduleMemory } from './sqlite-schedule-memory.ts';
import { SqliteTimelineMemory } from './sqlite-timeline-memory.ts';
import { SqliteWalMemory } from './sqlite-wal-memory.ts';
import type { TimelineMemory } from './timeline-memory.ts';
import type { WalMemory } from './wal-memory.ts';

type Facts = Readonly<Record<string, unknown>>;
type Ended = Exclude<RunResult, 'running'>;

/** Runs that only look: the audit trail does not have them. */
const onlyLooking: ReadonlySet<RunKind> = new Set(['check', 'verify']);

/** The journal in one SQLite file; see `Journal` for what each method promises, `openJournal` for how to get one. */
export class SqliteJournal implements Journal {
  readonly audit: AuditTrail;
  readonly schedule: ScheduleMemory;
  readonly copies: CopyMemory;
  readonly reports: ReportMemory;
  readonly findings: FindingMemory;
  readonly incidents: IncidentMemory;
  readonly deliveries: DeliveryMemory;
  readonly wal: WalMemory;
  readonly samples: SampleMemory;
  readonly timelines: TimelineMemory;
  readonly #database: JournalDatabase;
  readonly #memory: SqliteScheduleMemory;
  readonly #now: () => number;

  constructor(database: JournalDatabase, now: () => number) {
    this.#database = database;
    this.#now = now;
    this.audit = new SqliteAuditTrail(database, now);
    this.#memory = new SqliteScheduleMemory(database);
    this.schedule = this.#memory;
    this.copies = new SqliteCopyMemory(database);
    this.reports = new SqliteReportMemory(database, this.audit);
    this.incidents = new SqliteIncidentMemory(database);
    this.findings = new SqliteFindingMemory(database);
    this.deliveries = new SqliteDeliveryMemory(database);
    this.wal = new SqliteWalMemory(database);
    this.samples = new SqliteSampleMemory(database);
    this.timelines = new SqliteTimelineMemory(database);
  }

  get file(): string {
    return this.#database.file;
  }

  get writeProblem(): string | undefined {
    return this.#database.writeProblem;
  }

  startRun(run: NewRun, guard?: (unfinished: readonly RunRecord[]) => void): RunRecord {
    return this.#database.write(() => {
      guard?.(this.unfinishedRuns());
      this.#database.execute(
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
      const begun = this.#runOf(run.id);
      this.#audit(begun, 'started', { cause: begun.cause, repository: begun.repository });
      return begun;
    });
  }

  updateRun(id: string, update: RunUpdate): RunRecord {
    return this.#database.write(() => {
      const run = this.#runOf(id);
      const process = update.process ?? run.process;
      this.#database.execute(
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
    return this.#database.write(() => {
      this.updateRun(id, end);
      this.#database.execute('UPDATE run SET result = ?, ended_at = ?, failure = ? WHERE id = ?', [
        end.result,
        this.#now(),
        end.failure === undefined ? null : encodeJson(end.failure),
        id,
      ]);
      const ended = this.#runOf(id);
      const { result, repository, label, bytes } = ended;
      this.#audit(ended, 'ended', { result, repository, label, bytes, failure: end.failure?.['kind'] });
      return ended;
    });
  }

  reopenRun(id: string, process: RunRecord['process'], guard?: (run: RunRecord) => void): RunRecord {
    return this.#database.write(() => {
      guard?.(this.#runOf(id));
      this.updateRun(id, { process });
      this.#database.execute(
        `UPDATE run SET result = 'running', ended_at = NULL, failure = NULL WHERE id = ?`,
        [id],
      );
      const reopened = this.#runOf(id);
      this.#audit(reopened, 'taken up again', {});
      return reopened;
    });
  }

  beat(runId: string, progress: Pick<RunBeat, 'bytesDone' | 'bytesTotal'>): void {
    this.#database.execute(
      `INSERT INTO beat (run_id, at, bytes_done, bytes_total) VALUES (?, ?, ?, ?)
         ON CONFLICT (run_id) DO UPDATE SET at = excluded.at, bytes_done = excluded.bytes_done,
           bytes_total = excluded.bytes_total`,
      [runId, this.#now(), progress.bytesDone ?? null, progress.bytesTotal ?? null],
    );
  }

  lastBeat(runId: string): RunBeat | undefined {
    const row = this.#database.first('SELECT * FROM beat WHERE run_id = :runId', { runId });
    return row === undefined ? undefined : readBeatRow(row, this.file);
  }

  forgetDecisionsBefore(time: number): number {
    return this.#memory.forgetBefore(time);
  }

  startStep(runId: string, name: string, facts: Facts = {}): StepRecord {
    return this.#database.write(() => {
      const row = this.#database.first(
        'SELECT coalesce(max(sequence), 0) + 1 AS next FROM step WHERE run_id = :runId',
        { runId },
      );
      const sequence = Number(row?.['next']);
      this.#database.execute(
        `INSERT INTO step (run_id, sequence, name, started_at, result, facts) VALUES (?, ?, ?, ?, 'running', ?)`,
        [runId, sequence, name, this.#now(), encodeJson(facts)],
      );
      return this.#stepOf(runId, sequence);
    });
  }

  updateStep(runId: string, sequence: number, facts: Facts): StepRecord {
    return this.#database.write(() => {
      const step = this.#stepOf(runId, sequence);
      this.#database.execute('UPDATE step SET facts = ? WHERE run_id = ? AND sequence = ?', [
        encodeJson({ ...step.facts, ...facts }),
        runId,
        sequence,
      ]);
      return this.#stepOf(runId, sequence);
    });
  }

  finishStep(runId: string, sequence: number, result: Ended, facts: Facts = {}): StepRecord {
    return this.#database.write(() => {
      this.updateStep(runId, sequence, facts);
      this.#database.execute('UPDATE step SET result = ?, ended_at = ? WHERE run_id = ? AND sequence = ?', [
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
        ' AND (:result IS NULL OR result = :result) AND (:since IS NULL OR started_at >= :since)' +
        ' ORDER BY started_at DESC, rowid DESC LIMIT :limit',
      {
        stanza: filter.stanza ?? null,
        kind: filter.kind ?? null,
        result: filter.result ?? null,
        since: filter.since ?? null,
        limit: filter.limit ?? -1,
      },
    );
  }

  readRun(id: string): RunRecord | undefined {
    return this.#runs('WHERE id = :id', { id })[0];
  }

  get revision(): string {
    return this.#database.revisionOf(['run', 'schedule_decision', 'incident']);
  }

  lastRun(of: Parameters<Journal['lastRun']>[0]): RunRecord | undefined {
    return this.lastRuns(of, 1)[0];
  }

  lastRuns({ kind, stanza, repository }: Parameters<Journal['lastRun']>[0], limit: number): RunRecord[] {
    const of = { stanza, kind, repository: repository ?? null, limit };
    return findNewestRuns(this.#database, 'lastRuns', of, this.#now());
  }

  lastGoodRun({ kind, stanza }: Parameters<Journal['lastGoodRun']>[0]): RunRecord | undefined {
    return findNewestRuns(this.#database, 'lastGoodRun', { stanza, kind, limit: 1 }, this.#now())[0];
  }

  findRun(idOrPart: string): RunRecord | undefined {
    const exact = this.readRun(idOrPart);
    if (exact !== undefined) return exact;
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
    return this.#runs(periodicQueries.unfinishedRuns);
  }

  stepsOf(runId: string): StepRecord[] {
    return this.#database
      .all('SELECT * FROM step WHERE run_id = :runId ORDER BY sequence', { runId })
      .map((row) => readStepRow(row, this.file));
  }

  findDamage(): readonly string[] {
    return findDamage(this.#database);
  }

  isRebuildPending(): boolean {
    return readMeta(this.#database, 'repositories') !== 'done';
  }

  addFound(found: FoundInRepositories): readonly RunRecord[] {
    return addFound(this.#database, this.audit, found);
  }

  [Symbol.dispose](): void {
    this.#database[Symbol.dispose]();
  }

  #runs(where: string, parameters: Record<string, SQLInputValue> = {}): RunRecord[] {
    return this.#database
      .all(`SELECT * FROM run ${where}`, parameters)
      .map((row) => readRunRow(row, this.file));
  }

  #runOf(id: string): RunRecord {
    const run = this.readRun(id);
    if (run === undefined) throw new Error(`no run ${id} in the journal`);
    return run;
  }

  #stepOf(runId: string, sequence: number): StepRecord {
    const step = this.stepsOf(runId).find((one) => one.sequence === sequence);
    if (step === undefined) throw new Error(`no step ${sequence} of run ${runId} in the journal`);
    return step;
  }

  #audit(run: RunRecord, what: string, details: Facts): void {
    if (onlyLooking.has(run.kind)) return;
    const { actor, stanza, id: runId } = run;
    this.audit.append({ actor, action: `${run.kind} ${what}`, stanza, runId, details });
  }
}
