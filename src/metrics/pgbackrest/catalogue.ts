import type { MetricDefinition } from '../metric-definition.ts';

const perSet = ['backup_name', 'backup_type', 'block_incr', 'database_id', 'repo_key', 'stanza'] as const;
const perLast = ['backup_type', 'block_incr', 'stanza'] as const;

/**
 * The metrics of pgbackrest_exporter v0.23.0: names, helps, labels and what the values mean, so that dashboards and
 * rules that people have go on working. From its source, `backrest/backrest_*_metrics.go`.
 */
export const pgbackrestCatalogue = {
  exporterBuild: {
    name: 'pgbackrest_exporter_build_info',
    type: 'gauge',
    help: 'Always 1; tells who shows the metrics of pgbackrest_exporter here: `version` is `holdfast` and its version.',
    labels: ['branch', 'goarch', 'goos', 'goversion', 'revision', 'tags', 'version'],
  },
  exporterStatus: {
    name: 'pgbackrest_exporter_status',
    type: 'gauge',
    help: 'pgBackRest exporter get data status: 1 when what pgbackrest info says is known, 0 when not; stanza is the name of each and all-stanzas for all of them together.',
    labels: ['stanza'],
  },
  version: {
    name: 'pgbackrest_version_info',
    type: 'gauge',
    help: 'Information about pgBackRest version: 2055001 for 2.55.1.',
    labels: [],
  },
  stanzaStatus: {
    name: 'pgbackrest_stanza_status',
    type: 'gauge',
    help: 'Current stanza status: 0 ok, 1 missing stanza path, 2 no valid backups, 3 missing stanza data, 4 different across repositories, 5 database mismatch across repositories, 6 requested backup not found, 99 other.',
    labels: ['stanza'],
  },
  backupLock: {
    name: 'pgbackrest_stanza_backup_lock_status',
    type: 'gauge',
    help: 'Current stanza backup lock status: 1 while a backup, expire or stanza command of this host works on the stanza.',
    labels: ['stanza'],
  },
  backupComplete: {
    name: 'pgbackrest_stanza_backup_complete_bytes',
    type: 'gauge',
    help: 'Completed size for backup in progress, when the repositories were seen last; 0 without one, and before pgBackRest 2.48.',
    labels: ['stanza'],
  },
  backupTotal: {
    name: 'pgbackrest_stanza_backup_total_bytes',
    type: 'gauge',
    help: 'Total size for backup in progress, when the repositories were seen last; 0 without one, and before pgBackRest 2.48.',
    labels: ['stanza'],
  },
  restoreLock: {
    name: 'pgbackrest_stanza_restore_lock_status',
    type: 'gauge',
    help: 'Current stanza restore lock status; 0 before pgBackRest 2.56.',
    labels: ['stanza'],
  },
  restoreComplete: {
    name: 'pgbackrest_stanza_restore_complete_bytes',
    type: 'gauge',
    help: 'Completed size for restore in progress, when the repositories were seen last; 0 without one.',
    labels: ['stanza'],
  },
  restoreTotal: {
    name: 'pgbackrest_stanza_restore_total_bytes',
    type: 'gauge',
    help: 'Total size for restore in progress, when the repositories were seen last; 0 without one.',
    labels: ['stanza'],
  },
  repoStatus: {
    name: 'pgbackrest_repo_status',
    type: 'gauge',
    help: 'Current repository status, with the codes of pgbackrest_stanza_status.',
    labels: ['cipher', 'repo_key', 'stanza'],
  },
  walStatus: {
    name: 'pgbackrest_wal_archive_status',
    type: 'gauge',
    help: 'Current WAL archive status: 1 when a first and a last segment are there, which says nothing of how old they are or of holes. wal_min and wal_max are always empty.',
    labels: ['database_id', 'pg_version', 'repo_key', 'stanza', 'wal_max', 'wal_min'],
  },
  setInfo: {
    name: 'pgbackrest_backup_info',
    type: 'gauge',
    help: 'Backup info: always 1.',
    labels: [
      'backrest_ver',
      'backup_name',
      'backup_type',
      'block_incr',
      'database_id',
      'lsn_start',
      'lsn_stop',
      'pg_version',
      'prior',
      'repo_key',
      'stanza',
      'wal_start',
      'wal_stop',
    ],
  },
  setSeconds: {
    name: 'pgbackrest_backup_duration_seconds',
    type: 'gauge',
    help: 'Backup duration. start_time and stop_time are in the time zone of the daemon.',
    labels: [...perSet, 'start_time', 'stop_time'],
  },
  setSize: {
    name: 'pgbackrest_backup_size_bytes',
    type: 'gauge',
    help: 'Full uncompressed size of the database.',
    labels: perSet,
  },
  setDelta: {
    name: 'pgbackrest_backup_delta_bytes',
    type: 'gauge',
    help: 'Amount of data in the database to actually backup.',
    labels: perSet,
  },
  setRepoSize: {
    name: 'pgbackrest_backup_repo_size_bytes',
    type: 'gauge',
    help: 'Full compressed files size to restore the database from backup; 0 with block incremental, of which pgBackRest does not tell it.',
    labels: perSet,
  },
  setRepoSizeMap: {
    name: 'pgbackrest_backup_repo_size_map_bytes',
    type: 'gauge',
    help: 'Size of block incremental map; 0 without block incremental.',
    labels: perSet,
  },
  setRepoDelta: {
    name: 'pgbackrest_backup_repo_delta_bytes',
    type: 'gauge',
    help: 'Compressed files size in backup.',
    labels: perSet,
  },
  setRepoDeltaMap: {
    name: 'pgbackrest_backup_repo_delta_map_bytes',
    type: 'gauge',
    help: 'Size of block incremental delta map; 0 without block incremental.',
    labels: perSet,
  },
  setError: {
    name: 'pgbackrest_backup_error_status',
    type: 'gauge',
    help: 'Backup error status: 1 when page checksums were wrong.',
    labels: perSet,
  },
  setAnnotations: {
    name: 'pgbackrest_backup_annotations',
    type: 'gauge',
    help: 'Number of annotations in backup.',
    labels: perSet,
  },
  setReferences: {
    name: 'pgbackrest_backup_references',
    type: 'gauge',
    help: 'Number of references to other backups (backup reference list).',
    labels: ['ref_backup', ...perSet],
  },
  setDatabases: {
    name: 'pgbackrest_backup_databases',
    type: 'gauge',
    help: 'Number of databases in backup; only with watch.databases all, absent while it is not known.',
    labels: perSet,
  },
  sinceLast: {
    name: 'pgbackrest_backup_since_last_completion_seconds',
    type: 'gauge',
    help: 'Seconds since the last completed full, differential or incremental backup, in whichever repository; a newer full counts as differential, and both as incremental.',
    labels: perLast,
  },
  lastSeconds: {
    name: 'pgbackrest_backup_last_duration_seconds',
    type: 'gauge',
    help: 'Backup duration for the last full, differential or incremental backup.',
    labels: perLast,
  },
  lastSize: {
    name: 'pgbackrest_backup_last_size_bytes',
    type: 'gauge',
    help: 'Full uncompressed size of the database in the last full, differential or incremental backup.',
    labels: perLast,
  },
  lastDelta: {
    name: 'pgbackrest_backup_last_delta_bytes',
    type: 'gauge',
    help: 'Amount of data in the database to actually backup in the last full, differential or incremental backup.',
    labels: perLast,
  },
  lastRepoSize: {
    name: 'pgbackrest_backup_last_repo_size_bytes',
    type: 'gauge',
    help: 'Full compressed files size to restore the database from the last full, differential or incremental backup; 0 with block incremental.',
    labels: perLast,
  },
  lastRepoSizeMap: {
    name: 'pgbackrest_backup_last_repo_size_map_bytes',
    type: 'gauge',
    help: 'Size of block incremental map in the last full, differential or incremental backup.',
    labels: perLast,
  },
  lastRepoDelta: {
    name: 'pgbackrest_backup_last_repo_delta_bytes',
    type: 'gauge',
    help: 'Compressed files size in the last full, differential or incremental backup.',
    labels: perLast,
  },
  lastRepoDeltaMap: {
    name: 'pgbackrest_backup_last_repo_delta_map_bytes',
    type: 'gauge',
    help: 'Size of block incremental delta map in the last full, differential or incremental backup.',
    labels: perLast,
  },
  lastError: {
    name: 'pgbackrest_backup_last_error_status',
    type: 'gauge',
    help: 'Error status in the last full, differential or incremental backup.',
    labels: perLast,
  },
  lastAnnotations: {
    name: 'pgbackrest_backup_last_annotations',
    type: 'gauge',
    help: 'Number of annotations in the last full, differential or incremental backup.',
    labels: perLast,
  },
  lastDatabases: {
    name: 'pgbackrest_backup_last_databases',
    type: 'gauge',
    help: 'Number of databases in the last full, differential or incremental backup; only with watch.databases latest or all.',
    labels: perLast,
  },
  lastReferences: {
    name: 'pgbackrest_backup_last_references',
    type: 'gauge',
    help: 'Number of references to other backups (backup reference list) in the last full, differential or incremental backup.',
    labels: ['ref_backup', ...perLast],
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;
