import { formatElapsed } from '../../model/duration.ts';
import { Failure } from '../../model/failure.ts';
import type { JobWork } from '../job-work.ts';

/**
 * Work that is stopped, and cleans up behind itself, when the time of its request is over.
 *
 * @throws Failure timed-out then; and as the work
 */
export function withinTime(work: JobWork): JobWork {
  return async (context) => {
    const { request, deps, signal, stanza } = context;
    const { timeoutMs } = request;
    if (timeoutMs === undefined) return work(context);
    const [over, ended] = [new AbortController(), new AbortController()];
    const watch = deps.clock.sleep(timeoutMs, ended.signal).then(
      () => over.abort(),
      () => {},
    );
    try {
      return await work({ ...context, signal: AbortSignal.any([signal, over.signal]) });
    } catch (error) {
      if (!over.signal.aborted || signal.aborted) throw error;
      throw new Failure('timed-out', {
        operation: `${request.kind} of stanza ${stanza.name}`,
        problem: `it was stopped after ${formatElapsed(timeoutMs)}, as \`timeout\` of its schedule says`,
        hint: 'Nothing of it is left. Give it more time, or less to check.',
        cause: error,
      });
    } finally {
      ended.abort();
      await watch;
    }
  };
}
