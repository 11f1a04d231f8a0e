import type { Clock } from '../../src/jobs/job-deps.ts';

/** A clock that goes as the machine's does, and can be moved on by hours in a moment: whoever slept is woken. */
export interface TravellingClock extends Clock {
  /** @param until epoch milliseconds, later than now */
  travelTo(until: number): void;
}

/** @param start epoch milliseconds */
export function createTravellingClock(start: number): TravellingClock {
  const origin = performance.now();
  let ahead = 0;
  const sleepers = new Set<() => void>();
  const monotonic = (): number => performance.now() - origin + ahead;
  const clock: TravellingClock = {
    monotonic,
    now: () => Math.floor(start + monotonic()),
    travelTo(until) {
      ahead += Math.max(0, until - clock.now());
      for (const look of sleepers) look();
    },
    sleep(milliseconds, signal) {
      const until = monotonic() + milliseconds;
      return new Promise((resolve, reject) => {
        let timer: NodeJS.Timeout | undefined;
        const end = (settle: () => void): void => {
          clearTimeout(timer);
          sleepers.delete(look);
          signal?.removeEventListener('abort', abort);
          settle();
        };
        const abort = (): void => end(() => reject(signal?.reason as Error));
        const look = (): void => {
          clearTimeout(timer);
          const left = until - monotonic();
          if (left <= 0) end(resolve);
          else timer = setTimeout(look, Math.min(left + 1, 2 ** 31 - 1));
        };
        if (signal?.aborted === true) return abort();
        signal?.addEventListener('abort', abort, { once: true });
        sleepers.add(look);
        look();
      });
    },
  };
  return clock;
}
