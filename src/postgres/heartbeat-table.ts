import { type Connectable, queryRow, type QueryOptions, quoteIdentifier, quoteLiteral } from './query.ts';

/** How far the table of heartbeats is made. */
export interface HeartbeatTable {
  readonly exists: boolean;
  /** The role that beats may write into it. */
  readonly writable: boolean;
}

/** Looks for holdfast.heartbeat in the database that the query goes to. @param role undefined: the present one */
export async function readHeartbeatTable(
  server: Connectable,
  role: string | undefined,
  options: QueryOptions = {},
): Promise<HeartbeatTable> {
  const who = role === undefined ? 'current_user' : `${quoteLiteral(role)}::name`;
  const row = await queryRow<{ exists: boolean; writable: boolean | null }>(
    server,
    `SELECT found.oid IS NOT NULL AS exists,
        has_schema_privilege(${who}, found.relnamespace, 'USAGE')
          AND has_table_privilege(${who}, found.oid, 'SELECT')
          AND has_table_privilege(${who}, found.oid, 'INSERT')
          AND has_table_privilege(${who}, found.oid, 'UPDATE') AS writable
      FROM (SELECT 1) one LEFT JOIN pg_class found ON found.oid = to_regclass('holdfast.heartbeat')`,
    options,
  );
  return { exists: row.exists, writable: row.writable === true };
}

/**
 * Statements that make the table and let a role write its one row, and nothing else. Empty when that is so. Most of each
 * page stays free: then the new version of the row fits beside the old one, and no vacuum is needed (HOT).
 *
 * @param role undefined: the owner of the table itself beats
 */
export function heartbeatTableStatements(role: string | undefined, present: HeartbeatTable): string[] {
  const make = present.exists
    ? []
    : [
        'CREATE SCHEMA IF NOT EXISTS holdfast',
        `CREATE TABLE holdfast.heartbeat (id smallint PRIMARY KEY CHECK (id = 1), at timestamptz NOT NULL, stanza text NOT NULL, system_identifier bigint NOT NULL, timeline integer NOT NULL, installation text NOT NULL, sequence bigint NOT NULL) WITH (fillfactor = 10)`,
      ];
  if (role === undefined || present.writable) return make;
  const quoted = quoteIdentifier(role);
  return [
    ...make,
    `GRANT USAGE ON SCHEMA holdfast TO ${quoted}`,
    `GRANT SELECT, INSERT, UPDATE ON holdfast.heartbeat TO ${quoted}`,
  ];
}
