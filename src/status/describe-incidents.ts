import { describeLoss, type Incident } from '../model/incident.ts';

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
        beganAt: instant(beganAt),
        lostFrom: instant(lostFrom?.time),
        lostTo: instant(closed?.lostTo),
        closedAt: instant(closed?.at),
        why: closed?.why ?? null,
        set: closed?.set ?? null,
        attempts: attempts.length,
        loss: describeLoss(incident),
      };
    });
}

function instant(time: number | undefined): string | null {
  return time === undefined ? null : new Date(time).toISOString();
}
