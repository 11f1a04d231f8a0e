import { runExpire } from '../../engine/expire.ts';
import { Failure, isFailure } from '../../model/failure.ts';
import { identifyProcess } from '../../process/process-identity.ts';
import type { Actor } from '../../model/actor.ts';
import type { Journal } from '../../store/journal.ts';
import { removesAnything, type ExpirePlan, type ExpirePreview, type ExpireRunDeps } from './plan-expire.ts';

export interface ExpireDeps extends ExpireRunDeps {
  readonly journal: Journal;
  readonly actor: Actor;
  /** The command as typed. */
  readonly cause: string;
  readonly newRunId: () => string;
  readonly pid: number;
}

/** What was removed from a repository: the form of the preview, with the run in the journal. */
export interface ExpireResult extends ExpirePreview {
  /** Undefined when nothing was run there. */
  readonly runId: string | undefined;
}

/**
 * Removes what the plan shows, one repository after the other. Where nothing would go nothing is run; one that fails
 * does not keep the others from being expired.
 *
 * @throws Failure interrupted
 */
export async function applyExpire(plan: ExpirePlan, deps: ExpireDeps): Promise<readonly ExpireResult[]> {
  const results: ExpireResult[] = [];
  for (const preview of plan.previews) {
    if (preview.failure !== undefined || !removesAnything(preview))
      results.push({ ...preview, runId: undefined });
    else results.push(await expireOne(plan.stanza, preview, deps));
  }
  return results;
}

async function expireOne(stanza: string, preview: ExpirePreview, deps: ExpireDeps): Promise<ExpireResult> {
  const { repository } = preview;
  const { signal, onSpawn } = deps;
  const runId = deps.newRunId();
  const { actor, cause } = deps;
  const process = identifyProcess(deps.pid);
  deps.journal.startRun({
    id: runId,
    kind: 'expire',
    stanza,
    repository: repository.name,
    actor,
    cause,
    facts: { planned: { sets: preview.sets, archives: preview.archives } },
    process,
  });
  try {
    const request = { stanza, repositoryKey: repository.key, dryRun: false };
    const outcome = await runExpire(deps.engine, request, { signal, onSpawn });
    const { expiredSets: sets, removedArchives: archives } = outcome;
    deps.journal.finishRun(runId, { result: 'ok', facts: { removed: { sets, archives } } });
    const warnings = outcome.warnings.map((record) => record.message);
    return { repository, sets, archives, warnings, failure: undefined, runId };
  } catch (error) {
    const stopped = signal?.aborted === true || isFailure(error, 'interrupted');
    const failure = error instanceof Failure ? error : undefined;
    deps.journal.finishRun(runId, {
      result: stopped ? 'interrupted' : 'failed',
      failure: failure?.toJSON() ?? { kind: 'bug', problem: String(error) },
    });
    if (failure === undefined || stopped) throw error;
    return { repository, sets: [], archives: [], warnings: [], failure, runId };
  }
}

/**
 * The failure that an expire ends with: the first one, which says where and why, with all of them in its details.
 *
 * @returns undefined when every repository answered
 */
export function judgeExpire(stanza: string, results: readonly ExpirePreview[]): Failure | undefined {
  const failed = results.filter((result) => result.failure !== undefined);
  const first = failed[0]?.failure;
  if (first === undefined || failed.length === 0) return undefined;
  return new Failure(first.kind, {
    operation: `expire backups of stanza ${stanza}`,
    place: failed.map((result) => result.repository.name).join(', '),
    problem: failed.map((result) => `${result.repository.name}: ${result.failure?.problem}`).join('; '),
    hint: failed.map((result) => `${result.repository.name}: ${result.failure?.hint ?? ''}`).join('\n'),
    details: { repositories: results.map(describeExpire) },
    cause: first,
  });
}

/** A preview or result as `--json` shows it: docs/json.md, expire. */
export function describeExpire(
  result: ExpirePreview & { readonly runId?: string | undefined },
): Record<string, unknown> {
  const { repository, sets, archives, warnings, failure, runId } = result;
  return {
    repository: repository.name,
    key: repository.key,
    ok: failure === undefined,
    sets,
    archives: archives.map(({ archiveId, first, last }) => ({ archiveId, first, last })),
    warnings,
    ...(runId === undefined ? {} : { run: runId }),
    ...(failure === undefined ? {} : { error: failure.toJSON() }),
  };
}
