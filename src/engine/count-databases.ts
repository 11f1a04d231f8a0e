import type { EngineProgram } from './engine.ts';
import { type EngineRun, runEngine } from './run-engine.ts';

/**
 * How many databases a backup set holds: `database-ref` of `info --set --output=json` (pgBackRest
 * `src/command/info/info.c`). It is not in the plain catalogue because the engine has to read the set's manifest for it.
 *
 * @returns undefined when the set is not there any more
 * @throws Failure as runEngine
 */
export async function countDatabases(
  engine: EngineProgram,
  set: { readonly stanza: string; readonly repositoryKey: number; readonly label: string },
  run: EngineRun = {},
): Promise<number | undefined> {
  const result = await runEngine(engine, ['info', '--output=json', `--set=${set.label}`], {
    ioTimeoutSeconds: 20,
    ...run,
    stanza: set.stanza,
    repositoryKey: set.repositoryKey,
    capture: 'text',
    operation: `read set ${set.label}`,
  });
  return parseDatabases(result.stdout);
}

/** Counts the databases in the engine's answer. */
export function parseDatabases(text: string): number | undefined {
  const [stanza] = JSON.parse(text) as {
    readonly backup?: readonly { readonly 'database-ref'?: readonly unknown[] | null }[];
  }[];
  const set = stanza?.backup?.[0];
  return set === undefined ? undefined : (set['database-ref'] ?? []).length;
}
