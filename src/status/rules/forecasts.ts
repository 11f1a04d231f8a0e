import type { Configuration, Stanza } from '../../config/configuration.ts';
import { formatByteSize } from '../../model/byte-size.ts';
import { formatElapsed } from '../../model/duration.ts';
import { findingPlace, type Finding, type Severity } from '../../model/finding.ts';
import type { ArchiveSighting } from '../archive-observation.ts';
import { findQueueMax } from '../find-option.ts';
import { type Forecast, forecastExpiry, forecastSpace, forecastWal } from '../forecast.ts';
import type { RepositorySighting } from '../health-observations.ts';
import type { PrimarySighting } from '../primary-observation.ts';
import { believe } from '../sighting.ts';
import { instant } from '../../model/instant.ts';

const hour = 60 * 60_000;
const day = 24 * hour;

/** How near what is forecast has to be, milliseconds: further away it is not said. */
interface Horizon {
  readonly critical: number;
  readonly warning: number;
}

const horizons: Readonly<Record<Forecast['kind'], Horizon>> = {
  // A night's sleep, and a day at work.
  'wal-full': { critical: 8 * hour, warning: 3 * day },
  'queue-drops': { critical: 8 * hour, warning: 3 * day },
  // Room is bought, which takes days.
  'repository-full': { critical: day, warning: 14 * day },
  // Only tells that no full backup was taken in time.
  'expire-undercuts': { critical: 0, warning: 2 * day },
};

/** What the next hours and days bring if all goes on as it does now. */
export function assessForecasts(
  configuration: Configuration,
  seen: {
    readonly primaries: readonly PrimarySighting[];
    readonly archives: readonly ArchiveSighting[];
    readonly sightings: readonly RepositorySighting[];
  },
  now: number,
): Finding[] {
  return configuration.stanzas.flatMap((stanza) => [
    ...seen.primaries
      .filter((sighting) => sighting.stanza === stanza.name)
      .flatMap((sighting) => judgeWal(configuration, stanza, sighting, now)),
    ...seen.archives
      .filter((sighting) => sighting.stanza === stanza.name)
      .flatMap(({ repository, archive }) => {
        const space = believe(archive, now)?.space;
        const forecasts = space === undefined ? [] : forecastSpace(space);
        return describe(forecasts, findingPlace(stanza.name, repository), now);
      }),
    ...seen.sightings
      .filter((sighting) => sighting.stanza === stanza.name)
      .flatMap(({ catalogue }) => judgeExpiry(stanza, believe(catalogue, now)?.repositories ?? [], now)),
  ]);
}

function judgeWal(
  configuration: Configuration,
  stanza: Stanza,
  { primary }: PrimarySighting,
  now: number,
): Finding[] {
  const server = believe(primary, now);
  if (server === undefined || primary.observedAt === undefined) return [];
  const queueMax = findQueueMax(configuration, stanza);
  const place = findingPlace(stanza.name);
  const { forecasts } = forecastWal(server, primary.observedAt, queueMax);
  const waiting = (server.walDirectory?.ready ?? 0) * server.segmentSize;
  const found = describe(forecasts, place, now);
  if (queueMax === undefined || waiting <= queueMax) return found;
  return [
    ...found.filter(({ rule }) => rule !== 'forecast-queue-drops'),
    {
      rule: 'queue-drops-wal',
      severity: 'critical',
      ...place,
      problem: 'pgBackRest throws WAL away now',
      evidence: `${formatByteSize(waiting)} wait in pg_wal; archive-push-queue-max is ${formatByteSize(queueMax)}`,
      remedy:
        'Remove archive-push-queue-max from the configuration, remove what keeps WAL from being archived, then take a backup: holdfast backup --type full.',
    },
  ];
}

function judgeExpiry(
  stanza: Stanza,
  repositories: readonly (Parameters<typeof forecastExpiry>[1] & { readonly name: string })[],
  now: number,
): Finding[] {
  return stanza.repositories.flatMap((repository) => {
    const seen = repositories.find(({ name }) => name === repository.name);
    if (seen === undefined) return [];
    return describe(forecastExpiry(repository, seen), findingPlace(stanza.name, repository.name), now);
  });
}

const words: Readonly<Record<Forecast['kind'], Pick<Finding, 'rule' | 'problem' | 'remedy'>>> = {
  'wal-full': {
    rule: 'forecast-wal-full',
    problem: 'the file system of pg_wal will be full, and then PostgreSQL stops',
    remedy:
      'Remove what keeps WAL from being archived (see the other findings), or enlarge the file system. Never delete anything in pg_wal by hand.',
  },
  'queue-drops': {
    rule: 'forecast-queue-drops',
    problem: 'archive-push-queue-max will be reached, and then pgBackRest throws WAL away',
    remedy:
      'Remove what keeps WAL from being archived, or remove archive-push-queue-max as long as there is room in pg_wal.',
  },
  'repository-full': {
    rule: 'forecast-repository-full',
    problem: 'the file system of the repository will be full',
    remedy: 'Enlarge it, or keep fewer backups: `retention`.',
  },
  'expire-undercuts': {
    rule: 'forecast-expire-undercuts',
    problem: 'an expire by pgBackRest alone would leave fewer good full backups than the policy says',
    remedy: 'Take a full backup before then: holdfast backup --type full.',
  },
};

function describe(
  forecasts: readonly Forecast[],
  place: ReturnType<typeof findingPlace>,
  now: number,
): Finding[] {
  return forecasts.flatMap(({ kind, at, how }) => {
    const { critical, warning } = horizons[kind];
    const remaining = at - now;
    if (remaining > warning) return [];
    const severity: Severity = remaining <= critical && critical > 0 ? 'critical' : 'warning';
    const when = remaining > 0 ? `in ${formatElapsed(remaining)}, at ${instant(at)}` : `since ${instant(at)}`;
    return [{ ...words[kind], severity, ...place, evidence: `${when}: ${how}` }];
  });
}
