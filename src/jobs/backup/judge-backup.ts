import { Failure, isFailure } from '../../model/failure.ts';
import type { BackupResult, FailedBackup } from './backup-result.ts';

/**
 * The failure that a backup ends with.
 *
 * A backup into a single repository ends with that repository's own failure, which says most. With several it is
 * backup-incomplete, which names each that failed with its problem and hint; details hold all results.
 *
 * @param wanted.repositories how many should get one
 * @returns undefined when every planned backup is there
 */
export function judgeBackup(
  wanted: { readonly stanza: string; readonly repositories: number },
  results: readonly BackupResult[],
  stopped: boolean,
): Failure | undefined {
  const failed = results.filter((result): result is FailedBackup => !result.ok);
  const details = { repositories: results.map(describeResult) };
  const interrupted = failed.find((result) => isFailure(result.failure, 'interrupted'));
  if (stopped || interrupted) {
    return new Failure('interrupted', {
      operation: `back up stanza ${wanted.stanza}`,
      problem: `stopped before it was done: ${results.length - failed.length} of ${wanted.repositories} repositories have the backup`,
      hint: 'Run the command again: pgBackRest resumes what was copied already where that is possible.',
      details,
    });
  }
  const [first] = failed;
  if (first === undefined) return undefined;
  if (wanted.repositories === 1) return first.failure;
  const names = failed.map((result) => result.planned.repository.name);
  return new Failure('backup-incomplete', {
    operation: `back up stanza ${wanted.stanza}`,
    place: names.join(', '),
    problem: `failed in ${failed.length} of ${wanted.repositories} repositories: ${failed.map(problemOf).join('; ')}`,
    hint: failed
      .map((result) => `${result.planned.repository.name}: ${result.failure.hint ?? ''}`)
      .join('\n'),
    details,
  });
}

function problemOf(result: FailedBackup): string {
  return `${result.planned.repository.name}: ${result.failure.problem}`;
}

/** A result as `--json` and the journal show it: docs/json.md, backup. */
export function describeResult(result: BackupResult): Record<string, unknown> {
  const { planned, runId, elapsedMs } = result;
  const common = {
    repository: planned.repository.name,
    key: planned.repository.key,
    ok: result.ok,
    ...(runId === undefined ? {} : { run: runId }),
    requestedType: planned.requestedType,
    elapsedMs: Math.round(elapsedMs),
  };
  if (!result.ok) {
    return {
      ...common,
      ...(result.label === undefined ? {} : { label: result.label }),
      error: result.failure.toJSON(),
    };
  }
  if (result.needless !== undefined) return { ...common, skipped: result.needless };
  const { label, type, clusterBytes, copiedBytes, repositoryBytes, warnings } = result;
  return { ...common, label, type, clusterBytes, copiedBytes, repositoryBytes, warnings };
}
