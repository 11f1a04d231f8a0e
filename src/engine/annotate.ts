import type { Engine, EngineRunOptions } from './engine.ts';
import { runEngine } from './run-engine.ts';

export interface AnnotateRequest {
  readonly stanza: string;
  readonly repositoryKey: number;
  /** The label of the set. */
  readonly set: string;
  /** An empty value removes the key. */
  readonly annotations: Readonly<Record<string, string>>;
}

/**
 * Adds, changes or removes annotations of a set.
 *
 * @throws Failure as runEngine
 */
export async function runAnnotate(
  engine: Engine,
  request: AnnotateRequest,
  options: EngineRunOptions = {},
): Promise<void> {
  const pairs = Object.entries(request.annotations);
  await runEngine(
    engine,
    ['annotate', `--set=${request.set}`, ...pairs.map(([key, value]) => `--annotation=${key}=${value}`)],
    {
      ...options,
      stanza: request.stanza,
      repositoryKey: request.repositoryKey,
      operation: `annotate set ${request.set} of stanza ${request.stanza}`,
    },
  );
}
