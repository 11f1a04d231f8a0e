import type { Engine, EngineRunOptions, LogRecord } from './engine.ts';
import { runEngine } from './run-engine.ts';

/** A WAL segment that `check` saw arrive. */
export interface ArrivedSegment {
  readonly segment: string;
  /** Full path inside the repository. */
  readonly path: string;
  readonly repositoryKey: number;
}

export interface CheckOutcome {
  readonly arrived: readonly ArrivedSegment[];
  readonly warnings: readonly LogRecord[];
  readonly elapsedMs: number;
}

/**
 * The engine's own check: switches a WAL segment and waits until it is in every repository. It takes no `--repo`.
 *
 * @throws Failure as runEngine: archive-failed when the segment did not arrive, server-settings, stanza-missing, …
 */
export async function runCheck(
  engine: Engine,
  stanza: string,
  options: EngineRunOptions = {},
): Promise<CheckOutcome> {
  const result = await runEngine(engine, ['check'], {
    ...options,
    stanza,
    operation: `check stanza ${stanza}`,
  });
  return {
    arrived: readArrivedSegments(result.records),
    warnings: result.records.filter((record) => record.level === 'warn'),
    elapsedMs: result.elapsedMs,
  };
}

/** `check repo1 archive for WAL (primary)`, then `WAL segment X successfully archived to 'P' on repo1`. */
export function readArrivedSegments(records: readonly LogRecord[]): ArrivedSegment[] {
  const pattern = /^WAL segment ([0-9A-F]{24}) successfully archived to '([^']+)' on repo(\d+)$/;
  return records.flatMap(({ message }) => {
    const match = pattern.exec(message);
    if (!match) return [];
    return [{ segment: match[1] as string, path: match[2] as string, repositoryKey: Number(match[3]) }];
  });
}
