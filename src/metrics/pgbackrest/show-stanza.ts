import type { Catalogue } from '../../model/backup-set.ts';
import type { GaugesOf } from '../gauges.ts';
import type { pgbackrestCatalogue } from './catalogue.ts';
import { versionOf } from './show-sets.ts';

type Gauges = GaugesOf<typeof pgbackrestCatalogue>;

/** The stanza, its repositories and their archives: `getStanzaMetrics`, `getRepoMetrics`, `getWALMetrics` of the exporter. */
export function showStanza(gauges: Gauges, catalogue: Catalogue): void {
  const { stanza, locks } = catalogue;
  gauges.stanzaStatus.set({ stanza }, catalogue.code);
  gauges.backupComplete.set({ stanza }, locks?.backup.completeBytes ?? 0);
  gauges.backupTotal.set({ stanza }, locks?.backup.totalBytes ?? 0);
  gauges.restoreLock.set({ stanza }, Number(locks?.restore.held ?? false));
  gauges.restoreComplete.set({ stanza }, locks?.restore.completeBytes ?? 0);
  gauges.restoreTotal.set({ stanza }, locks?.restore.totalBytes ?? 0);
  for (const { cipher, key, code } of catalogue.repositories)
    gauges.repoStatus.set({ cipher, repo_key: key, stanza }, code);
  for (const archive of catalogue.archives) {
    const { databaseId, repositoryKey, min, max } = archive;
    const labels = {
      database_id: databaseId,
      pg_version: versionOf(archive, catalogue),
      repo_key: repositoryKey,
      stanza,
      wal_max: '',
      wal_min: '',
    };
    gauges.walStatus.set(labels, Number(Boolean(min) && Boolean(max)));
  }
}
