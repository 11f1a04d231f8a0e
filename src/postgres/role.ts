import type { Connectable, QueryOptions } from './query.ts';
import { queryRow, queryRows, quoteIdentifier, quoteLiteral, runStatements } from './query.ts';

/**
 * Functions that pgBackRest calls, by PostgreSQL version: pgBackRest `src/db/db.c`; the backup functions got their
 * present names in PostgreSQL 15.
 */
export function backupFunctions(major: number): string[] {
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

/** What a role may do of what backups need. */
export interface RolePrivileges {
  readonly exists: boolean;
  readonly canLogin: boolean;
  readonly superuser: boolean;
  /** pg_read_all_settings: pgBackRest reads data_directory. */
  readonly readsSettings: boolean;
  /** Functions it may not execute. */
  readonly missingFunctions: readonly string[];
}

/** Looks at a role and its privileges in one database. */
export async function readRole(
  server: Connectable & { readonly major: number },
  name: string,
  options: QueryOptions = {},
): Promise<RolePrivileges> {
  const [role] = await queryRows<{ login: boolean; super: boolean }>(
    server,
    `SELECT rolcanlogin AS login, rolsuper AS super FROM pg_roles WHERE rolname = ${quoteLiteral(name)}`,
    options,
  );
  const functions = [...backupFunctions(server.major), ...watchFunctions(server.major)];
  if (role === undefined) {
    return {
      exists: false,
      canLogin: false,
      superuser: false,
      readsSettings: false,
      missingFunctions: functions,
    };
  }
  const row = await queryRow<{ settings: boolean; missing: string[] }>(
    server,
    `SELECT pg_has_role(${quoteLiteral(name)}, 'pg_read_all_settings', 'MEMBER') AS settings,
            ARRAY(SELECT f FROM unnest(ARRAY[${functions.map(quoteLiteral).join(', ')}]) f
                   WHERE NOT has_function_privilege(${quoteLiteral(name)}, f, 'EXECUTE')) AS missing`,
    options,
  );
  return {
    exists: true,
    canLogin: role.login,
    superuser: role.super,
    readsSettings: row.settings,
    missingFunctions: row.missing,
  };
}

/** Statements that make the role able to take backups, to see how archiving goes, and nothing else. Empty when it is. */
export function roleStatements(major: number, name: string, role: RolePrivileges): string[] {
  const quoted = quoteIdentifier(name);
  return [
    ...(role.exists ? [] : [`CREATE ROLE ${quoted} LOGIN`]),
    ...(role.exists && !role.canLogin ? [`ALTER ROLE ${quoted} LOGIN`] : []),
    ...(role.readsSettings ? [] : [`GRANT pg_read_all_settings TO ${quoted}`]),
    ...role.missingFunctions
      .filter((name_) => [...backupFunctions(major), ...watchFunctions(major)].includes(name_))
      .map((name_) => `GRANT EXECUTE ON FUNCTION pg_catalog.${name_} TO ${quoted}`),
  ];
}

/** Creates the role or gives it what it lacks. */
export async function grantRole(
  server: Connectable & { readonly major: number },
  name: string,
  options: QueryOptions = {},
): Promise<void> {
  await runStatements(
    server,
    roleStatements(server.major, name, await readRole(server, name, options)),
    options,
  );
}

/**
 * Lines that let the operating system user in as the role by peer authentication.
 *
 * @see https://www.postgresql.org/docs/current/auth-username-maps.html
 */
export function authenticationLines(
  osUser: string,
  role: string,
): { readonly hba: string; readonly ident: string } {
  return { hba: `local all ${role} peer map=holdfast`, ident: `holdfast ${osUser} ${role}` };
}
