import { isFailure } from '../../model/failure.ts';
import { findServerProcesses } from '../../postgres/postmaster-processes.ts';
import type { Server } from '../../postgres/server.ts';
import { type StopProgress, stopServer } from '../../postgres/stop-server.ts';
import type { Facts, StepBody } from './restore-context.ts';

/** Stops the old server and notes that it ran, so that an undo starts it again. */
export const stopOldServer: StepBody = async (context, step) => {
  const running = (await findServerProcesses(context.production.node.path)).length > 0;
  const wasRunning = step.earlier['wasRunning'] === true || running;
  step.note({ wasRunning });
  await context.checkpoint('stop-server: noted');
  if (!running) {
    return { facts: { wasRunning }, summary: wasRunning ? 'stopped' : 'it was not running' };
  }
  const [stopped] = await Promise.all([
    stopWhateverRuns(context.production, context.limits.stopMs, (progress) =>
      context.progress('stop-server', {
        message: `${progress.mode} shutdown, ${progress.processes} processes left`,
      }),
    ),
    context.sessions[Symbol.asyncDispose](),
  ]);
  return { facts: { wasRunning, ...stopped }, summary: `stopped (${String(stopped['mode'])})` };
};

/**
 * Stops a server whose files may be in any state. Without a control file `stopServer` cannot say how clean the stop
 * was, but that no process is left is what counts.
 */
export async function stopWhateverRuns(
  server: Server,
  timeoutMs: number,
  onProgress?: (progress: StopProgress) => void,
): Promise<Facts> {
  try {
    return { ...(await stopServer(server, { timeoutMs, onProgress })) };
  } catch (error) {
    const stopped = (await findServerProcesses(server.node.path)).length === 0;
    if (stopped && isFailure(error, 'server-failed')) return { mode: 'fast', clean: false };
    throw error;
  }
}
