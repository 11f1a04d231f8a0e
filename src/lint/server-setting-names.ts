/**
 * Settings of PostgreSQL that archiving, recovery and backups hang on (PostgreSQL 18, chapters 19.5, 19.6 and 26.3).
 * A line that gives one of these is a setting wherever it stands.
 */
const names =
  /^(archive_(mode|command|timeout|library|cleanup_command)|restore_command|recovery_\w+|wal_\w+|(max|min)_wal_\w+|max_replication_slots|max_slot_wal_keep_size|hot_standby\w*|full_page_writes|fsync|synchronous_(commit|standby_names)|primary_conninfo|primary_slot_name|checkpoint_timeout|track_commit_timestamp|data_checksums)$/;

/** True for a setting that has to do with archiving, recovery or durability. */
export function isArchivingSetting(name: string): boolean {
  return names.test(name);
}
