import { queryRows, quoteIdentifier, quoteLiteral } from '../../postgres/query.ts';
import { quoteName } from './match-table.ts';
import type { Side } from './read-tables.ts';
import { type RelationName, showName, type TableFacts } from './table-facts.ts';

/** Something that went with a dropped table and does not come back with it. */
export interface LostDependent {
  readonly kind: 'foreign key' | 'view';
  readonly name: string;
  /** What makes it again. */
  readonly statement: string;
}

/**
 * What depended on tables that are gone, in the copy, and is gone too: foreign keys of other tables and views. They
 * belong to others, who may have made new ones since; so they are told with their statements and not made.
 *
 * @param made what comes back: not told
 */
export async function findDependents(
  sides: { readonly copy: Side; readonly live: Side },
  tables: readonly TableFacts[],
  made: { readonly tables: readonly RelationName[]; readonly schemas: readonly string[] },
): Promise<LostDependent[]> {
  if (tables.length === 0) return [];
  const isMade = (name: RelationName): boolean =>
    made.schemas.includes(name.schema) || made.tables.some((one) => showName(one) === showName(name));
  const keys = tables
    .flatMap(({ referredBy }) => referredBy)
    // Those to the root of a partition need the root.
    .filter(({ from, to }) => !isMade(from) && isMade(to));
  const foundKeys = await Promise.all(
    keys.map(async (key): Promise<LostDependent[]> => {
      const isThere = await exists(
        sides.live,
        `SELECT 1 AS one FROM pg_constraint WHERE conname = ${quoteLiteral(key.name)}
           AND conrelid = to_regclass(${quoteLiteral(quoteName(key.from))})`,
      );
      const isTable = await exists(
        sides.live,
        `SELECT 1 AS one WHERE to_regclass(${quoteLiteral(quoteName(key.from))}) IS NOT NULL`,
      );
      if (isThere || !isTable) return [];
      const statement = `ALTER TABLE ${quoteName(key.from)} ADD CONSTRAINT ${quoteIdentifier(key.name)} ${key.definition};`;
      return [{ kind: 'foreign key', name: `${showName(key.from)}.${key.name}`, statement }];
    }),
  );
  const views = (await readViews(sides.copy, tables)).filter((view) => !isMade(view));
  const lost: LostDependent[] = [];
  for (const view of views) {
    if (
      await exists(
        sides.live,
        `SELECT 1 AS one WHERE to_regclass(${quoteLiteral(quoteName(view))}) IS NOT NULL`,
      )
    )
      continue;
    const kind = view.kind === 'm' ? 'MATERIALIZED VIEW' : 'VIEW';
    lost.push({
      kind: 'view',
      name: showName(view),
      statement: `CREATE ${kind} ${quoteName(view)} AS\n${view.definition.trim()}`,
    });
  }
  return [...foundKeys.flat(), ...lost];
}

async function exists({ server, database, user, signal }: Side, sql: string): Promise<boolean> {
  return (await queryRows(server, sql, { database, user, signal })).length > 0;
}

interface View extends RelationName {
  readonly kind: string;
  readonly definition: string;
}

/** Views of these tables, and views of those views, in the order in which they can be made. */
function readViews({ server, database, user, signal }: Side, tables: readonly TableFacts[]): Promise<View[]> {
  const names = tables.map((table) => `to_regclass(${quoteLiteral(quoteName(table))})`).join(', ');
  return queryRows<View>(
    server,
    `SELECT n.nspname AS schema, c.relname AS name, c.relkind AS kind, pg_get_viewdef(c.oid) AS definition
     FROM (WITH RECURSIVE found AS (SELECT unnest(ARRAY[${names}]::oid[]) AS oid, 0 AS depth
         UNION SELECT r.ev_class, found.depth + 1 FROM found JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass
           AND d.refobjid = found.oid AND d.classid = 'pg_rewrite'::regclass
         JOIN pg_rewrite r ON r.oid = d.objid AND r.ev_class <> found.oid WHERE found.depth < 50)
       SELECT oid, max(depth) AS depth FROM found GROUP BY oid) v
     JOIN pg_class c ON c.oid = v.oid AND c.relkind IN ('v', 'm') JOIN pg_namespace n ON n.oid = c.relnamespace
     ORDER BY v.depth, n.nspname, c.relname`,
    { database, user, signal },
  );
}
