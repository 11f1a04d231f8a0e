import type { DrillObservation } from '../status/drill-observation.ts';
import type { Gauges } from './gauges.ts';
import { setKnown } from './set-known.ts';

/** When each repository was last drilled, how that ended, and what it measured. */
export function showDrills(gauges: Gauges, drills: readonly DrillObservation[]): void {
  for (const { stanza, repository, endedAt, passed, measured } of drills) {
    const place = { stanza, repository };
    gauges.drillEnd.set(place, endedAt / 1000);
    gauges.drillPassed.set(place, Number(passed));
    setKnown(gauges.drillRto, place, measured.rtoSeconds ?? undefined);
    setKnown(gauges.drillRpo, place, measured.rpoSeconds ?? undefined);
    setKnown(gauges.drillRestoreSpeed, place, measured.restoreBytesPerSecond ?? undefined);
    setKnown(gauges.drillReplaySpeed, place, measured.replayBytesPerSecond ?? undefined);
  }
}
