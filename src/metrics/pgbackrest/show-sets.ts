import { setKey } from '../../jobs/observe/set-databases.ts';
import type { BackupSet, Catalogue } from '../../model/backup-set.ts';
import { formatLsn, type Lsn } from '../../model/wal.ts';
import type { CatalogueObservation } from '../../status/health-observations.ts';
import type { GaugesOf } from '../gauges.ts';
import { setKnown } from '../set-known.ts';
import type { pgbackrestCatalogue } from './catalogue.ts';
import { countReferences } from './count-references.ts';

type Gauges = GaugesOf<typeof pgbackrestCatalogue>;

/** Every set in every repository: `getBackupMetrics` of the exporter. */
export function showSets(gauges: Gauges, { whole: catalogue, databases }: CatalogueObservation): void {
  for (const set of catalogue.sets) {
    const labels = labelsOf(catalogue.stanza, set);
    gauges.setInfo.set({ ...labels, ...describeSet(set, catalogue) }, 1);
    const times = { start_time: formatLocalTime(set.startTime), stop_time: formatLocalTime(set.stopTime) };
    gauges.setSeconds.set({ ...labels, ...times }, set.stopTime - set.startTime);
    gauges.setSize.set(labels, set.size);
    gauges.setDelta.set(labels, set.deltaSize);
    gauges.setRepoSize.set(labels, set.toldRepositorySize ?? 0);
    gauges.setRepoSizeMap.set(labels, set.blockMaps?.size ?? 0);
    gauges.setRepoDelta.set(labels, set.repositoryDeltaSize);
    gauges.setRepoDeltaMap.set(labels, set.blockMaps?.delta ?? 0);
    gauges.setError.set(labels, Number(set.error));
    setKnown(gauges.setDatabases, labels, databases?.get(setKey(set)));
    gauges.setAnnotations.set(labels, Object.keys(set.annotations).length);
    for (const [type, count] of countReferences(set))
      gauges.setReferences.set({ ref_backup: type, ...labels }, count);
  }
}

function labelsOf(stanza: string, set: BackupSet) {
  return {
    backup_name: set.label,
    backup_type: set.type,
    block_incr: blockIncremental(set),
    database_id: set.databaseId,
    repo_key: set.repositoryKey,
    stanza,
  };
}

function describeSet(set: BackupSet, catalogue: Catalogue) {
  return {
    backrest_ver: set.engineVersion,
    lsn_start: describeLsn(set.startLsn),
    lsn_stop: describeLsn(set.stopLsn),
    pg_version: versionOf(set, catalogue),
    prior: set.prior ?? '',
    wal_start: set.archiveStart ?? '',
    wal_stop: set.archiveStop ?? '',
  };
}

/** Whether some file of the set was copied by blocks. */
export function blockIncremental({ blockMaps }: Pick<BackupSet, 'blockMaps'>): 'y' | 'n' {
  return blockMaps === undefined ? 'n' : 'y';
}

/** PostgreSQL's version of a database of a repository; empty where the engine does not tell. */
export function versionOf(
  { databaseId, repositoryKey }: Pick<BackupSet, 'databaseId' | 'repositoryKey'>,
  { databases }: Catalogue,
): string {
  const found = databases.find(
    (database) => database.databaseId === databaseId && database.repositoryKey === repositoryKey,
  );
  return found?.version ?? '';
}

function describeLsn(lsn: Lsn | undefined): string {
  return lsn === undefined ? '-' : formatLsn(lsn);
}

/** `2026-11-20 21:49:00` in the time zone of this process, as the exporter writes it in its own. */
function formatLocalTime(epochSeconds: number): string {
  const time = new Date(epochSeconds * 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const date = [String(time.getFullYear()).padStart(4, '0'), two(time.getMonth() + 1), two(time.getDate())];
  return `${date.join('-')} ${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':')}`;
}
