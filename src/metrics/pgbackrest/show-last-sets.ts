import { setKey } from '../../jobs/observe/set-databases.ts';
import type { Catalogue } from '../../model/backup-set.ts';
import { lastSets } from '../../model/last-sets.ts';
import type { CatalogueObservation } from '../../status/health-observations.ts';
import type { GaugesOf } from '../gauges.ts';
import { setKnown } from '../set-known.ts';
import type { pgbackrestCatalogue } from './catalogue.ts';
import { countReferences } from './count-references.ts';
import { blockIncremental } from './show-sets.ts';

type Gauges = GaugesOf<typeof pgbackrestCatalogue>;

/**
 * The last set of each type in whichever repository: `compareLastBackups` and `getBackupLastMetrics` of the exporter.
 * Nothing without a full.
 */
export function showLastSets(gauges: Gauges, { whole, databases }: CatalogueObservation): void {
  for (const { labels, set } of lastOf(whole)) {
    setKnown(gauges.lastDatabases, labels, databases?.get(setKey(set)));
    gauges.lastSeconds.set(labels, set.stopTime - set.startTime);
    gauges.lastSize.set(labels, set.size);
    gauges.lastDelta.set(labels, set.deltaSize);
    gauges.lastRepoSize.set(labels, set.toldRepositorySize ?? 0);
    gauges.lastRepoSizeMap.set(labels, set.blockMaps?.size ?? 0);
    gauges.lastRepoDelta.set(labels, set.repositoryDeltaSize);
    gauges.lastRepoDeltaMap.set(labels, set.blockMaps?.delta ?? 0);
    gauges.lastError.set(labels, Number(set.error));
    gauges.lastAnnotations.set(labels, Object.keys(set.annotations).length);
    for (const [type, count] of countReferences(set))
      gauges.lastReferences.set({ ref_backup: type, ...labels }, count);
  }
}

/** How long ago they ended: another number at each scrape. `now` is epoch milliseconds. */
export function showSinceLast(gauges: Gauges, catalogue: Catalogue, now: number): void {
  for (const { labels, set } of lastOf(catalogue))
    gauges.sinceLast.set(labels, Math.floor(now / 1000) - set.stopTime);
}

function lastOf({ stanza, sets }: Catalogue) {
  return lastSets(sets).map(({ type, set }) => ({
    set,
    labels: { backup_type: type, block_incr: blockIncremental(set), stanza },
  }));
}
