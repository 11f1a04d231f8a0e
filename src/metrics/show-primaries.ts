import type { PrimaryObservation, PrimarySighting } from '../status/primary-observation.ts';
import { explainUnknown } from '../status/sighting.ts';
import type { Gauges } from './gauges.ts';
import { setKnown } from './set-known.ts';

/** Where the primaries are, and how their archiving goes. `now` is epoch milliseconds. */
export function showPrimaries(gauges: Gauges, primaries: readonly PrimarySighting[], now: number): void {
  for (const { stanza, primary } of primaries) {
    const known = explainUnknown(primary, now) === undefined;
    gauges.primaryKnown.set({ stanza }, Number(known));
    setKnown(gauges.primaryObserved, { stanza }, primary.observedAt, 1000);
    if (known && primary.value !== undefined) showPrimary(gauges, stanza, primary.value);
  }
}

function showPrimary(gauges: Gauges, stanza: string, seen: PrimaryObservation): void {
  const labels = { stanza };
  gauges.primaryTimeline.set(labels, seen.timeline);
  gauges.walInsert.set(labels, Number(seen.insertLsn));
  setKnown(gauges.walRate, labels, seen.rates.walBytesPerSecond);
  gauges.clockAhead.set(labels, seen.clockAheadMs / 1000);
  setKnown(gauges.heartbeat, labels, seen.heartbeat?.at, 1000);
  gauges.heartbeatFailing.set(labels, Number(seen.heartbeatFailure !== undefined));
  const { walDirectory, archiver } = seen;
  setKnown(gauges.walDirectorySegments, labels, walDirectory?.segments);
  setKnown(gauges.walDirectoryBytes, labels, walDirectory?.bytes);
  setKnown(gauges.walReady, labels, walDirectory?.ready);
  setKnown(gauges.walAvailable, labels, walDirectory?.availableBytes);
  setKnown(gauges.archiverFailures, labels, archiver?.failedCount);
  setKnown(gauges.archiverArchived, labels, archiver?.lastArchivedAt, 1000);
  setKnown(gauges.archiverFailed, labels, archiver?.lastFailedAt, 1000);
}
