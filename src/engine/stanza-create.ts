import type { Engine, EngineRunOptions, LogRecord } from './engine.ts';
import { runEngine } from './run-engine.ts';
import { waitWhileBusy } from './wait-while-busy.ts';

/**
 * Makes the stanza in every repository. Where it exists and fits the server nothing changes, so it may be repeated.
 *
 * @returns warnings and messages of the engine
 * @throws Failure as runEngine: stanza-mismatch when the repository belongs to another cluster
 */
export async function runStanzaCreate(
  engine: Engine,
  stanza: string,
  options: EngineRunOptions = {},
): Promise<readonly LogRecord[]> {
  const run = { ...options, stanza, operation: `create stanza ${stanza}` };
  return (await waitWhileBusy(() => runEngine(engine, ['stanza-create'], run))).records;
}
