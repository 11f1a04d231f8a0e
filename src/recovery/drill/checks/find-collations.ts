import { queryRows } from '../../../postgres/query.ts';
import type { DrillCheckContext } from '../drill-check.ts';

/** A collation whose order changed between the host that made the cluster and this one. JSON. */
export interface ChangedCollation {
  readonly name: string;
  readonly recorded: string;
  readonly actual: string;
  /** Indexes in that order. */
  readonly indexes: number;
}

/**
 * Collations of one database that this host sorts in another version than the cluster recorded: then indexes over text
 * may be in the wrong order, and rows are not found in them. Only those that an index uses are problems.
 *
 * @see https://www.postgresql.org/docs/current/sql-altercollation.html#SQL-ALTERCOLLATION-NOTES
 */
export async function findCollations(
  database: string,
  { copy, signal }: DrillCheckContext,
): Promise<{ readonly problems: readonly string[]; readonly unused: readonly ChangedCollation[] }> {
  // The version of a database's own collation is recorded from 15 on; collation 100 is `default`.
  const ofDatabase =
    copy.server.major >= 15
      ? `UNION ALL SELECT 100, datname || ' (default)', datcollversion, pg_database_collation_actual_version(oid)
           FROM pg_database WHERE datname = current_database()`
      : '';
  const changed = await queryRows<ChangedCollation>(
    copy.server,
    `WITH used AS (
        SELECT one.oid::oid AS oid, count(DISTINCT indexrelid)::int AS indexes
          FROM pg_index, unnest(indcollation) AS one (oid) WHERE indexrelid >= 16384 GROUP BY one.oid),
      known (oid, name, recorded, actual) AS (
        SELECT oid, collname::text, collversion, pg_collation_actual_version(oid)
          FROM pg_collation WHERE collversion IS NOT NULL ${ofDatabase})
      SELECT name, recorded, actual, coalesce(used.indexes, 0) AS indexes FROM known LEFT JOIN used USING (oid)
       WHERE recorded IS NOT NULL AND actual IS NOT NULL AND recorded <> actual ORDER BY name`,
    { database, signal },
  );
  const problems = changed
    .filter(({ indexes }) => indexes > 0)
    .map(
      ({ name, recorded, actual, indexes }) =>
        `collation ${name} of ${database} was ${recorded} and is ${actual} on this host: ${indexes} ` +
        `${indexes === 1 ? 'index' : 'indexes'} may be in the wrong order until rebuilt`,
    );
  return { problems, unused: changed.filter(({ indexes }) => indexes === 0) };
}
