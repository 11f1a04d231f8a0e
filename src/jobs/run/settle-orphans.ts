import { existsSync } from 'node:fs';
import { adoptBackup, type BackupOutcome } from '../../engine/backup.ts';
import type { EngineProgress } from '../../engine/engine.ts';
import { readCatalogue } from '../../engine/info.ts';
import type { BackupSet, BackupType } from '../../model/backup-set.ts';
import { Failure, isFailure } from '../../model/failure.ts';
import type { Repository } from '../../model/repository.ts';
import { endGroup } from '../../process/end-group.ts';
import { identifyProcess, type ProcessIdentity } from '../../process/process-identity.ts';
import { readPidNamespace } from '../../process/pid-namespace.ts';
import type { RunEnd, RunRecord } from '../../store/journal.ts';
import { describeSet, runAnnotation } from '../backup/run-backup-work.ts';
import { judgeSet } from '../backup/prove-backup.ts';
import type { JobDeps, JobRunOptions } from '../job-deps.ts';
import { reportKilledDrill } from '../drill/report-killed-drill.ts';
import { followUpOfRun } from '../queue/follow-up.ts';
import { findOrphanedEngine, findOrphanRuns, isOrphan, readIdentity } from './find-orphan-runs.ts';
import { keepBeating } from './keep-beating.ts';
import { runJob } from './run-job.ts';

export type SettleOptions = Pick<JobRunOptions, 'signal' | 'emit' | 'onSpawn'>;

/** Milliseconds that an engine which is of no use any more is given after SIGTERM. */
const graceMs = 15_000;

/**
 * Settles every run that a dead Holdfast left unfinished, oldest first (see settleOrphan), and expires after a backup
 * that went well.
 *
 * @param options.stanza only of this one
 * @returns the runs as they are now
 */
export async function settleOrphans(
  deps: JobDeps,
  options: SettleOptions & { readonly stanza?: string | undefined },
): Promise<readonly RunRecord[]> {
  const settled: RunRecord[] = [];
  for (const run of findOrphanRuns(deps.journal, options)) {
    const after = await settleOrphan(run, deps, options);
    if (after === undefined) continue;
    settled.push(after);
    await expireAfter(after, deps, options);
  }
  return settled;
}

/** What would have followed the backup, had its Holdfast lived. How that ends is in the journal. */
async function expireAfter(run: RunRecord, deps: JobDeps, options: SettleOptions): Promise<void> {
  const stanza = deps.configuration.stanzas.find(({ name }) => name === run.stanza);
  const request = followUpOfRun(run);
  if (stanza === undefined || request === undefined || options.signal.aborted) return;
  await runJob(request, stanza, deps, { ...options, retry: false });
}

/**
 * Finds out what became of a run whose Holdfast died, and writes that into the journal. A backup whose engine lives is
 * waited for: it still holds the lease. Any other engine is ended. The journal says ok only of a set that is in the
 * repository, bears this run's name and has no damaged page.
 *
 * Aborting the signal stops an engine that is waited for.
 *
 * @returns the run as it is now; undefined when another Holdfast was faster, or runs it in another container
 */
export async function settleOrphan(
  orphan: RunRecord,
  deps: JobDeps,
  options: SettleOptions,
): Promise<RunRecord | undefined> {
  const { journal } = deps;
  if ((await livesElsewhere(orphan, deps, options.signal)) || !claim(orphan, deps)) return undefined;
  const engine = findOrphanedEngine(orphan);
  using heartbeat = keepBeating(orphan.id, deps);
  const emit: JobRunOptions['emit'] = (event) => {
    if (event.kind === 'progress') heartbeat.note(event);
    options.emit(event);
  };
  const end =
    orphan.kind === 'backup'
      ? await settleBackup(orphan, engine, deps, { ...options, emit })
      : await endOthers(orphan, engine, deps);
  // Before the run's end: a kill in between does it again.
  if (orphan.kind === 'drill') await reportKilledDrill(orphan, deps, options);
  return journal.finishRun(orphan.id, { ...end, facts: { ...end.facts, settled: true } });
}

/** Beats come every five seconds. */
const silenceMs = 30_000;

/**
 * A Holdfast in another container cannot be seen among our processes. Its beats can: a run of another PID namespace is an
 * orphan only when it has been silent for half a minute.
 */
async function livesElsewhere(
  run: RunRecord,
  { journal, clock }: JobDeps,
  signal: AbortSignal,
): Promise<boolean> {
  const noted = run.facts['pidNamespace'];
  if (typeof noted !== 'string' || noted === readPidNamespace()) return false;
  const lastSign = (): number => journal.lastBeat(run.id)?.at ?? run.startedAt;
  const before = lastSign();
  const silent = Math.max(0, clock.now() - before);
  if (silent < silenceMs) await clock.sleep(silenceMs - silent, signal);
  return lastSign() !== before;
}

/** The run is ours from here on, so that no other Holdfast settles it too. */
function claim(orphan: RunRecord, { journal, pid }: JobDeps): boolean {
  try {
    journal.reopenRun(orphan.id, identifyProcess(pid), (present) => {
      if (present.result !== 'running' || !isOrphan(present)) throw new Settled();
    });
    return true;
  } catch (error) {
    if (error instanceof Settled) return false;
    throw error;
  }
}

class Settled extends Error {}

