import { describeLoss, type Incident } from '../model/incident.ts';
import { instantOrNull } from '../model/instant.ts';

/** How long an incident that is over is still told of, milliseconds. */
const toldMs = 7 * 86_400_000;

/** Incidents as `/health` shows them: times are ISO texts, and undefined fields are null. */
export function describeIncidents(
  incidents: readonly Incident[],
  now: number,
): readonly Readonly<Record<string, unknown>>[] {
  return incidents
    .filter(({ closed }) => closed === undefined || now - closed.at < toldMs)
    .map((incident) => {
      const { id, stanza, repository, first, last, segments, beganAt, lostFrom, attempts, closed } = incident;
      return {
        id,
        stanza,
        repository,
        first,
        last,
        segments,
        beganAt: instantOrNull(beganAt),
        lostFrom: instantOrNull(lostFrom?.time),
        lostTo: instantOrNull(closed?.lostTo),
        closedAt: instantOrNull(closed?.at),
        why: closed?.why ?? null,
        set: closed?.set ?? null,
        attempts: attempts.length,
        loss: describeLoss(incident),
      };
    });
}
