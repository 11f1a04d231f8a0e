import type { BackupSet, BackupType, Catalogue } from '../../model/backup-set.ts';
import type { GaugesOf } from '../gauges.ts';
import type { pgbackrestCatalogue } from './catalogue.ts';
import { countReferences } from './count-references.ts';
import { blockIncremental } from './show-sets.ts';

type Gauges = GaugesOf<typeof pgbackrestCatalogue>;

/** A newer full protects as a differential would, and both as an incremental would: what counts as the last of a type. */
const counts: Readonly<Record<BackupType, readonly BackupType[]>> = {
  full: ['full'],
  diff: ['full', 'diff'],
  incr: ['full', 'diff', 'incr'],
};

/**
 * The last set of each type in whichever repository: `compareLastBackups` and `getBackupLastMetrics` of the exporter.
 * Nothing without a full.
 */
export function showLastSets(gauges: Gauges, { stanza, sets }: Catalogue): void {
  for (const { labels, set } of lastSets(stanza, sets)) {
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
export function showSinceLast(gauges: Gauges, { stanza, sets }: Catalogue, now: number): void {
  for (const { labels, set } of lastSets(stanza, sets))
    gauges.sinceLast.set(labels, Math.floor(now / 1000) - set.stopTime);
}

function lastSets(stanza: string, sets: readonly BackupSet[]) {
  return Object.entries(counts).flatMap(([type, types]) => {
    if (!sets.some((set) => set.type === 'full')) return [];
    const set = newestOf(sets.filter((candidate) => types.includes(candidate.type)));
    if (set === undefined) return [];
    return [{ set, labels: { backup_type: type, block_incr: blockIncremental(set), stanza } }];
  });
}

/** Of two that ended in the same second (one is a copy of the other) that of the first repository, as info lists them. */
function newestOf(sets: readonly BackupSet[]): BackupSet | undefined {
  let newest: BackupSet | undefined;
  for (const set of sets) {
    const later = newest === undefined ? 1 : set.stopTime - newest.stopTime;
    if (newest === undefined || later > 0 || (later === 0 && set.repositoryKey < newest.repositoryKey))
      newest = set;
  }
  return newest;
}
