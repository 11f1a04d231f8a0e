import { comparePosition, type PositionComparison } from '../status/compare-position.ts';
import type { HealthObservations } from '../status/health-observations.ts';
import type { Gauges } from './gauges.ts';
import { setKnown } from './set-known.ts';

const states: readonly PositionComparison['state'][] = ['complete', 'idle', 'waiting', 'behind'];

/** How far each repository is behind the primary, what would be lost, and how long a restore took. */
export function showPosition(
  gauges: Gauges,
  { primaries, archives, restores = [] }: Pick<HealthObservations, 'primaries' | 'archives' | 'restores'>,
  now: number,
): void {
  const servers = new Map(primaries.map(({ stanza, primary }) => [stanza, primary]));
  for (const { stanza, repository, archive } of archives) {
    const place = { stanza, repository };
    const judged = comparePosition(servers.get(stanza), archive, now);
    gauges.positionKnown.set(place, Number(judged.known));
    if (judged.known) showComparison(gauges, place, judged.comparison);
  }
  for (const { stanza, startedAt, endedAt } of restores) {
    if (stanza === undefined || endedAt === undefined) continue;
    gauges.restoreSeconds.set({ stanza }, (endedAt - startedAt) / 1000);
    gauges.restoreEnd.set({ stanza }, endedAt / 1000);
  }
}

function showComparison(
  gauges: Gauges,
  place: { stanza: string; repository: string },
  { at, state, behindBytes, behindSegments, behindMs, loss }: PositionComparison,
): void {
  gauges.positionCompared.set(place, at / 1000);
  for (const each of states) gauges.positionState.set({ ...place, state: each }, Number(each === state));
  gauges.lagBytes.set(place, behindBytes);
  gauges.lagSegments.set(place, behindSegments);
  gauges.lagSeconds.set(place, (behindMs ?? 0) / 1000);
  setKnown(gauges.lossAtLeast, place, loss?.atLeastMs, 1000);
  setKnown(gauges.lossAtMost, place, loss?.atMostMs, 1000);
  setKnown(gauges.restorableUntil, place, loss?.restorableUntil, 1000);
}
