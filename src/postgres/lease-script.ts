import { leaseNamespace, objectId } from './lease-key.ts';

/**
 * Seconds. A server frees the lease of a host that vanished after `idle + interval * count`, or after `userTimeoutMs`
 * where an answer of its own was under way: 40. The client notices after eleven (below), and an engine that does not
 * stop by itself is killed fifteen later (engineGraceMs): before another host can get the lease.
 *
 * @see https://www.postgresql.org/docs/current/runtime-config-connection.html#RUNTIME-CONFIG-TCP-SETTINGS
 */
const serverSettings: Readonly<Record<string, string>> = {
  idle_session_timeout: '0',
  tcp_keepalives_idle: '20',
  tcp_keepalives_interval: '5',
  tcp_keepalives_count: '4',
  tcp_user_timeout: '40000',
};

/**
 * The client's side: a beat that is not acknowledged for ten seconds ends the session.
 *
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-KEEPALIVES-IDLE
 */
export const clientParameters: Readonly<Record<string, string>> = {
  keepalives_idle: '5',
  keepalives_interval: '2',
  keepalives_count: '3',
  tcp_user_timeout: '10000',
};

/** What the script says on lines of their own; what stands in the way comes before, as JSON documents. */
export const words = {
  held: 'holdfast: held',
  refused: 'holdfast: refused',
  standby: 'holdfast: standby',
  pooler: 'holdfast: pooler',
} as const;

/** What the keeper says last, before psql's exit code. */
export const endWord = 'holdfast: ended';

/**
 * The psql script that takes a lease. It tries, lists the sessions in the way, says how it went, and falls silent: what
 * comes after are the keeper's beats.
 *
 * An advisory lock belongs to one database. The same key in another database of the cluster, taken by a Holdfast whose
 * file names that database, is in the way as well; both sides look after they have locked, so that one of them sees the
 * other. So is a backup of the engine for which nobody holds a lease: each has a session of its own for as long as it
 * runs, which names itself (pgBackRest `src/db/db.c`, dbOpen).
 *
 * @param statementMs the statement_timeout that psql asks for as it connects. No other setting is stronger, so where it
 *   is not in force a pooler has swallowed it; a lock taken through that would stay behind.
 */
export function leaseScript(key: number, statementMs: number): string {
  const object = objectId(key);
  const settings = Object.entries(serverSettings)
    .map(([name, value]) => `('${name}', '${value}')`)
    .join(', ');
  const leases = `FROM pg_locks l WHERE l.locktype = 'advisory' AND l.classid = ${leaseNamespace} AND l.objsubid = 2 AND l.granted`;
  const engines = `pg_stat_activity e WHERE e.application_name = 'pgBackRest [backup]'`;
  const inTheWay = `SELECT 'lease' AS what, l.pid ${leases} AND l.objid = ${object} AND l.pid <> pg_backend_pid()
    UNION ALL SELECT 'engine', e.pid FROM ${engines}
      AND (SELECT count(*) FROM ${engines}) > (SELECT count(DISTINCT l.pid) ${leases} AND l.pid <> pg_backend_pid())`;
  return `SELECT pg_is_in_recovery() AS holdfast_standby \\gset
\\if :holdfast_standby
\\echo ${words.standby}
\\q
\\endif
SELECT current_setting('statement_timeout')::interval <> '${statementMs} ms' AS holdfast_pooler \\gset
\\if :holdfast_pooler
\\echo ${words.pooler}
\\q
\\endif
SELECT count(set_config(name, value, false)) FROM (VALUES ${settings}) setting (name, value) WHERE current_setting(name, true) IS NOT NULL \\g /dev/null
SELECT pg_try_advisory_lock(${leaseNamespace}, ${key}) AS holdfast_got, pg_backend_pid() AS holdfast_pid \\gset
SELECT row_to_json(way) FROM (
  SELECT b.what, b.pid, a.application_name AS application, host(a.client_addr) AS client, extract(epoch FROM a.backend_start) AS since
  FROM (${inTheWay}) b LEFT JOIN pg_stat_activity a ON a.pid = b.pid) way;
\\if :holdfast_got
\\echo ${words.held}
\\else
\\echo ${words.refused}
\\endif
\\o /dev/null
`;
}

/**
 * Asked every second. A division by zero, and so the end of the session, when another backend answers than the one that
 * has the lock: there is a pooler in between that takes a server connection back after each transaction.
 */
export const beat = 'SELECT 1 / (pg_backend_pid() = :holdfast_pid)::int;';
