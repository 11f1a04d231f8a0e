import { quoteIdentifier } from '../../postgres/query.ts';
import type { KeyOrder } from './merge-rows.ts';
import {
  type ColumnFacts,
  type PartitionFacts,
  type RelationName,
  showName,
  type TableFacts,
} from './table-facts.ts';

/** A column that both sides have. */
export interface CommonColumn {
  /** As the live table has it now. */
  readonly live: ColumnFacts;
  /** As it was, where it was of another type then: its values are turned into those of today's type. */
  readonly typeThen: string | undefined;
}

/** A table that is there: its rows are compared. */
export interface ComparedTable {
  readonly kind: 'compare';
  /** As it was named. */
  readonly shown: string;
  /** The live table that rows go into: the root where a partition is gone. */
  readonly target: TableFacts;
  /** `FROM …` with the alias `t`, ready for `SELECT`. */
  readonly copyFrom: string;
  readonly liveFrom: string;
  /** The key that rows are known by; undefined: only whole rows can be compared. */
  readonly key: readonly string[] | undefined;
  readonly keyOrders: readonly KeyOrder[];
  /** The key first. */
  readonly common: readonly CommonColumn[];
  /** Columns that only the live table has. */
  readonly extras: readonly ColumnFacts[];
  /** Partitions that are gone and must be made again before rows go into them. */
  readonly partitions: readonly PartitionFacts[];
  readonly notes: readonly string[];
}

/** A table that is gone: it comes back whole. */
export interface CreatedTable {
  readonly kind: 'create';
  readonly shown: string;
  readonly table: TableFacts;
  /** Its partitions, which are gone too. */
  readonly parts: readonly RelationName[];
  readonly notes: readonly string[];
}

export interface RefusedTable {
  readonly kind: 'refuse';
  readonly shown: string;
  readonly problem: string;
}

export type RescueItem = ComparedTable | CreatedTable | RefusedTable;

/** What is known of one table on both sides. */
export interface TablePair {
  readonly copy: TableFacts;
  /** What has its name now. */
  readonly live: TableFacts | undefined;
  /** Where it is a partition: what has the name of its root now. */
  readonly liveRoot: TableFacts | undefined;
  /** Names of its partitions that are gone as partitions and there as tables of their own. */
  readonly detached: readonly string[];
}

/** Decides what is done about one table. */
export function matchTable({ copy, live, liveRoot, detached }: TablePair): RescueItem {
  const shown = showName(copy);
  const refuse = (problem: string): RefusedTable => ({ kind: 'refuse', shown, problem });
  if (copy.kind !== 'r' && copy.kind !== 'p')
    return refuse('it was no table but a view, sequence or foreign table');
  if (copy.persistence === 'u')
    return refuse('it was unlogged: no backup has its rows, a restore finds it empty');
  const target = live ?? liveRoot;
  if (target === undefined) {
    return { kind: 'create', shown, table: copy, parts: copy.partitions, notes: [] };
  }
  if (target.kind !== 'r' && target.kind !== 'p')
    return refuse(`what has the name ${showName(target)} now is no table`);
  if (live !== undefined && live.kind !== copy.kind)
    return refuse(
      'it was partitioned then and is not now, or the other way round: rescue it with --into-schema',
    );
  if (target.hasRules)
    return refuse('it has rewrite rules, under which rows go elsewhere: rescue it with --into-schema');
  if (detached.length > 0) {
    return refuse(
      `${detached.join(', ')} was detached from it since: attach it again, or rescue that table by its own name`,
    );
  }
  return compareTables(copy, target, live === undefined);
}

function compareTables(copy: TableFacts, target: TableFacts, isLostPart: boolean): ComparedTable {
  const key = chooseKey(copy, target);
  const mapped = mapColumns(copy, target, key ?? []);
  const there = new Set(target.partitions.map(showName));
  const own = isLostPart ? (copy.partOf?.chain ?? []) : [];
  const lost: readonly PartitionFacts[] = [...own, ...copy.partitions];
  return {
    kind: 'compare',
    shown: showName(copy),
    target,
    copyFrom: fromOf(copy),
    liveFrom: isLostPart ? `${fromOf(target)} WHERE (${copy.partOf?.constraint ?? 'true'})` : fromOf(target),
    key,
    keyOrders: mapped.common
      .slice(0, key === undefined ? undefined : key.length)
      .map(({ live, typeThen }) => orderOf(live, key !== undefined && typeThen === undefined)),
    common: mapped.common,
    extras: mapped.extras,
    partitions: lost.filter((one) => !there.has(showName(one))),
    notes: [
      ...(key === undefined
        ? [
            'it has no key without NULLs: whole rows were compared, so that a changed row is a missing and a new one',
          ]
        : []),
      ...mapped.notes,
      ...target.heirs.map(
        (heir) =>
          `the rows of ${showName(heir)}, which inherits from it, are not its own: name that table too`,
      ),
    ],
  };
}

