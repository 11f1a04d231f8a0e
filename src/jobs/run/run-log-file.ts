import { join } from 'node:path';

/** Where the engine's log of a run is: noted in the run's facts as `logFile`. */
export function runLogFile(stateDirectory: string, runId: string): string {
  return join(stateDirectory, 'logs', `${runId}.log`);
}
