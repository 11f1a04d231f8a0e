import { readCatalogue } from '../../engine/info.ts';
import type { BackupSet } from '../../model/backup-set.ts';
import type { DrillReport } from '../../model/drill.ts';
import { isFailure } from '../../model/failure.ts';
import { reportDrill } from '../../report/report-drill.ts';
import type { JobWorkContext } from '../job-work.ts';

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
 */
export async function writeEvidence(report: DrillReport, context: JobWorkContext): Promise<WrittenEvidence> {
  const { deps, request, emit } = context;
  try {
    const written = await reportDrill(report, await findSet(report, context), {
      configuration: deps.configuration,
      journal: deps.journal,
      actor: request.actor,
      cause: request.cause,
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
  { deps, stanza: { repositories }, onSpawn }: JobWorkContext,
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

/** The report of a drill that was stopped before it had one. */
export function reportInterrupted(
  { request, deps, runId, stanza }: JobWorkContext,
  choice: { readonly repository: string | undefined; readonly asked: string },
  startedAt: number,
): DrillReport {
  return {
    version: 1,
    id: runId,
    stanza: stanza.name,
    repository: choice.repository ?? request.repository ?? '',
    set: { label: '', type: '', endedAt: '' },
    target: { asked: choice.asked, resolved: '', reached: null, timeline: 0 },
    host: request.actor.host,
    engine: deps.engine.version.text,
    postgres: '',
    startedAt: new Date(startedAt).toISOString(),
    endedAt: new Date(deps.clock.now()).toISOString(),
    result: 'interrupted',
    problems: ['it was stopped before its end'],
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