/** `t` is a row. ONLY: heirs are tables of their own. */
function fromOf(table: TableFacts): string {
  return `FROM ${table.kind === 'r' ? 'ONLY ' : ''}${quoteName(table)} AS t`;
}

/** A name as SQL takes it, whatever is in it. */
export function quoteName({ schema, name }: RelationName): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}

/** A key that both have; a row known by it then is the same row now. */
function chooseKey(copy: TableFacts, live: TableFacts): readonly string[] | undefined {
  const isThere = (name: string): boolean =>
    live.columns.some((column) => column.name === name && !column.generated);
  const same = (one: readonly string[], other: readonly string[]): boolean =>
    one.length === other.length && one.every((name) => other.includes(name));
  return live.keys.find((key) => key.every(isThere) && copy.keys.some((other) => same(key, other)));
}

function orderOf(column: ColumnFacts, asNumber: boolean): KeyOrder {
  return asNumber && ['int2', 'int4', 'int8'].includes(column.baseType) ? 'integer' : 'text';
}

function mapColumns(
  copy: TableFacts,
  live: TableFacts,
  key: readonly string[],
): { common: CommonColumn[]; extras: ColumnFacts[]; notes: string[] } {
  const then = new Map(copy.columns.map((column) => [column.name, column]));
  const stored = live.columns.filter(({ generated }) => !generated);
  const rank = ({ name }: ColumnFacts): number => (key.includes(name) ? key.indexOf(name) : key.length);
  const common = stored
    .filter(({ name }) => then.has(name))
    .toSorted((a, b) => rank(a) - rank(b))
    .map((column): CommonColumn => {
      const type = then.get(column.name)?.type;
      return { live: column, typeThen: type === column.type ? undefined : type };
    });
  const extras = stored.filter(({ name }) => !then.has(name));
  const gone = copy.columns.filter(({ name }) => !live.columns.some((column) => column.name === name));
  return {
    common,
    extras,
    notes: [
      ...gone.map(
        ({ name }) => `column ${name} is gone: its values are brought back only with --into-schema`,
      ),
      ...extras.map(
        ({ name }) =>
          `column ${name} came since: a row that is missing gets its default, a changed row keeps what it has`,
      ),
      ...common.flatMap(({ live: { name, type }, typeThen }) =>
        typeThen === undefined
          ? []
          : [`column ${name} was ${typeThen} and is ${type}: its values are turned into that`],
      ),
    ],
  };
}

/** Columns that came since and take neither NULL nor a default: a missing row cannot be inserted. */
export function columnsWithoutValue({ extras }: ComparedTable): readonly string[] {
  return extras
    .filter(({ notNull, hasDefault, identity }) => notNull && !hasDefault && identity === undefined)
    .map(({ name }) => name);
}

/** The value of a column on the side of the copy, in the type that it has now. */
export function copyValue({ live, typeThen }: CommonColumn): string {
  const column = `t.${quoteIdentifier(live.name)}`;
  return typeThen === undefined ? column : `(${column})::${live.type}`;
}

/**
 * The query for the rows of one side, in the order in which they are merged: numbers as numbers, which an index may
 * give, all else by the bytes of its text, which every locale orders alike. textsend gives the bytes as they are sent.
 */
export function rowsQuery(table: ComparedTable, side: 'copy' | 'live', where: string | undefined): string {
  const common = table.common.map((column) =>
    side === 'copy' ? copyValue(column) : `t.${quoteIdentifier(column.live.name)}`,
  );
  const extras = side === 'live' ? table.extras.map(({ name }) => `t.${quoteIdentifier(name)}`) : [];
  const flag = where === undefined ? 'true' : `((${where}\n) IS TRUE)`;
  const order = table.keyOrders.map((kind, index) => {
    const value = common[index] ?? 'NULL';
    return kind === 'integer' ? value : `num_nulls(${value}), textsend(format('%s', ${value}))`;
  });
  const ordered = order.length === 0 ? '' : ` ORDER BY ${order.join(', ')}`;
  const from = side === 'copy' ? table.copyFrom : table.liveFrom;
  return `SELECT ${[flag, ...common, ...extras].join(', ')} ${from}${ordered}`;
}
