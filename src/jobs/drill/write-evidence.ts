import { readCatalogue } from '../../engine/info.ts';
import type { BackupSet } from '../../model/backup-set.ts';
import type { DrillReport } from '../../model/drill.ts';
import { isFailure } from '../../model/failure.ts';
import { reportDrill } from '../../report/report-drill.ts';
import type { Actor } from '../../model/actor.ts';
import type { Stanza } from '../../config/configuration.ts';
import type { JobDeps, JobRunOptions } from '../job-deps.ts';

/** Whose drill it was, and where things are said. */
export interface EvidenceContext {
  readonly deps: JobDeps;
  readonly stanza: Pick<Stanza, 'repositories'>;
  readonly actor: Actor;
  readonly cause: string;
  readonly emit: JobRunOptions['emit'];
  readonly onSpawn?: JobRunOptions['onSpawn'];
}

/** What became of the report of a drill. JSON. */
export interface WrittenEvidence {
  /** Path of the signed document; null: it could not be written. */
  readonly file: string | null;
  readonly sha256: string | null;
  /** What people should be told, each lower case without a full stop. */
  readonly warnings: readonly string[];
}

/**
 * Writes the signed report of a drill, however it ended. Where it cannot be written that is a warning: what the drill
 * showed of the backup stays true. What the journal has of it gets its files with the next one.
 *
 * @param set the set that was drilled, where it was just read; it is looked for otherwise
 */
export async function writeEvidence(
  report: DrillReport,
  context: EvidenceContext,
  set?: BackupSet,
): Promise<WrittenEvidence> {
  const { deps, actor, cause, emit } = context;
  try {
    const written = await reportDrill(report, set ?? (await findSet(report, context)), {
      configuration: deps.configuration,
      journal: deps.journal,
      actor,
      cause,
      holdfast: deps.holdfast,
      owner: deps.currentUid === deps.engineUser.uid ? undefined : deps.engineUser,
      now: () => deps.clock.now(),
    });
    if (written.keyMade)
      emit({
        kind: 'note',
        text: `a key was made that signs reports: ${written.report.key} (holdfast report key)`,
      });
    emit({ kind: 'note', text: `report: ${written.files.json}` });
    return { file: written.files.json, sha256: written.report.sha256, warnings: [] };
  } catch (error) {
    if (!isFailure(error)) throw error;
    const warning = `the report could not be written: ${error.message}`;
    // A drill that failed shows its own failure, and nothing else.
    if (report.result !== 'passed') emit({ kind: 'note', text: warning });
    return { file: null, sha256: null, warnings: [warning] };
  }
}

/** The set with its annotations as they are now; undefined where it is gone, or pgBackRest does not answer. */
async function findSet(
  { stanza, repository, set }: DrillReport,
  { deps, stanza: { repositories }, onSpawn }: EvidenceContext,
): Promise<BackupSet | undefined> {
  const key = repositories.find(({ name }) => name === repository)?.key;
  if (set.label === '' || key === undefined) return undefined;
  try {
    // Without the job's signal: the report of a drill that was stopped is written, too.
    const { sets } = await readCatalogue(deps.engine, stanza, { onSpawn });
    return sets.find(({ label, repositoryKey }) => label === set.label && repositoryKey === key);
  } catch (error) {
    if (isFailure(error)) return undefined;
    throw error;
  }
}

/** A drill that came to no result. */
export interface InterruptedDrill {
  /** Of its run. */
  readonly id: string;
  readonly stanza: string;
  /** Empty: none was chosen yet. */
  readonly repository: string;
  readonly asked: string;
  readonly host: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Lower case, no full stop. */
  readonly problem: string;
}

/** The report of a drill that was stopped or killed before it had one. */
export function reportInterrupted(drill: InterruptedDrill, { engine, clock }: JobDeps): DrillReport {
  const { id, stanza, repository, asked, host, startedAt, problem } = drill;
  return {
    version: 1,
    id,
    stanza,
    repository,
    set: { label: '', type: '', endedAt: '' },
    target: { asked, resolved: '', reached: null, timeline: 0 },
    host,
    engine: engine.version.text,
    postgres: '',
    startedAt: new Date(startedAt).toISOString(),
    endedAt: new Date(clock.now()).toISOString(),
    result: 'interrupted',
    problems: [problem],
    phases: [],
    checks: [],
    measured: {
      restoredBytes: null,
      restoreBytesPerSecond: null,
      walBytes: null,
      replayBytesPerSecond: null,
      rpoSeconds: null,
      copySeconds: null,
      rtoSeconds: null,
      rtoError: null,
    },
  };
}
