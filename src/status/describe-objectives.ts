import type { Stanza } from '../config/configuration.ts';
import type { Finding } from '../model/finding.ts';
import { comparePosition } from './compare-position.ts';
import type { Observations } from './health-observations.ts';
import { isAheadOfNow } from './rules/backups.ts';
import { lastRestoreTime } from './rules/objectives.ts';
import { believe, explainUnknown } from './sighting.ts';
import { instant } from '../model/instant.ts';

/** An objective with what was measured, and when. Undefined fields are null: it is a JSON document. */
export interface ObjectiveDocument {
  readonly objective: 'backup-age' | 'rpo' | 'rto' | 'drill-age';
  /** Null: of the stanza as a whole. */
  readonly repository: string | null;
  readonly limitSeconds: number;
  /** Null: it was not measured, or cannot be now. */
  readonly measuredSeconds: number | null;
  /** The most that it can be; of `rpo`, where looks and heartbeats tell of moments. */
  readonly atMostSeconds: number | null;
  /** ISO 8601. */
  readonly measuredAt: string | null;
  /** Null: nobody knows. What is not known is not kept. */
  readonly kept: boolean | null;
}

type Measured = Pick<ObjectiveDocument, 'measuredSeconds' | 'atMostSeconds' | 'measuredAt'>;

const nothing: Measured = { measuredSeconds: null, atMostSeconds: null, measuredAt: null };

/**
 * The objectives of a stanza with their measured values. Whether one is kept the findings say: nothing is judged here.
 *
 * @param findings of `assess` @param now epoch milliseconds
 */
export function describeObjectives(
  stanza: Stanza,
  seen: Observations,
  findings: readonly Finding[],
  now: number,
): readonly ObjectiveDocument[] {
  const { backupAge, rpo, rto, drillAge } = stanza.objectives;
  const names = stanza.repositories.map(({ name }) => name);
  const document = (
    objective: ObjectiveDocument['objective'],
    repository: string | null,
    limitSeconds: number | undefined,
    measured: Measured,
    missed: string,
  ): ObjectiveDocument[] => {
    if (limitSeconds === undefined) return [];
    const isMissed = findings.some(
      (finding) =>
        finding.rule === missed &&
        finding.stanza === stanza.name &&
        (repository === null || finding.repository === repository),
    );
    const kept = isMissed ? false : measured.measuredSeconds === null ? null : true;
    return [{ objective, repository, limitSeconds, ...measured, kept }];
  };
  return [
    ...names.flatMap((name) =>
      document('backup-age', name, backupAge, measureAge(stanza, name, seen, now), 'backup-too-old'),
    ),
    ...names.flatMap((name) =>
      document('rpo', name, rpo, measureLoss(stanza, name, seen, now), 'rpo-exceeded'),
    ),
    ...document('rto', null, rto, measureRestore(stanza, seen), 'rto-exceeded'),
    ...document('drill-age', null, drillAge, measureProof(stanza, seen, now), 'drill-too-old'),
  ];
}

function measureAge({ name }: Stanza, repository: string, seen: Observations, now: number): Measured {
  const catalogue = seen.sightings?.find((sighting) => sighting.stanza === name)?.catalogue;
  const sets =
    believe(catalogue, now)?.repositories.find((candidate) => candidate.name === repository)?.sets ?? [];
  if (sets.length === 0) return nothing;
  const newest = Math.max(...sets.map(({ stopTime }) => stopTime));
  if (isAheadOfNow(newest, now)) return nothing;
  return {
    measuredSeconds: Math.round(now / 1000 - newest),
    atMostSeconds: null,
    measuredAt: instant(catalogue?.observedAt ?? now),
  };
}

function measureLoss({ name }: Stanza, repository: string, seen: Observations, now: number): Measured {
  const primary = seen.primaries?.find((sighting) => sighting.stanza === name)?.primary;
  const archive = seen.archives?.find(
    (sighting) => sighting.stanza === name && sighting.repository === repository,
  )?.archive;
  const judged = comparePosition(primary, archive, now);
  if (!judged.known || judged.comparison.loss === undefined) return nothing;
  const { at, loss } = judged.comparison;
  return {
    measuredSeconds: Math.round(loss.atLeastMs / 1000),
    atMostSeconds: Math.round(loss.atMostMs / 1000),
    measuredAt: instant(at),
  };
}

function measureRestore({ name }: Stanza, seen: Observations): Measured {
  const last = lastRestoreTime(name, seen.restores, seen.drills);
  if (last === undefined) return nothing;
  return {
    measuredSeconds: Math.round(last.tookMs / 1000),
    atMostSeconds: null,
    measuredAt: instant(last.endedAt),
  };
}

function measureProof({ name }: Stanza, seen: Observations, now: number): Measured {
  const times = [
    ...(seen.archives ?? [])
      .filter((sighting) => sighting.stanza === name && explainUnknown(sighting.archive, now) === undefined)
      .flatMap(({ archive }) => archive.value?.windows?.proven ?? [])
      .flatMap(({ at }) => at ?? []),
    ...(seen.drills ?? []).flatMap(({ stanza, passed, endedAt }) =>
      stanza === name && passed ? [endedAt] : [],
    ),
  ];
  if (times.length === 0) return nothing;
  const last = Math.max(...times);
  return {
    measuredSeconds: Math.round((now - last) / 1000),
    atMostSeconds: null,
    measuredAt: instant(last),
  };
}
