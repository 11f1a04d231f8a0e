import { type DrillCheck, drillChecks, type DrillCheckResult } from '../../../model/drill.ts';
import { isFailure } from '../../../model/failure.ts';
import { SpawnError } from '../../../process/run-command.ts';
import {
  type CheckOutcome,
  type DrillCheckContext,
  type DrillSettings,
  failed,
  notDone,
  type RunDrillCheck,
} from '../drill-check.ts';
import { checkAmcheck } from './check-amcheck.ts';
import { checkChecksums } from './check-checksums.ts';
import { checkCounts } from './check-counts.ts';
import { checkExtensions } from './check-extensions.ts';
import { checkHeartbeat } from './check-heartbeat.ts';
import { checkQueries } from './check-queries.ts';
import { checkRead } from './check-read.ts';
import { checkTarget } from './check-target.ts';
import { checkWrite } from './check-write.ts';
import { interrupted } from './run-program.ts';

const bodies: Readonly<Record<DrillCheck, RunDrillCheck>> = {
  target: checkTarget,
  heartbeat: checkHeartbeat,
  extensions: checkExtensions,
  queries: checkQueries,
  counts: checkCounts,
  amcheck: checkAmcheck,
  read: checkRead,
  write: checkWrite,
  checksums: checkChecksums,
};

/**
 * Does the checks that were asked for, one after the other in their order: the last ones stop the server. One that
 * fails does not keep the others from being done, and a server that died makes those fail that need it.
 *
 * @throws Failure interrupted
 */
export async function runDrillChecks(
  context: DrillCheckContext,
  onResult: (result: DrillCheckResult) => void,
): Promise<DrillCheckResult[]> {
  const results: DrillCheckResult[] = [];
  for (const check of drillChecks) {
    if (!isWanted(check, context.settings)) continue;
    if (context.signal?.aborted === true) throw interrupted();
    const began = context.now();
    const outcome = await outcomeOf(bodies[check], context);
    const result = { check, ...outcome, elapsedMs: context.now() - began };
    results.push(result);
    onResult(result);
  }
  return results;
}

/** All checks are asked for where nothing is said: whoever has no queries does not miss them. */
export function isWanted(check: DrillCheck, { checks, queries }: DrillSettings): boolean {
  if (check === 'target') return true;
  return (
    checks.includes(check) &&
    (check !== 'queries' || queries.length > 0 || checks.length < drillChecks.length)
  );
}

async function outcomeOf(body: RunDrillCheck, context: DrillCheckContext): Promise<CheckOutcome> {
  try {
    return await body(context);
  } catch (error) {
    // A program of PostgreSQL that is not on this host says nothing of the backup.
    if (error instanceof SpawnError) return notDone(error.message);
    if (!isFailure(error) || error.kind === 'interrupted') throw error;
    if (context.signal?.aborted === true) throw interrupted();
    return failed(error.problem);
  }
}
