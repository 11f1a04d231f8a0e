import type { JobRequest } from '../../model/job.ts';
import { identifyProcess } from '../../process/process-identity.ts';
import type { CopyDependencies } from '../../recovery/copy/copy-deps.ts';
import type { JobDeps } from '../job-deps.ts';

/** What a job restores copies with. Copies belong to this process: they go when it is gone. */
export function copyDependenciesOf(
  { actor, cause }: Pick<JobRequest, 'actor' | 'cause'>,
  deps: JobDeps,
  signal: AbortSignal | undefined,
): CopyDependencies {
  const { configuration, engine, journal, clock, currentUid, path, newRunId } = deps;
  return {
    configuration,
    engine,
    opening: Promise.resolve(engine),
    journal,
    actor,
    cause,
    process: identifyProcess(deps.pid),
    currentUid,
    path,
    host: actor.host,
    newRunId,
    now: () => clock.now(),
    sleep: (milliseconds) => clock.sleep(milliseconds),
    signal,
  };
}
