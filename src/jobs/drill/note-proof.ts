import { runAnnotate } from '../../engine/annotate.ts';
import { readCatalogue } from '../../engine/info.ts';
import type { BackupSet } from '../../model/backup-set.ts';
import type { DrillReport } from '../../model/drill.ts';
import { Failure, isFailure } from '../../model/failure.ts';
import { provenAnnotation } from '../../model/pin.ts';
import { formatProof } from '../../model/proof.ts';
import type { JobWorkContext } from '../job-work.ts';
import { repositoryOf } from '../repository-of.ts';
import { takeLease } from '../run/take-lease.ts';

/** Where a drill that passed was noted. */
export interface NotedProof {
  /** As annotation of the set. */
  readonly written: boolean;
  /** Lower case, no full stop. */
  readonly detail: string;
  /** The set as it is with its annotation; undefined where it has none. */
  readonly set?: BackupSet | undefined;
}

/** Milliseconds to wait for a backup that has the lease: the proof is in the journal meanwhile. */
const leaseWaitMs = 300_000;

/**
 * Writes `holdfast-proven` to the set, under the lease of its repository, because the engine replaces backup.info. Where
 * that cannot be (a host that may only read, no way to the primary) the journal alone knows of the drill, and says so.
 *
 * @throws Failure interrupted
 */
export async function noteProof(report: DrillReport, context: JobWorkContext): Promise<NotedProof> {
  const { stanza } = context;
  if (stanza.drills?.proof === 'journal')
    return { written: false, detail: 'the proof is kept in this journal only, as drills.proof says' };
  try {
    const set = await annotate(report, context);
    return { written: true, detail: `${provenAnnotation} was written to set ${report.set.label}`, set };
  } catch (error) {
    if (!isFailure(error) || error.kind === 'interrupted') throw error;
    const detail = `the proof is kept in this journal only, because the set could not be annotated: ${error.problem}`;
    return { written: false, detail };
  }
}

async function annotate(report: DrillReport, context: JobWorkContext): Promise<BackupSet> {
  const { stanza, deps, runId, request, signal, emit, onSpawn } = context;
  const repository = repositoryOf(stanza, { kind: 'drill', repository: report.repository });
  const run = { signal, onSpawn, repositoryKey: repository.key };
  const { label } = report.set;
  await using lease = await takeLease({
    request: { ...request, repository: repository.name, leaseWaitMs: request.leaseWaitMs ?? leaseWaitMs },
    stanza,
    deps,
    options: { signal, emit, onSpawn },
    runId,
  });
  const { reached } = report.target;
  const value = formatProof({
    at: Date.parse(report.endedAt),
    until: reached === null ? undefined : Date.parse(reached),
    run: runId,
  });
  await runAnnotate(
    deps.engine,
    {
      stanza: stanza.name,
      repositoryKey: repository.key,
      set: label,
      annotations: { [provenAnnotation]: value },
    },
    { ...run, signal: AbortSignal.any([signal, lease.lost]) },
  );
  const { sets } = await readCatalogue(deps.engine, stanza.name, run);
  const noted = sets.find(
    (set) =>
      set.label === label &&
      set.repositoryKey === repository.key &&
      set.annotations[provenAnnotation] === value,
  );
  if (noted !== undefined) return noted;
  throw new Failure('proof-failed', {
    operation: `annotate set ${label}`,
    place: `repository ${repository.name}`,
    problem: 'pgbackrest reported success, but the repository does not show it',
    hint: 'Make sure that no other host or tool works with this repository.',
  });
}
