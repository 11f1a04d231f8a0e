import { type DrillCheck, drillChecks, type DrillCheckResult } from '../../../model/drill.ts';
import type { DrillCheckContext, RunDrillCheck } from '../drill-check.ts';
import { checkChecksums } from './check-checksums.ts';
import { checkQueries } from './check-queries.ts';
import { checkRead } from './check-read.ts';
import { checkTarget } from './check-target.ts';
import { checkWrite } from './check-write.ts';

const bodies: Readonly<Partial<Record<DrillCheck, RunDrillCheck>>> = {
  target: checkTarget,
  queries: checkQueries,
  read: checkRead,
  write: checkWrite,
  checksums: checkChecksums,
};

/**
 * Does the checks that were asked for, one after the other in their order: the last ones stop the server. One that
 * fails does not keep the others from being done.
 *
 * @throws as RunDrillCheck
 */
export async function runDrillChecks(
  context: DrillCheckContext,
  onResult: (result: DrillCheckResult) => void,
): Promise<DrillCheckResult[]> {
  const results: DrillCheckResult[] = [];
  for (const check of drillChecks) {
    const body = bodies[check];
    if (body === undefined || (check !== 'target' && !context.settings.checks.includes(check))) continue;
    context.signal?.throwIfAborted();
    const began = context.now();
    const outcome = await body(context);
    const result = { check, ...outcome, elapsedMs: context.now() - began };
    results.push(result);
    onResult(result);
  }
  return results;
}
