import { roleFunctions } from '../model/role-functions.ts';
import type { Connectable, QueryOptions } from './query.ts';
import { queryRow, queryRows, quoteIdentifier, quoteLiteral, runStatements } from './query.ts';

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
  const functions = roleFunctions(server.major);
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
      .filter((name_) => roleFunctions(major).includes(name_))
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