/** What is not a backup is simply done again some time: its engine must not go on without anybody knowing. */
async function endOthers(
  run: RunRecord,
  engine: ProcessIdentity | undefined,
  deps: JobDeps,
): Promise<RunEnd> {
  const leader = engine ?? readIdentity(run.facts['engine']);
  if (leader !== undefined) await endEngine(leader, deps);
  return { result: 'interrupted', failure: killed(run, engine !== undefined).toJSON() };
}

async function endEngine(leader: ProcessIdentity, { clock }: JobDeps): Promise<void> {
  await endGroup(leader, { graceMs, sleep: (milliseconds) => clock.sleep(milliseconds) });
}

async function settleBackup(
  run: RunRecord,
  engine: ProcessIdentity | undefined,
  deps: JobDeps,
  options: SettleOptions,
): Promise<RunEnd> {
  const stanza = deps.configuration.stanzas.find(({ name }) => name === run.stanza);
  const repository = stanza?.repositories.find(({ name }) => name === run.repository);
  if (stanza === undefined || repository === undefined) {
    if (engine !== undefined) await endEngine(engine, deps);
    return failed(killed(run, engine !== undefined));
  }
  const told = await askLog(run, { engine, repository }, deps, options);
  try {
    const set = await findSet(run, repository, deps, options);
    if (set === undefined) return failed(told.failure ?? lost(run, told.outcome));
    const warnings = told.outcome?.warnings.map((record) => record.message) ?? [];
    const { facts, label, bytes } = describeSet(judgeSet(set, repository), warnings);
    return { result: 'ok', label, bytes, facts };
  } catch (error) {
    if (!isFailure(error)) throw error;
    return failed(error, told.outcome?.label);
  }
}

interface Told {
  readonly outcome: BackupOutcome | undefined;
  readonly failure: Failure | undefined;
}

/** Waits for an engine that lives, and takes from the log how it ended. */
async function askLog(
  run: RunRecord,
  at: { readonly engine: ProcessIdentity | undefined; readonly repository: Repository },
  deps: JobDeps,
  { signal, emit }: SettleOptions,
): Promise<Told> {
  const logFile = String(run.facts['logFile'] ?? '');
  const identity = at.engine ?? readIdentity(run.facts['engine']);
  if (!existsSync(logFile)) {
    // Nobody could follow it: the repository alone tells what it did.
    if (identity !== undefined) await endEngine(identity, deps);
    return { outcome: undefined, failure: killed(run, at.engine !== undefined) };
  }
  if (at.engine !== undefined)
    emit({ kind: 'note', text: `waiting for the backup of ${run.id}, whose Holdfast was killed` });
  const type = (run.facts['requestedType'] ?? 'incr') as BackupType;
  const request = { stanza: String(run.stanza), repositoryKey: at.repository.key, type };
  const onProgress = ({ bytesDone, bytesTotal }: EngineProgress): void =>
    emit({ kind: 'progress', bytesDone, bytesTotal });
  try {
    const outcome = await adoptBackup(deps.engine, request, { identity, logFile, signal, onProgress });
    return { outcome, failure: undefined };
  } catch (error) {
    if (!isFailure(error)) throw error;
    // The log ends in the middle: it was killed as well.
    const silent = isFailure(error, 'engine-failed') && error.details?.['engineError'] === undefined;
    return { outcome: undefined, failure: silent ? killed(run, true) : error };
  }
}

/**
 * The set that the run made.
 *
 * @throws Failure proof-failed when the repository cannot be read, and as readCatalogue
 */
async function findSet(
  run: RunRecord,
  repository: Repository,
  deps: JobDeps,
  { onSpawn }: SettleOptions,
): Promise<BackupSet | undefined> {
  // Not stopped by the signal: a short look, and without it nothing true could be written down.
  const catalogue = await readCatalogue(deps.engine, String(run.stanza), {
    repositoryKey: repository.key,
    onSpawn,
  });
  const status = catalogue.repositories.find(({ key }) => key === repository.key);
  const readable: readonly unknown[] = [0, 2];
  if (status !== undefined && !readable.includes(status.code)) {
    throw new Failure('proof-failed', {
      operation: `find out what became of ${run.id}`,
      place: `repository ${repository.name}`,
      problem: `Holdfast was killed during this backup, and the repository cannot be read now: ${status.message}`,
      hint: 'Look with `holdfast info` whether the set is there once the repository can be read again.',
    });
  }
  return catalogue.sets.find((set) => set.annotations[runAnnotation] === run.id);
}

function failed(failure: Failure, label?: string): RunEnd {
  const result = failure.kind === 'interrupted' ? 'interrupted' : 'failed';
  return { result, label, failure: failure.toJSON() };
}

function killed(run: RunRecord, withEngine: boolean): Failure {
  return new Failure('interrupted', {
    operation: `${run.kind} of stanza ${run.stanza ?? ''}`,
    place: run.repository,
    problem: withEngine
      ? 'Holdfast was killed, and its pgbackrest ended before it was done'
      : 'Holdfast was killed before it was done',
    hint: 'Look into the system log for who killed it (out of memory?). The next run resumes what can be resumed.',
  });
}

function lost(run: RunRecord, outcome: BackupOutcome | undefined): Failure {
  return new Failure('proof-failed', {
    operation: `find out what became of ${run.id}`,
    place: `repository ${run.repository ?? ''}`,
    problem: `pgbackrest said that it made ${outcome?.label ?? 'a set'}, but the set is not in the repository`,
    hint: 'Make sure that no other host or tool works with this repository, then take the backup again.',
  });
}
