import type { RunAs } from '../process/run-command.ts';

/**
 * The complete environment of PostgreSQL's programs. Nothing of the caller's is passed on: a stray PGPORT or PGHOST
 * would send us to another server. HOME lets libpq find `.pgpass`; the locale keeps messages parseable.
 *
 * @param extra libpq variables such as PGCONNECT_TIMEOUT
 *
 * @see https://www.postgresql.org/docs/current/libpq-envars.html
 */
export function serverEnvironment(
  owner: RunAs,
  binDirectory: string,
  extra: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return {
    PATH: `${binDirectory}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`,
    HOME: owner.home,
    USER: owner.name,
    LOGNAME: owner.name,
    LC_ALL: 'C.UTF-8',
    TZ: 'UTC',
    ...extra,
  };
}
