import { runBackup, type BackupOutcome } from '../../engine/backup.ts';
import type { EngineProgress } from '../../engine/engine.ts';
import type { BackupSet } from '../../model/backup-set.ts';
import { isFailure } from '../../model/failure.ts';
import type { AuditAnchor } from '../../store/audit-trail.ts';
import type { JobWork, JobWorkContext, JobWorkResult } from '../job-work.ts';
import { repositoryOf } from '../repository-of.ts';
import { formatOccurrence, occurrenceAnnotation } from '../run/judge-satisfied.ts';
import { backupStandby } from './backup-standby.ts';
import { proveBackup } from './prove-backup.ts';
import { writeCheckpoint } from './write-checkpoint.ts';

/** Progress comes with every file; more often than this nobody looks. */
const progressEveryMs = 250;

/** Takes one backup into one repository, inside the lease, and proves that the set is in the repository. */
export const runBackupWork: JobWork = async (context) => {
  const { deps, runId, stanza, request, onSpawn } = context;
  const repository = repositoryOf(stanza, request);
  const outcome = await takeBackup(context, repository.key);
  // Known from here on, whatever the catalogue says of it.
  deps.journal.updateRun(runId, { label: outcome.label });
  // Not stopped by the signal: it is a short look, and a set that is there must not be called interrupted.
  const backup = { stanza: stanza.name, repository, label: outcome.label };
  const set = await proveBackup(deps.engine, backup, { onSpawn });
  return describeSet(
    set,
    outcome.warnings.map((record) => record.message),
  );
};

/** What the journal and `--json` say of a set that was made. */
export function describeSet(set: BackupSet, warnings: readonly string[]): JobWorkResult {
  const { label, type, size, deltaSize, repositoryDeltaSize } = set;
  return {
    facts: { type, clusterBytes: size, copiedBytes: deltaSize, warnings },
    answer: { type, clusterBytes: size, copiedBytes: deltaSize, repositoryBytes: repositoryDeltaSize },
    warnings,
    label,
    bytes: repositoryDeltaSize,
  };
}

async function takeBackup(context: JobWorkContext, repositoryKey: number): Promise<BackupOutcome> {
  const { deps, stanza, request, signal, onSpawn, logged } = context;
  const { clock } = deps;
  let told = Number.NEGATIVE_INFINITY;
  const onProgress = ({ bytesDone, bytesTotal }: EngineProgress): void => {
    if (clock.monotonic() - told < progressEveryMs) return;
    told = clock.monotonic();
    context.emit({ kind: 'progress', bytesDone, bytesTotal });
  };
  const run = (): Promise<BackupOutcome> =>
    runBackup(
      deps.engine,
      {
        stanza: stanza.name,
        repositoryKey,
        // The requested type: where a full one is needed the engine falls forward by itself, and what it decides counts.
        type: request.backupType ?? 'incr',
        annotations: annotationsOf(context),
        expire: false,
        standby: backupStandby(request, stanza, deps.configuration, deps.engine.version),
      },
      { signal, onSpawn, onProgress, logged, timeoutMs: request.timeoutMs },
    );
  try {
    return await run();
  } catch (error) {
    if (!isJustPromoted(error)) throw error;
    await writeCheckpoint(stanza, { path: deps.path, currentUid: deps.currentUid, signal });
    return run();
  }
}

/** Who, where, why, in which run, for which time of the schedule, and where the audit trail stood. */
function annotationsOf({ deps, request, runId }: JobWorkContext): Record<string, string> {
  const { actor, cause, origin } = request;
  const anchor = deps.journal.audit.head();
  return {
    ...request.annotations,
    'holdfast-by': actor.user,
    'holdfast-host': actor.host,
    'holdfast-cause': cause,
    [runAnnotation]: runId,
    ...(origin.kind === 'schedule' ? { [occurrenceAnnotation]: formatOccurrence(origin.occurrence) } : {}),
    ...(anchor === undefined ? {} : { 'holdfast-audit': formatAnchor(anchor) }),
  };
}

/** The annotation that tells in which run a set was made. */
export const runAnnotation = 'holdfast-run';

function formatAnchor({ sequence, hash }: AuditAnchor): string {
  return `${sequence}:${hash}`;
}

/**
 * After a promotion the control file names the old timeline until a checkpoint has been written, which may take minutes
 * by itself. The engine refuses a backup meanwhile (pgBackRest `src/command/backup/backup.c`, backupInit).
 */
function isJustPromoted(error: unknown): boolean {
  return (
    isFailure(error, 'stanza-mismatch') &&
    /WAL timeline \d+ does not match pg_control timeline \d+/.test(error.problem)
  );
}
