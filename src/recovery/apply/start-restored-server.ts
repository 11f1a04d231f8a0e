import { isFailure } from '../../model/failure.ts';
import { inspectServer } from '../../postgres/inspect-server.ts';
import { startServer } from '../../postgres/start-server.ts';
import { type NeededParameters, raiseParameters } from './raise-parameters.ts';
import { refuseArchiving } from './refuse-archiving.ts';
import { type LogPlace, placeLog, recoveryFailure } from './recovery-log.ts';
import type { RestoreContext, StepBody } from './restore-context.ts';
import { watchForMissingWal } from './watch-startup.ts';

/** A week: recovery takes as long as it takes. What goes wrong ends the server, and that is seen. */
const patienceMs = 7 * 24 * 3_600_000;

/**
 * Starts the restored server, the way it is always started, and waits until it is consistent and lets us in. From here
 * on it recovers by itself, whether or not Holdfast lives.
 */
export const startRestoredServer: StepBody = async (context, step) => {
  const log = (step.earlier['log'] as LogPlace | undefined) ?? (await placeLog(context.restored));
  step.note({ log });
  await context.checkpoint('start-server: noted');
  await ensureStarted(context, log);
  return { facts: { log }, summary: 'consistent and open for reading' };
};

/**
 * Starts the restored server unless it runs. @throws Failure server-failed or target-unreachable, explained from the
 * server's log; proof-failed when it waits for WAL that is not there
 */
export async function ensureStarted(
  context: RestoreContext,
  log: LogPlace | undefined,
  attempts = 3,
): Promise<void> {
  const { restored, deps } = context;
  const watch = watchForMissingWal(context, 'start-server');
  const abort = AbortSignal.any([watch.signal, ...(deps.signal === undefined ? [] : [deps.signal])]);
  try {
    const state = await inspectServer(restored);
    if (!state.running) {
      if (context.plan.mode === 'into') await refuseArchiving(restored);
      await startServer(restored, { timeoutMs: patienceMs, signal: abort, guard: deps.guard });
    } else await waitUntilAccepting(context, abort);
  } catch (error) {
    if (watch.failure !== undefined) throw watch.failure;
    const low = lowParameters(error);
    if (low !== undefined && attempts > 0) {
      await raiseParameters(context, low);
      return await ensureStarted(context, log, attempts - 1);
    }
    if (!isFailure(error, 'server-failed') || typeof error.details?.['cause'] !== 'string') throw error;
    throw recoveryFailure(context, {
      cause: error.details['cause'],
      line: error.problem,
      log: (error.details['log'] as readonly string[] | undefined) ?? [],
      place: log?.file ?? restored.node.path,
    });
  } finally {
    await watch.stop();
  }
}

/** What a server that did not start said it needs more of. */
function lowParameters(error: unknown): NeededParameters | undefined {
  if (!isFailure(error, 'server-failed') || error.details?.['cause'] !== 'parameter-too-low')
    return undefined;
  const parameters = error.details['parameters'] as NeededParameters;
  return Object.keys(parameters).length === 0 ? undefined : parameters;
}

/** After a crash of Holdfast the server may be half way up. */
async function waitUntilAccepting(context: RestoreContext, signal: AbortSignal): Promise<void> {
  for (;;) {
    const state = await inspectServer(context.restored);
    if (state.accepting) return;
    // It ended meanwhile: a new start tells why.
    if (!state.running) return startAgain(context, signal);
    signal.throwIfAborted();
    await context.deps.sleep(context.limits.slowPollMs);
  }
}

async function startAgain(context: RestoreContext, signal: AbortSignal): Promise<void> {
  await startServer(context.restored, { timeoutMs: patienceMs, signal, guard: context.deps.guard });
}
