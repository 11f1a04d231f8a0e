import type { Stanza } from '../config/configuration.ts';
import type { Judgement } from '../jobs/observe/judge-now.ts';
import { findQueueMax } from '../status/find-option.ts';
import { type Forecast, forecastExpiry, forecastSpace, forecastWal } from '../status/forecast.ts';
import { believe } from '../status/sighting.ts';
import type { Gauges } from './gauges.ts';
import { setKnown } from './set-known.ts';

/** What is to come if all goes on as it does; the same forecasts that the assessment judges. */
export function showForecasts(
  gauges: Gauges,
  { configuration, seen, now }: Pick<Judgement, 'configuration' | 'seen' | 'now'>,
): void {
  const stanzas = new Map(configuration.stanzas.map((stanza) => [stanza.name, stanza]));
  for (const { stanza: name, primary } of seen.primaries) {
    const stanza = stanzas.get(name);
    const server = believe(primary, now);
    if (stanza === undefined || server === undefined || primary.observedAt === undefined) continue;
    const told = forecastWal(server, primary.observedAt, findQueueMax(configuration, stanza));
    show(gauges, { stanza: name, repository: '' }, told.forecasts);
    setKnown(gauges.walFullAfter, { stanza: name }, told.fullAfterSeconds);
    setKnown(gauges.walDropsAfter, { stanza: name }, told.dropsAfterSeconds);
  }
  for (const { stanza, repository, archive } of seen.archives) {
    const space = believe(archive, now)?.space;
    if (space === undefined) continue;
    const place = { stanza, repository };
    gauges.repositoryAvailable.set(place, space.availableBytes);
    gauges.repositoryTotal.set(place, space.totalBytes);
    show(gauges, place, forecastSpace(space));
  }
  for (const { stanza: name, catalogue } of seen.sightings) {
    const stanza = stanzas.get(name);
    for (const repository of believe(catalogue, now)?.repositories ?? [])
      show(gauges, { stanza: name, repository: repository.name }, expiryOf(stanza, repository));
  }
}

type Found = Parameters<typeof forecastExpiry>[1] & { readonly name: string };

function expiryOf(stanza: Stanza | undefined, found: Found): readonly Forecast[] {
  const repository = stanza?.repositories.find(({ name }) => name === found.name);
  return repository === undefined ? [] : forecastExpiry(repository, found);
}

function show(
  gauges: Gauges,
  place: { stanza: string; repository: string },
  forecasts: readonly Forecast[],
): void {
  for (const { kind, at } of forecasts) gauges.forecast.set({ ...place, kind }, at / 1000);
}
