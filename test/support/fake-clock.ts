import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../src/jobs/job-deps.ts';

/** A clock that stands still until it is moved. */
export interface FakeClock extends Clock {
  /** Moves both clocks on, wakes who slept until then, and lets them go on. */
  advance(milliseconds: number): Promise<void>;
  /** Sets the clock of the day alone, as an administrator does. */
  jump(milliseconds: number): void;
  /** How many sleep right now. */
  readonly sleepers: number;
}

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** @param start epoch milliseconds */
export function createFakeClock(start = Date.UTC(2026, 10, 20, 12)): FakeClock {
  let wall = start;
  let steady = 0;
  const sleepers = new Set<Sleeper>();
  const settle = async (): Promise<void> => {
    for (let round = 0; round < 10; round += 1) await turn();
  };
  return {
    now: () => wall,
    monotonic: () => steady,
    get sleepers() {
      return sleepers.size;
    },
    sleep(milliseconds, signal) {
      return new Promise((resolve, reject) => {
        const sleeper: Sleeper = {
          until: steady + milliseconds,
          wake() {
            sleepers.delete(sleeper);
            signal?.removeEventListener('abort', abort);
            resolve();
          },
        };
        const abort = (): void => {
          sleepers.delete(sleeper);
          reject(signal?.reason as Error);
        };
        if (signal?.aborted === true) return abort();
        signal?.addEventListener('abort', abort, { once: true });
        sleepers.add(sleeper);
      });
    },
    async advance(milliseconds) {
      await settle();
      wall += milliseconds;
      steady += milliseconds;
      for (const sleeper of sleepers) if (sleeper.until <= steady) sleeper.wake();
      await settle();
    },
    jump(milliseconds) {
      wall += milliseconds;
    },
  };
}
