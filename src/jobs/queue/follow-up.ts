import type { JobOutcome, JobRequest } from '../../model/job.ts';
import type { RunRecord } from '../../store/journal.ts';

/**
 * The job that follows one that has ended: after a backup an expire of the same repository, because the engine's own
 * is off during a backup. It belongs to whoever had the backup made.
 *
 * @returns undefined when nothing follows
 */
export function followUpOf(request: JobRequest, outcome: JobOutcome): JobRequest | undefined {
  if (request.kind !== 'backup' || outcome.result !== 'ok') return undefined;
  return expireAfter(outcome.runId, request);
}

/** The same for a backup whose Holdfast died, and which another one settled. */
export function followUpOfRun(run: RunRecord): JobRequest | undefined {
  if (run.kind !== 'backup' || run.result !== 'ok' || run.stanza === undefined) return undefined;
  const { id, stanza, repository, actor } = run;
  return expireAfter(id, { stanza, repository, actor, priority: 0 });
}

function expireAfter(
  runId: string,
  backup: Pick<JobRequest, 'stanza' | 'repository' | 'actor' | 'priority'>,
): JobRequest {
  const { stanza, repository, actor, priority } = backup;
  return {
    kind: 'expire',
    stanza,
    repository,
    backupType: undefined,
    annotations: {},
    origin: { kind: 'follow-up', of: runId },
    actor,
    cause: `expire after ${runId}`,
    timeoutMs: undefined,
    priority,
  };
}
