import type { ComparedTable } from './match-table.ts';
import { type ForeignKeyFacts, showName, type TableFacts } from './table-facts.ts';

/** A foreign key between two of the tables: rows of `from` refer to rows of `to`. */
export interface TableReference {
  readonly from: TableFacts;
  readonly to: TableFacts;
  readonly key: ForeignKeyFacts;
}

/**
 * The foreign keys between tables. A partition has those of the tables above it, in both directions, and a partitioned
 * table holds rows that those of its partitions are about.
 *
 * @see https://www.postgresql.org/docs/current/ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE
 */
export function findReferences(tables: readonly ComparedTable[]): TableReference[] {
  const targets = tables.map(({ target }) => ({ table: target, names: kinOf(target) }));
  return targets.flatMap(({ table: to }) =>
    to.referredBy.flatMap((key) =>
      targets
        .filter(({ names }) => names.has(showName(key.from)))
        .map(({ table: from }) => ({ from, to, key })),
    ),
  );
}

/** Names of all tables that hold some of its rows: itself, those above it, and its partitions. */
export function kinOf(table: TableFacts): ReadonlySet<string> {
  const above = table.partOf === undefined ? [] : [table.partOf.root, ...table.partOf.chain];
  return new Set([table, ...above, ...table.partitions].map(showName));
}
