import { runEngine } from '../../engine/run-engine.ts';
import { isFailure } from '../../model/failure.ts';
import type { EngineCheckObservation } from '../../status/observations.ts';
import type { CheckContext } from './check-deps.ts';

/** The engine's own check, told to give up when ours does. Its failure is an observation. */
export async function observeEngineCheck(
  context: CheckContext,
  timeoutMs: number,
): Promise<EngineCheckObservation> {
  const { engine, stanza, signal } = context;
  // Allowed are 0.1 s to a day: pgBackRest option archive-timeout.
  const seconds = Math.min(86_400, Math.max(1, Math.ceil(timeoutMs / 1000)));
  try {
    await runEngine(engine, ['check', `--archive-timeout=${seconds}`], {
      stanza: stanza.name,
      signal,
      operation: `check stanza ${stanza.name}`,
    });
    return { ran: true, ok: true };
  } catch (error) {
    if (!isFailure(error) || error.kind === 'interrupted') throw error;
    return { ran: true, ok: false, problem: error.problem, hint: error.hint };
  }
}
