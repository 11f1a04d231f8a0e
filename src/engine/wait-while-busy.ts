import { setTimeout as delay } from 'node:timers/promises';
import { isFailure } from '../model/failure.ts';

const patienceMs = 30_000;
const pauseMs = 250;

/**
 * Repeats a run of the engine that was refused because another one held the stanza's lock. Asynchronous archiving
 * holds the archive lock for as long as it has segments to push, and stanza commands want that lock at once ([050]).
 *
 * @throws what `work` throws; engine-busy when that lasted for 30 seconds
 */
export async function waitWhileBusy<T>(work: () => Promise<T>): Promise<T> {
  for (let waitedMs = 0; ; waitedMs += pauseMs) {
    try {
      return await work();
    } catch (error) {
      if (!isLocked(error) || waitedMs >= patienceMs) throw error;
    }
    await delay(pauseMs);
  }
}

/** [050]; not [062], which lasts until somebody runs `pgbackrest start`. */
function isLocked(error: unknown): boolean {
  return isFailure(error, 'engine-busy') && error.details?.['engineError'] === 50;
}
