import { type Connectable, queryRows, quoteLiteral } from '../../postgres/query.ts';
import type { PartitionFacts, RelationName, TableFacts } from './table-facts.ts';
import type { WantedTable } from './parse-table-name.ts';

/** A database of the copy or of the live server. */
export interface Side {
  readonly server: Connectable;
  readonly database: string;
  /** Database role; undefined: the one named like the owner. */
  readonly user: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Which tables are looked for. */
export type TableChoice =
  | { readonly by: 'name'; readonly table: WantedTable }
  | { readonly by: 'schema'; readonly schema: string };

/**
 * Reads everything about tables from the catalog. Of a schema those that are no partitions; by a name without a schema
 * all of that name.
 *
 * @throws Failure of queryRows
 */
export async function readTables(side: Side, choice: TableChoice): Promise<TableFacts[]> {
  const { server, database, user, signal } = side;
  const rows = await queryRows<TableRow>(server, tableQuery(conditionOf(choice)), { database, user, signal });
  return rows.map((row) => ({
    ...row,
    columns: row.columns.map((column) => ({ ...column, identity: identityOf(column.identity) })),
    partitions: sortPartitions(row.partitions, row),
    partOf: row.partOf ?? undefined,
  }));
}

/** Whether there is a schema of that name. */
export async function hasSchema({ server, database, user, signal }: Side, schema: string): Promise<boolean> {
  const sql = `SELECT 1 AS one FROM pg_namespace WHERE nspname = ${quoteLiteral(schema)}`;
  return (await queryRows(server, sql, { database, user, signal })).length > 0;
}

type TableRow = Omit<TableFacts, 'columns' | 'partOf'> & {
  readonly columns: readonly (Omit<TableFacts['columns'][number], 'identity'> & {
    readonly identity: string;
  })[];
  readonly partOf: NonNullable<TableFacts['partOf']> | null;
};

function identityOf(letter: string): 'always' | 'default' | undefined {
  return letter === 'a' ? 'always' : letter === 'd' ? 'default' : undefined;
}

/** Parents before children. */
function sortPartitions(partitions: readonly PartitionFacts[], root: RelationName): PartitionFacts[] {
  const below = (parent: RelationName): PartitionFacts[] =>
    partitions
      .filter((one) => one.parent.schema === parent.schema && one.parent.name === parent.name)
      .flatMap((one) => [one, ...below(one)]);
  return below(root);
}

function conditionOf(choice: TableChoice): string {
  if (choice.by === 'schema') {
    return `n.nspname = ${quoteLiteral(choice.schema)} AND c.relkind IN ('r', 'p') AND NOT c.relispartition`;
  }
  const { schema, name } = choice.table;
  const inSchema =
    schema === undefined
      ? `n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'`
      : `n.nspname = ${quoteLiteral(schema)}`;
  return `${inSchema} AND c.relname = ${quoteLiteral(name)} AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')`;
}

const nameOf = (relation: string): string =>
  `(SELECT json_build_object('schema', xn.nspname, 'name', x.relname) FROM pg_class x
     JOIN pg_namespace xn ON xn.oid = x.relnamespace WHERE x.oid = ${relation})`;

const columnsOf = (numbers: string, relation: string): string =>
  `(SELECT json_agg(xa.attname ORDER BY xk.ordinality) FROM unnest(${numbers}) WITH ORDINALITY xk(number, ordinality)
     JOIN pg_attribute xa ON xa.attrelid = ${relation} AND xa.attnum = xk.number)`;

/** The table and what it is a partition of. */
const above = `SELECT c.oid AS oid UNION ALL
     SELECT h.inhparent FROM pg_inherits h JOIN above ON h.inhrelid = above.oid WHERE c.relispartition`;

/** The table and its partitions. */
const below = `SELECT c.oid AS oid UNION ALL
     SELECT h.inhrelid FROM pg_inherits h JOIN below ON h.inhparent = below.oid WHERE c.relkind = 'p'`;

/**
 * The table with what it is a partition of, and its partitions: a foreign key to one of them leads to rows of the others.
 * Not with heirs, whose rows no foreign key to their parent reaches:
 * https://www.postgresql.org/docs/current/ddl-inherit.html#DDL-INHERIT-CAVEATS
 */
const kin = `WITH RECURSIVE above AS (${above}),
   below AS (${below})
   SELECT oid FROM above UNION SELECT oid FROM below`;

const foreignKeys = (condition: string): string =>
  `(SELECT coalesce(json_agg(json_build_object('name', f.conname, 'from', ${nameOf('f.conrelid')},
      'to', ${nameOf('f.confrelid')}, 'columns', ${columnsOf('f.conkey', 'f.conrelid')},
      'toColumns', ${columnsOf('f.confkey', 'f.confrelid')}, 'deferrable', f.condeferrable,
      'onDelete', f.confdeltype, 'onUpdate', f.confupdtype, 'definition', pg_get_constraintdef(f.oid))
      ORDER BY f.conname), '[]')
    FROM pg_constraint f WHERE f.contype = 'f' AND f.conparentid = 0 AND ${condition})`;

/**
 * Up to version 14 the triggers that a partition has from its root are internal ones, as those of foreign keys and
 * deferrable unique keys are, and only a superuser switches them.
 *
 * @see https://git.postgresql.org/gitweb/?p=postgresql.git;a=blob;f=src/bin/pg_dump/pg_dump.c (getTriggers)
 */
const isOfUsers = `(NOT g.tgisinternal OR NOT EXISTS (
      SELECT 1 FROM pg_constraint x WHERE x.oid = g.tgconstraint AND x.contype <> 't'))`;

/** The modifiers of a domain are those of the type that it is made of; of nested domains only the innermost has some. */
const bareType = `(WITH RECURSIVE made AS (SELECT a.atttypid AS oid, a.atttypmod AS modifiers UNION ALL
        SELECT y.typbasetype, y.typtypmod FROM made JOIN pg_type y ON y.oid = made.oid AND y.typtype = 'd')
      SELECT format_type(made.oid, made.modifiers) FROM made JOIN pg_type y ON y.oid = made.oid AND y.typtype <> 'd')`;

/**
 * Columns that older versions do not have (attgenerated: 12, attidentity: 10) are read through JSON, which leaves them
 * out. pg_inherits holds partitions and heirs: https://www.postgresql.org/docs/current/catalog-pg-inherits.html
 */
function tableQuery(condition: string): string {
  return `SELECT n.nspname AS schema, c.relname AS name, c.relkind AS kind, c.relpersistence AS persistence,
  c.relhasrules AS "hasRules",
  (SELECT coalesce(json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
      'bareType', ${bareType}, 'baseType', t.typname, 'notNull', a.attnotnull, 'hasDefault', a.atthasdef,
      'identity', coalesce(to_jsonb(a) ->> 'attidentity', ''),
      'generated', coalesce(to_jsonb(a) ->> 'attgenerated', '') <> '') ORDER BY a.attnum), '[]')
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
  (SELECT coalesce(json_agg(k.names ORDER BY k.first DESC, k.width, k.names::text), '[]') FROM (
    SELECT i.indisprimary AS first, i.indnkeyatts AS width, json_agg(a.attname ORDER BY x.ordinality) AS names
    FROM pg_index i CROSS JOIN unnest(i.indkey::int2[]) WITH ORDINALITY x(number, ordinality)
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = x.number
    WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
      AND x.ordinality <= i.indnkeyatts
    GROUP BY i.indexrelid, i.indisprimary, i.indnkeyatts HAVING bool_and(a.attnotnull)) k) AS keys,
  (WITH RECURSIVE below AS (${below})
   SELECT count(*) FROM pg_index i JOIN below ON i.indrelid = below.oid WHERE (i.indisunique OR i.indisexclusion)
     AND (i.indrelid = c.oid OR NOT EXISTS (SELECT 1 FROM pg_inherits h WHERE h.inhrelid = i.indexrelid)))::int AS "uniqueIndexes",
  ${foreignKeys('f.conrelid = c.oid')} AS "foreignKeys",
  ${foreignKeys(`f.confrelid IN (${kin})`)} AS "referredBy",
  (WITH RECURSIVE tree AS (SELECT c.oid AS oid, 0 AS depth UNION ALL
     SELECT h.inhrelid, tree.depth + 1 FROM pg_inherits h JOIN tree ON h.inhparent = tree.oid WHERE c.relkind = 'p')
   SELECT coalesce(json_agg(json_build_object('name', g.tgname, 'table', ${nameOf('g.tgrelid')},
      'state', g.tgenabled) ORDER BY tree.depth, g.tgrelid, g.tgname), '[]')
   FROM pg_trigger g JOIN tree ON g.tgrelid = tree.oid WHERE ${isOfUsers}) AS triggers,
  (SELECT coalesce(json_agg(json_build_object('schema', sn.nspname, 'name', s.relname, 'column', a.attname,
      'increment', q.seqincrement) ORDER BY s.oid), '[]')
    FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
    JOIN pg_namespace sn ON sn.oid = s.relnamespace JOIN pg_sequence q ON q.seqrelid = s.oid
    JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
      AND d.refobjid IN (WITH RECURSIVE above AS (${above}) SELECT oid FROM above)
      AND d.deptype IN ('a', 'i')) AS sequences,
  (WITH RECURSIVE tree AS (SELECT h.inhrelid AS oid, h.inhparent AS parent FROM pg_inherits h
       WHERE c.relkind = 'p' AND h.inhparent = c.oid
     UNION ALL SELECT h.inhrelid, h.inhparent FROM pg_inherits h JOIN tree ON h.inhparent = tree.oid)
   SELECT coalesce(json_agg(json_build_object('schema', pn.nspname, 'name', p.relname, 'parent', ${nameOf('tree.parent')},
      'bound', pg_get_expr(p.relpartbound, p.oid), 'partitionedBy', pg_get_partkeydef(p.oid),
      'owner', pg_get_userbyid(p.relowner)) ORDER BY p.relname), '[]')
   FROM tree JOIN pg_class p ON p.oid = tree.oid JOIN pg_namespace pn ON pn.oid = p.relnamespace) AS partitions,
  (SELECT coalesce(json_agg(${nameOf('h.inhrelid')}), '[]') FROM pg_inherits h
    WHERE h.inhparent = c.oid AND c.relkind = 'r') AS heirs,
  CASE WHEN c.relispartition THEN
    (WITH RECURSIVE up AS (SELECT h.inhparent AS oid, 1 AS depth FROM pg_inherits h WHERE h.inhrelid = c.oid
       UNION ALL SELECT h.inhparent, up.depth + 1 FROM pg_inherits h JOIN up ON h.inhrelid = up.oid)
     SELECT json_build_object('root', ${nameOf('up.oid')},
        'hasIdentity', current_setting('server_version_num')::int >= 170000, 'constraint', pg_get_partition_constraintdef(c.oid),
        'chain', (SELECT json_agg(json_build_object('schema', pn.nspname, 'name', p.relname,
          'parent', (SELECT ${nameOf('h.inhparent')} FROM pg_inherits h WHERE h.inhrelid = p.oid),
          'bound', pg_get_expr(p.relpartbound, p.oid), 'partitionedBy', pg_get_partkeydef(p.oid),
          'owner', pg_get_userbyid(p.relowner)) ORDER BY self.depth DESC)
          FROM (SELECT c.oid, 0 AS depth UNION ALL SELECT up.oid, up.depth FROM up) self JOIN pg_class p ON p.oid = self.oid
          JOIN pg_namespace pn ON pn.oid = p.relnamespace WHERE p.relispartition))
     FROM up WHERE NOT EXISTS (SELECT 1 FROM pg_inherits h WHERE h.inhrelid = up.oid)) END AS "partOf"
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${condition}
  ORDER BY n.nspname, c.relname`;
}
