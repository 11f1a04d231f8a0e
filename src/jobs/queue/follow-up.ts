import type { JobOutcome, JobRequest } from '../../model/job.ts';

/**
 * The job that follows one that has ended: after a backup an expire of the same repository, because the engine's own
 * is off during a backup. It belongs to whoever had the backup made.
 *
 * @returns undefined when nothing follows
 */
export function followUpOf(request: JobRequest, outcome: JobOutcome): JobRequest | undefined {
  if (request.kind !== 'backup' || outcome.result !== 'ok') return undefined;
  return {
    kind: 'expire',
    stanza: request.stanza,
    repository: request.repository,
    backupType: undefined,
    annotations: {},
    origin: { kind: 'follow-up', of: outcome.runId },
    actor: request.actor,
    cause: `expire after ${outcome.runId}`,
    timeoutMs: undefined,
    priority: request.priority,
  };
}
