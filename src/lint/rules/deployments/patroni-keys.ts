/** Sections of a patroni.yml (Patroni 4, YAML Configuration Settings). */
export const patroniTopLevelKeys: ReadonlySet<string> = new Set([
  'scope',
  'name',
  'namespace',
  'log',
  'bootstrap',
  'postgresql',
  'restapi',
  'ctl',
  'watchdog',
  'tags',
  'consul',
  'etcd',
  'etcd3',
  'exhibitor',
  'kubernetes',
  'raft',
  'zookeeper',
  'citus',
  'mpp',
  'thread_pool_size',
  'thread_stack_size',
  'failsafe_mode',
  // Dynamic configuration, as `patronictl edit-config` shows it, has its keys at the top.
  'ttl',
  'loop_wait',
  'retry_timeout',
  'maximum_lag_on_failover',
  'maximum_lag_on_syncnode',
  'max_timelines_history',
  'primary_start_timeout',
  'master_start_timeout',
  'primary_stop_timeout',
  'master_stop_timeout',
  'synchronous_mode',
  'synchronous_mode_strict',
  'synchronous_node_count',
  'standby_cluster',
  'slots',
  'ignore_slots',
  'pause',
  'check_timeline',
  'member_slots_ttl',
]);

/** Keys that only mean something under `postgresql:`, here or in bootstrap.dcs. */
export const keysOfPostgresql: ReadonlySet<string> = new Set([
  'recovery_conf',
  'create_replica_methods',
  'create_replica_method',
  'parameters',
  'use_pg_rewind',
  'use_slots',
]);

/** Settings of PostgreSQL that only take effect in `parameters` or `recovery_conf`. */
export const archivingSettings: ReadonlySet<string> = new Set([
  'archive_mode',
  'archive_command',
  'archive_timeout',
  'archive_library',
  'restore_command',
  'recovery_target_time',
  'recovery_target_timeline',
  'wal_level',
]);

/** Parameters that Patroni takes from the DCS only and ignores in a local file. */
export const dcsOnlyParameters: ReadonlySet<string> = new Set([
  'max_connections',
  'max_locks_per_transaction',
  'max_worker_processes',
  'max_prepared_transactions',
  'wal_level',
  'track_commit_timestamp',
]);
