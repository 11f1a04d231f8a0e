import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../src/jobs/job-deps.ts';

/** Lets no time pass, and does something each time somebody wants to wait that long or longer. */
export function fastClock(
  atLeastMs: number,
  then: () => Promise<unknown> = async () => {},
): Clock & {
  readonly pauses: readonly number[];
} {
  const pauses: number[] = [];
  return {
    pauses,
    now: () => Date.now(),
    monotonic: () => performance.now(),
    async sleep(milliseconds, signal) {
      if (milliseconds < atLeastMs) return delay(milliseconds, undefined, { signal });
      pauses.push(milliseconds);
      await then();
    },
  };
}
