/**
 * Functions that the role of backups must be able to execute: those of pgBackRest, and those with which Holdfast looks.
 *
 * @param major of PostgreSQL
 */
export function roleFunctions(major: number): readonly string[] {
  return [...backupFunctions(major), ...watchFunctions(major)];
}

/**
 * Functions that pgBackRest calls, by PostgreSQL version: pgBackRest `src/db/db.c`; the backup functions got their
 * present names in PostgreSQL 15.
 */
function backupFunctions(major: number): string[] {
  const backup =
    major >= 15
      ? ['pg_backup_start(text, boolean)', 'pg_backup_stop(boolean)']
      : ['pg_start_backup(text, boolean, boolean)', 'pg_stop_backup(boolean, boolean)'];
  return [...backup, 'pg_switch_wal()', 'pg_create_restore_point(text)'];
}

/**
 * Functions with which Holdfast sees from another host how much WAL waits (both came to PostgreSQL by version 12). They
 * list names and sizes, and open nothing. Reading timeline histories would take pg_read_file, which reads every table:
 * that is not granted, and the histories in the repositories do.
 */
function watchFunctions(major: number): string[] {
  return major >= 12 ? ['pg_ls_waldir()', 'pg_ls_archive_statusdir()'] : [];
}
