import { describe, expect, it } from 'vitest';
import { backupSet } from '../../../test/support/backup-set.ts';
import { createHttpParts, type HttpPartsBed } from '../../../test/support/http-parts.ts';
import { readMetrics, type MetricsPage } from '../../../test/support/metrics-text.ts';
import type { BackupSet, Catalogue } from '../../model/backup-set.ts';

const set = backupSet({
  label: '20261120-010000F',
  startTime: 1000,
  stopTime: 1060,
  startLsn: 0x2_0000_0028n,
  archiveStart: 'A',
  archiveStop: 'B',
  size: 900,
  deltaSize: 800,
  repositorySize: 300,
  repositoryDeltaSize: 200,
  toldRepositorySize: 300,
  annotations: { a: '1', b: '2' },
  engineVersion: '2.55',
});

function catalogueOf(sets: readonly BackupSet[]): Catalogue {
  return {
    stanza: 'main',
    code: 0,
    message: 'ok',
    repositories: [{ key: 1, cipher: 'none', code: 0, message: 'ok' }],
    databases: [{ repositoryKey: 1, databaseId: 1, systemIdentifier: 1n, version: '15' }],
    sets,
    archives: [
      { repositoryKey: 1, databaseId: 1, id: '15-1', min: 'A', max: 'B' },
      { repositoryKey: 2, databaseId: 7, id: '14-7', min: undefined, max: undefined },
    ],
    backupRunning: false,
  };
}

function show(bed: HttpPartsBed, whole: Catalogue): Promise<MetricsPage> {
  const [sighting] = bed.sightings;
  const value = sighting?.catalogue.value;
  if (sighting === undefined || value === undefined) throw new Error('the good case has one');
  bed.sightings = [{ ...sighting, catalogue: { ...sighting.catalogue, value: { ...value, whole } } }];
  return bed.parts.metrics.render().then(readMetrics);
}

describe('the metrics of pgbackrest_exporter', () => {
  it('take a newer full for the last differential and incremental, and of copies the first repository', async () => {
    using bed = createHttpParts();
    const incr: BackupSet = {
      ...set,
      label: '20261119-010000F_20261120-000000I',
      type: 'incr',
      stopTime: 900,
    };
    const copy = { ...set, repositoryKey: 2, size: 1 };
    const page = await show(bed, catalogueOf([copy, set, incr]));
    for (const type of ['full', 'diff', 'incr']) {
      const last = { backup_type: type, block_incr: 'n', stanza: 'main' };
      expect(page.value('pgbackrest_backup_last_size_bytes', last)).toBe(900);
      expect(page.value('pgbackrest_backup_since_last_completion_seconds', last)).toBe(bed.now / 1000 - 1060);
    }
    const later = await show(bed, catalogueOf([set, { ...incr, stopTime: 2000, references: [set.label] }]));
    const last = { backup_type: 'incr' };
    expect(later.value('pgbackrest_backup_since_last_completion_seconds', last)).toBe(bed.now / 1000 - 2000);
    expect(later.value('pgbackrest_backup_last_references', { ...last, ref_backup: 'full' })).toBe(1);
    expect(later.value('pgbackrest_backup_last_references', { ...last, ref_backup: 'diff' })).toBe(0);
  });

  it('say nothing of the last sets where there is no full', async () => {
    using bed = createHttpParts();
    const page = await show(bed, catalogueOf([{ ...set, type: 'incr' }]));
    expect(page.has('pgbackrest_backup_info')).toBe(true);
    expect(page.has('pgbackrest_backup_last_size_bytes')).toBe(false);
    expect(page.has('pgbackrest_backup_since_last_completion_seconds')).toBe(false);
  });

  it('know block incremental by its maps, and positions that are not told', async () => {
    using bed = createHttpParts();
    const blocks = { ...set, toldRepositorySize: undefined, blockMaps: { size: 5, delta: 3 } };
    const page = await show(bed, catalogueOf([blocks]));
    const labels = { block_incr: 'y', backup_name: set.label };
    expect(page.value('pgbackrest_backup_repo_size_bytes', labels)).toBe(0);
    expect(page.value('pgbackrest_backup_repo_size_map_bytes', labels)).toBe(5);
    expect(page.value('pgbackrest_backup_repo_delta_map_bytes', labels)).toBe(3);
    const info = { ...labels, lsn_start: '2/28', lsn_stop: '-', prior: '', pg_version: '15' };
    expect(page.value('pgbackrest_backup_info', info)).toBe(1);
    expect(page.value('pgbackrest_wal_archive_status', { repo_key: '1', pg_version: '15' })).toBe(1);
    expect(page.value('pgbackrest_wal_archive_status', { repo_key: '2', pg_version: '' })).toBe(0);
  });

  it('are not shown once what was seen is uncertain, and the status says so', async () => {
    using bed = createHttpParts();
    const render = async () => readMetrics(await bed.parts.metrics.render());
    const status = 'pgbackrest_exporter_status';
    expect((await render()).value(status, { stanza: 'all-stanzas' })).toBe(1);
    const [sighting] = bed.sightings;
    if (sighting === undefined) throw new Error('the good case has one');
    const failed = { ...sighting.catalogue, failure: { at: bed.now, problem: 'x' } };
    bed.sightings = [{ ...sighting, catalogue: failed }];
    const page = await render();
    expect(page.has('pgbackrest_stanza_status')).toBe(false);
    expect(page.value(status, { stanza: 'all-stanzas' })).toBe(0);
    expect(page.value(status, { stanza: 'main' })).toBe(0);
    const unseen = { ...failed, observedAt: undefined, value: undefined, failure: undefined };
    bed.sightings = [{ ...sighting, catalogue: unseen }];
    expect((await render()).has(status)).toBe(false);
  });

  it('tell of a backup of this daemon before the repository was looked at again', async () => {
    using bed = createHttpParts();
    const locked = async () =>
      readMetrics(await bed.parts.metrics.render()).value('pgbackrest_stanza_backup_lock_status');
    expect(await locked()).toBe(0);
    const request = {
      kind: 'backup',
      stanza: 'main',
      repository: 'r1',
      backupType: 'full',
      annotations: {},
      origin: { kind: 'request' },
      actor: { user: 'postgres', host: 'db1', via: 'daemon' },
      cause: 'x',
      timeoutMs: undefined,
      priority: 0,
    } as const;
    bed.daemon = { ...bed.daemon, jobs: [{ request, state: 'running', since: bed.now, runId: undefined }] };
    expect(await locked()).toBe(1);
  });
});
