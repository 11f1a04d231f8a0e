import type { JobRequest } from '../model/job.ts';

/** Above the 100 that a schedule can have. */
const personPriority = 200;

/** A job that a person asks for: not limited in time, and before what a schedule wants. */
export function requestJob(
  what: Pick<JobRequest, 'kind' | 'stanza' | 'repository' | 'actor' | 'cause'> &
    Partial<Pick<JobRequest, 'set' | 'timeoutMs'>>,
): JobRequest {
  return {
    backupType: undefined,
    annotations: {},
    origin: { kind: 'request' },
    timeoutMs: undefined,
    priority: personPriority,
    ...what,
  };
}
