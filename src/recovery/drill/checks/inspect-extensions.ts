import { isFailure } from '../../../model/failure.ts';
import { queryRows, quoteLiteral, runStatements } from '../../../postgres/query.ts';
import type { DrillCheckContext } from '../drill-check.ts';

/** An extension of a database. JSON. */
export interface InstalledExtension {
  readonly name: string;
  readonly version: string;
  /** The newest one of this host; null: it is not installed on this host. */
  readonly available: string | null;
}

/** What a database needs of this host. */
export interface InspectedExtensions {
  readonly installed: readonly InstalledExtension[];
  /** As functions name them: `$libdir/hstore`. */
  readonly libraries: readonly string[];
  readonly problems: readonly string[];
}

/**
 * Looks for the extensions of one database on this host, and loads each library that a function of it is in, as the
 * first call of that function would.
 *
 * @see https://www.postgresql.org/docs/current/sql-load.html
 */
export async function inspectExtensions(
  database: string,
  { copy, signal }: DrillCheckContext,
): Promise<InspectedExtensions> {
  const options = { database, signal };
  const installed = await queryRows<InstalledExtension>(
    copy.server,
    `SELECT e.extname AS name, e.extversion AS version, a.default_version AS available
       FROM pg_extension e LEFT JOIN pg_available_extensions a ON a.name = e.extname ORDER BY e.extname`,
    options,
  );
  const found = await queryRows<{ library: string }>(
    copy.server,
    `SELECT DISTINCT p.probin AS library FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
      WHERE l.lanname = 'c' AND p.probin IS NOT NULL ORDER BY p.probin`,
    options,
  );
  const libraries = found.map(({ library }) => library);
  const missing = installed.filter(({ available }) => available === null);
  return {
    installed,
    libraries,
    problems: [
      ...missing.map(
        ({ name, version }) => `extension ${name} ${version} of ${database} is not on this host`,
      ),
      ...(await loadAll(database, libraries, { copy, signal })),
    ],
  };
}

/** All in one session first: only where that fails each is tried for itself, so that all that are missing are named. */
async function loadAll(
  database: string,
  libraries: readonly string[],
  { copy, signal }: Pick<DrillCheckContext, 'copy' | 'signal'>,
): Promise<string[]> {
  const load = async (names: readonly string[]): Promise<string | undefined> => {
    try {
      const statements = names.map((name) => `LOAD ${quoteLiteral(name)}`);
      await runStatements(copy.server, statements, { database, signal });
      return undefined;
    } catch (error) {
      if (!isFailure(error, 'server-failed')) throw error;
      // Some libraries can only be loaded at the start, and those that act by themselves are kept out of a copy there.
      return /shared_preload_libraries/.test(error.problem) ? undefined : error.problem;
    }
  };
  if (libraries.length === 0 || (await load(libraries)) === undefined) return [];
  const problems: string[] = [];
  for (const name of libraries) {
    const problem = await load([name]);
    if (problem !== undefined) problems.push(`library ${name} of ${database}: ${problem}`);
  }
  return problems;
}
