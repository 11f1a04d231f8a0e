import { isFailure } from '../../../model/failure.ts';
import { queryRows, quoteIdentifier, quoteLiteral } from '../../../postgres/query.ts';
import { type DrillCheckContext, failed, passed, type RunDrillCheck } from '../drill-check.ts';
import { compareCounts, type Counts, describeChanges } from './compare-counts.ts';
import { listDatabases } from './databases.ts';

/** Bytes up to which rows are counted one by one. */
const usualExactBelow = 64 * 1024 ** 2;
/** Tables that are counted in one statement, and milliseconds that it may take. */
const [batchSize, patienceMs] = [100, 60_000] as const;
/** Tables, the largest first, that go into the report. */
const mostTables = 5000;

interface UserTable {
  readonly schema: string;
  readonly name: string;
  readonly bytes: string;
  /** Negative: never looked at by VACUUM or ANALYZE. */
  readonly estimate: number;
}

/**
 * Rows of the users' tables, against those of the drill before. Small tables are counted, large ones estimated from the
 * catalog, so that it takes a bounded time. A table that shrank or vanished is told; it is wrong only where the
 * configuration says from which loss on, because deleting is what databases are used for as well.
 */
export const checkCounts: RunDrillCheck = async (context) => {
  const counts: Record<string, Counts[string]> = {};
  for (const { name } of await listDatabases(context))
    Object.assign(counts, await countDatabase(name, context));
  const kept = Object.fromEntries(
    Object.entries(counts)
      .toSorted(([, left], [, right]) => right.bytes - left.bytes)
      .slice(0, mostTables),
  );
  const all = Object.keys(counts).length;
  const { reached } = context.copy.outcome;
  const at = reached.time === undefined ? null : new Date(Number(reached.time / 1000n)).toISOString();
  const facts = { tables: kept, leftOut: all - Object.keys(kept).length, at };
  const counted = `rows of ${all} ${all === 1 ? 'table' : 'tables'} counted`;
  const before = previousCounts(context);
  if (before === undefined) return passed(`${counted}; there is no earlier drill to compare with`, facts);
  // A drill may restore an earlier moment than the one before did.
  const later = at === null || before.at === null || at >= before.at;
  const [first, second] = later ? [before.tables, kept] : [kept, before.tables];
  const changes = compareCounts(first, second, context.settings.counts?.shrink);
  const words = describeChanges(changes);
  const compared = { ...facts, compared: { with: before.drill, at: before.at, later, ...changes } };
  const text = `${counted}; ${words} ${later ? 'since' : 'until'} the drill before (${before.drill})`;
  return later && changes.tooMuch.length > 0 ? failed(text, compared) : passed(text, compared);
};

/** What the drill before counted; its report is JSON. */
function previousCounts({
  previous,
}: DrillCheckContext): { drill: string; at: string | null; tables: Counts } | undefined {
  const facts = previous?.checks.find(({ check }) => check === 'counts')?.facts;
  if (previous === undefined || facts === undefined || typeof facts['tables'] !== 'object') return undefined;
  const at = facts['at'];
  return { drill: previous.id, at: typeof at === 'string' ? at : null, tables: facts['tables'] as Counts };
}

async function countDatabase(database: string, context: DrillCheckContext): Promise<Counts> {
  const exactBelow = context.settings.counts?.exactBelow ?? usualExactBelow;
  const tables = await queryRows<UserTable>(
    context.copy.server,
    // Sizes are those of the files: a table whose file is gone counts as empty here, and is found by other checks.
    `SELECT n.nspname AS schema, c.relname AS name, coalesce(pg_relation_size(c.oid), 0)::text AS bytes,
        c.reltuples::float8 AS estimate
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'm') AND (c.relkind = 'r' OR c.relispopulated) AND c.relpersistence = 'p'
        AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
        AND NOT (n.nspname = 'holdfast' AND c.relname = 'heartbeat')`,
    { database, timeoutMs: patienceMs, signal: context.signal },
  );
  const counts: Record<string, Counts[string]> = {};
  for (const table of tables) {
    const rows = table.estimate < 0 ? null : Math.round(table.estimate);
    counts[keyOf(database, table)] = { rows, exact: false, bytes: Number(table.bytes) };
  }
  const small = tables.filter(({ bytes }) => Number(bytes) < exactBelow);
  for (let start = 0; start < small.length; start += batchSize) {
    const batch = small.slice(start, start + batchSize);
    for (const [key, rows] of await countBatch(database, batch, context)) {
      counts[key] = { rows, exact: true, bytes: counts[key]?.bytes ?? 0 };
    }
  }
  return counts;
}

function keyOf(database: string, { schema, name }: Pick<UserTable, 'schema' | 'name'>): string {
  return `${database}/${schema}.${name}`;
}

/** Empty when it takes too long: then the estimates stay. */
async function countBatch(
  database: string,
  tables: readonly UserTable[],
  { copy, signal }: DrillCheckContext,
): Promise<[string, number][]> {
  const parts = tables.map(
    ({ schema, name }) =>
      `SELECT ${quoteLiteral(keyOf(database, { schema, name }))} AS key, count(*)::text AS rows
         FROM ${quoteIdentifier(schema)}.${quoteIdentifier(name)}`,
  );
  try {
    const rows = await queryRows<{ key: string; rows: string }>(copy.server, parts.join(' UNION ALL '), {
      database,
      timeoutMs: patienceMs,
      signal,
    });
    return rows.map((row) => [row.key, Number(row.rows)]);
  } catch (error) {
    if (!isFailure(error, 'timed-out')) throw error;
    return [];
  }
}
