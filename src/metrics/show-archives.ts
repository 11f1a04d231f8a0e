import type { RepositoryWindows, Window } from '../model/window.ts';
import type { ArchiveObservation, ArchiveSighting } from '../status/archive-observation.ts';
import { explainUnknown } from '../status/sighting.ts';
import type { Gauges } from './gauges.ts';
import { setKnown } from './set-known.ts';

interface Place {
  readonly stanza: string;
  readonly repository: string;
}

/** What WAL the repositories hold, and from when to when they can restore. `now` is epoch milliseconds. */
export function showArchives(gauges: Gauges, archives: readonly ArchiveSighting[], now: number): void {
  for (const { stanza, repository, archive } of archives) {
    const place = { stanza, repository };
    gauges.archiveKnown.set(place, Number(explainUnknown(archive, now) === undefined));
    setKnown(gauges.archiveObserved, place, archive.observedAt, 1000);
    const seen = explainUnknown(archive, now) === undefined ? archive.value : undefined;
    gauges.windowsKnown.set(place, Number(seen?.windows !== undefined));
    if (seen === undefined) continue;
    showArchive(gauges, place, seen, now);
    if (seen.windows !== undefined) showWindows(gauges, place, seen.windows);
  }
}

function showArchive(gauges: Gauges, place: Place, seen: ArchiveObservation, now: number): void {
  for (const { timeline, standing, segments } of seen.timelines)
    gauges.archiveSegments.set({ ...place, timeline, standing }, segments);
  gauges.archiveBytes.set(place, seen.storedBytes);
  gauges.archiveDuplicates.set(place, seen.duplicateCount);
  gauges.archivePartials.set(place, seen.partials.length);
  for (const { timeline, why, files } of seen.foreign)
    gauges.archiveForeign.set({ ...place, timeline, why }, files);
  if (seen.oldestLookAt !== undefined)
    gauges.archiveOldestLook.set(place, Math.max(0, now - seen.oldestLookAt) / 1000);
  gauges.archiveRequests.set(place, seen.requests);
  setKnown(gauges.archiveNewest, place, seen.newest?.storedAt, 1000);
  setKnown(gauges.archiveTimeline, place, seen.followed?.timeline);
}

function showWindows(gauges: Gauges, place: Place, windows: RepositoryWindows): void {
  const { claimed, contiguous, holes, unusable, proven } = windows;
  showWindow(gauges, { ...place, window: 'claimed' }, claimed);
  showWindow(gauges, { ...place, window: 'contiguous' }, contiguous.at(-1));
  gauges.contiguousWindows.set(place, contiguous.length);
  for (const why of ['lost', 'expired'] as const) {
    const found = holes.filter((hole) => hole.why === why);
    gauges.holes.set({ ...place, why }, found.length);
    gauges.holeSegments.set(
      { ...place, why },
      found.reduce((sum, { segments }) => sum + segments, 0),
    );
  }
  for (const why of ['broken', 'damaged', 'other', 'former'] as const)
    gauges.unusableSets.set({ ...place, why }, unusable.filter((set) => set.why === why).length);
  gauges.provenSets.set(place, new Set(proven.map(({ set }) => set)).size);
  setKnown(gauges.lastProof, place, newest(proven.map(({ at }) => at)), 1000);
  setKnown(gauges.provenUntil, place, newest(proven.map(({ until }) => until)), 1000);
}

function showWindow(gauges: Gauges, labels: Place & { window: string }, window: Window | undefined): void {
  setKnown(gauges.windowStart, labels, window?.from.time, 1000);
  setKnown(gauges.windowEnd, labels, window?.to.time, 1000);
}

function newest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}
