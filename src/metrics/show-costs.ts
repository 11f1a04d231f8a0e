import type { Judgement } from '../jobs/observe/judge-now.ts';
import { priceMonthOfStorage, providerOf, resolvePrice } from '../model/store-price.ts';
import { believe } from '../status/sighting.ts';
import type { Gauges } from './gauges.ts';
import { setKnown } from './set-known.ts';

/** How much the repositories hold and what a month of it costs, where both sets and WAL are known. */
export function showCosts(
  gauges: Gauges,
  { configuration, seen, now }: Pick<Judgement, 'configuration' | 'seen' | 'now'>,
): void {
  for (const { name: stanza, repositories } of configuration.stanzas) {
    const sighting = seen.sightings.find((one) => one.stanza === stanza);
    const catalogue = believe(sighting?.catalogue, now);
    for (const { name, access, price } of repositories) {
      const archive = seen.archives.find((one) => one.stanza === stanza && one.repository === name);
      const wal = believe(archive?.archive, now)?.storedBytes;
      const sizes = catalogue?.repositories
        .find(
          (repository) => repository.name === name && repository.code !== undefined && repository.code !== 99,
        )
        ?.sets.map(({ ownSize }) => ownSize);
      if (wal === undefined || sizes === undefined || sizes.includes(undefined)) continue;
      const bytes = sizes.reduce<number>((sum, size) => sum + (size ?? 0), wal);
      const place = { stanza, repository: name };
      gauges.repositoryStored.set(place, bytes);
      const resolved = resolvePrice(providerOf(access), price);
      if (resolved !== undefined)
        setKnown(gauges.repositoryMonthCost, place, priceMonthOfStorage(bytes, resolved));
    }
  }
}
