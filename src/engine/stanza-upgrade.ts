import type { Engine, EngineRunOptions, LogRecord } from './engine.ts';
import { runEngine } from './run-engine.ts';
import { waitWhileBusy } from './wait-while-busy.ts';

/**
 * Tells every repository that the cluster has a new version or system identifier (after pg_upgrade).
 *
 * @returns warnings and messages of the engine
 * @throws Failure as runEngine
 */
export async function runStanzaUpgrade(
  engine: Engine,
  stanza: string,
  options: EngineRunOptions = {},
): Promise<readonly LogRecord[]> {
  const run = { ...options, stanza, operation: `upgrade stanza ${stanza}` };
  return (await waitWhileBusy(() => runEngine(engine, ['stanza-upgrade'], run))).records;
}
