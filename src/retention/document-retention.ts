import { describeProtection } from '../jobs/expire/protected-sets.ts';
import { instant } from '../model/instant.ts';
import type { Retention } from '../model/repository.ts';
import { formatPolicy } from './parse-policy.ts';
import type { SimulatedRetention } from './simulate-retention.ts';

/** Where a simulation began: with what lies in the repository now, or with an empty one. */
export type SimulationOrigin = 'now' | 'empty';

/** A simulated repository with what it was simulated for. */
export interface RepositoryRetention {
  readonly repository: string;
  readonly retention: Retention;
  readonly origin: SimulationOrigin;
  readonly expireBy: 'holdfast' | 'engine';
  /** What was taken to be so without having been seen. */
  readonly assumed: readonly string[];
  readonly simulated: SimulatedRetention;
}

/** The JSON of one repository; docs/json.md. */
export function documentRetention(one: RepositoryRetention): Readonly<Record<string, unknown>> {
  const { repository, retention, origin, expireBy, assumed, simulated } = one;
  const { from, to, days, lives, reach, expires } = simulated;
  return {
    repository,
    policy: formatPolicy(retention),
    origin,
    expireBy,
    assumed,
    from: instant(from),
    to: instant(to),
    expires,
    reach: {
      leastSeconds: seconds(reach.least),
      mostSeconds: seconds(reach.most),
      atEndSeconds: seconds(reach.atEnd),
    },
    sets: lives.map(({ set, real, goneAt, reason, keptBy }) => ({
      label: set.label,
      type: set.type,
      real,
      endedAt: instant(set.stopTime * 1000),
      goneAt: goneAt === undefined ? null : instant(goneAt),
      reason: reason ?? null,
      keptBy: keptBy.map(describeProtection),
    })),
    days: days.map(({ at, sets, taken, gone, windows }) => ({
      day: dayOf(at),
      at: instant(at),
      sets,
      taken,
      gone: gone.map(({ label, reason }) => ({ label, reason: reason ?? null })),
      windows: windows.map((window) => ({ from: instant(window.from), to: instant(window.to) })),
    })),
  };
}

function seconds(milliseconds: number | undefined): number | null {
  return milliseconds === undefined ? null : Math.round(milliseconds / 1000);
}

/** The day that ends at a moment, UTC: `2026-11-21`. */
export function dayOf(at: number): string {
  return instant(at - 1).slice(0, 10);
}
