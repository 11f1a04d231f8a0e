import { quoteIdentifier } from '../../postgres/query.ts';
import { type ComparedTable, quoteName } from './match-table.ts';
import type { RowDifference } from './merge-rows.ts';
import { nullField } from './copy-text.ts';
import { kinOf } from './find-references.ts';
import { type ColumnFacts, type ForeignKeyFacts, showName } from './table-facts.ts';

/** Forward: what the copy had is put in. Back: what was overwritten is. */
export type Direction = 'forward' | 'back';

/** How many rows are inserted, updated and deleted. */
export interface StagedCounts {
  readonly inserts: number;
  readonly updates: number;
  readonly deletes: number;
}

/** Rows to be applied to one table. They are staged in a temporary table that holds new and old values. */
export interface StagedTable {
  readonly table: ComparedTable;
  /** From 1; names the temporary table. */
  readonly number: number;
  readonly counts: StagedCounts;
  readonly direction: Direction;
  /** Triggers may have changed what was put in: on the way back rows are known by their key alone. */
  readonly byKeyOnly: boolean;
}

/** SQLSTATE of the errors that the scripts raise themselves: rows are not what they were. */
export const changedMeanwhile = 'HF001';
/** SQLSTATE: other rows, which are not saved, would be deleted or changed along. */
export const wouldTakeMore = 'HF002';

/** The lines of the staged rows. @param own columns of the live table; the first `common` of them both sides have */
export function stageLine(
  difference: RowDifference,
  direction: Direction,
  { common, own }: { readonly common: number; readonly own: number },
): string {
  const none = (count: number): string[] => Array.from({ length: count }, () => nullField);
  const forward = direction === 'forward';
  const line = (action: string, now: readonly string[], before: readonly string[]): string =>
    `${[action, ...now, ...none(own - now.length), ...before, ...none(own - before.length)].join('\t')}\n`;
  switch (difference.kind) {
    case 'missing':
      return forward ? line('i', difference.was.fields, []) : line('d', [], difference.was.fields);
    case 'new':
      return forward ? line('d', [], difference.is.fields) : line('i', difference.is.fields, []);
    case 'changed': {
      const [was, is] = [difference.was.fields, difference.is.fields];
      return forward ? line('u', was, is) : line('u', is, [...was, ...is.slice(common)]);
    }
  }
}

const stageName = ({ number }: StagedTable): string => `pg_temp.holdfast_rescue_${number}`;
const columnsOf = (table: ComparedTable): readonly ColumnFacts[] => [
  ...table.common.map(({ live }) => live),
  ...table.extras,
];
const only = ({ table }: StagedTable): string =>
  `${table.target.kind === 'r' ? 'ONLY ' : ''}${quoteName(table.target)}`;

/**
 * The temporary table; the data follow as a COPY block. Unused columns hold NULL, which a domain may refuse; its checks
 * are made when rows go into the table.
 */
export function stageTableSql(staged: StagedTable): string {
  const columns = columnsOf(staged.table);
  const list = (letter: string): string[] =>
    columns.map(({ bareType }, index) => `${letter}${index} ${bareType}`);
  const name = stageName(staged);
  return `CREATE TEMPORARY TABLE ${name.slice('pg_temp.'.length)} (
  a "char", ${[...list('n'), ...list('o')].join(', ')}
) ON COMMIT DROP;
COPY ${name} FROM stdin;
`;
}

/** Behind the data: the planner knows nothing of a table that was just filled. */
export function stageEndSql(staged: StagedTable): string {
  return `\\.\nANALYZE ${stageName(staged)};\n`;
}

/**
 * Texts of columns as their types' output functions give them, NULL and '' told apart: format's %L quotes exactly those.
 * At most 80 in one call: a function takes 100 arguments.
 */
function texts(columns: readonly string[]): string[] {
  const result: string[] = [];
  for (let index = 0; index < columns.length; index += 80) {
    const some = columns.slice(index, index + 80);
    result.push(`format('${some.map(() => '%L').join(' ')}', ${some.join(', ')})`);
  }
  return result;
}

function sameTexts(left: readonly string[], right: readonly string[]): string {
  const rights = texts(right);
  return texts(left)
    .map((text, index) => `${text} = ${rights[index]}`)
    .join(' AND ');
}

/** Columns whose values are known before: of rows that got defaults only the common ones. */
function checkedColumns({ table, direction, byKeyOnly }: StagedTable, action: 'u' | 'd'): readonly string[] {
  const all = columnsOf(table).map(({ name }) => name);
  if (byKeyOnly && table.key !== undefined) return table.key;
  return direction === 'back' && action === 'd' ? all.slice(0, table.common.length) : all;
}

/** The live row is the one that was compared. */
function isAsCompared(staged: StagedTable, action: 'u' | 'd'): string {
  const checked = checkedColumns(staged, action);
  const live = checked.map((name) => `t.${quoteIdentifier(name)}`);
  return sameTexts(
    live,
    checked.map((_name, index) => `s.o${index}`),
  );
}

function byKey({ table }: StagedTable, letter: 'n' | 'o', row = 't'): string {
  return (table.key ?? [])
    .map((name, index) => `${row}.${quoteIdentifier(name)} = s.${letter}${index}`)
    .join(' AND ');
}

/** Runs a statement and sees that it did as many rows as it should. */
function counted(statement: string, expected: number, problem: string): string {
  return block(`  ${statement};
  GET DIAGNOSTICS holdfast_count = ROW_COUNT;
  IF holdfast_count <> ${expected} THEN
    ${raise(problem, changedMeanwhile, `holdfast_count, ${expected}`)}
  END IF;`);
}

/** @param problem `%` stand for the values */
function raise(problem: string, sqlState: string, values = ''): string {
  const text = `'${problem.replaceAll("'", "''")}'`;
  return `RAISE EXCEPTION ${text}${values === '' ? '' : `, ${values}`} USING ERRCODE = '${sqlState}';`;
}

/** An anonymous block whose dollar quotes no name in it can end. */
export function block(body: string): string {
  let tag = '$holdfast$';
  for (let count = 1; body.includes(tag); count += 1) tag = `$holdfast${count}$`;
  return `DO ${tag}
#variable_conflict use_column
DECLARE holdfast_count bigint;
BEGIN
${body}
END ${tag};
`;
}

/** A name within the text of RAISE, where `%` stands for a value. */
const told = ({ table }: StagedTable): string => showName(table.target).replaceAll('%', '%%');

/** Inserts the rows that are missing. Generated columns compute themselves, identity columns get what they had. */
export function insertSql(staged: StagedTable): string {
  const { table, counts, direction } = staged;
  if (counts.inserts === 0) return '';
  const columns = columnsOf(table).slice(0, direction === 'forward' ? table.common.length : undefined);
  const names = columns.map(({ name }) => quoteIdentifier(name)).join(', ');
  const values = columns.map((_column, index) => `s.n${index}`).join(', ');
  return counted(
    `INSERT INTO ${quoteName(table.target)} (${names}) OVERRIDING SYSTEM VALUE
    SELECT ${values} FROM ${stageName(staged)} s WHERE s.a = 'i'`,
    counts.inserts,
    `% of % rows went into ${told(staged)}: something holds the others back, a trigger perhaps`,
  );
}

/** Updates rows that are still what was compared; one that is not ends everything. */
export function updateSql(staged: StagedTable): string {
  const { table, counts } = staged;
  if (counts.updates === 0) return '';
  const keys = table.key?.length ?? 0;
  const sets = table.common
    .map(({ live }, index) => `${quoteIdentifier(live.name)} = s.n${index}`)
    .slice(keys)
    .join(', ');
  return `${guardUpdates(staged)}${counted(
    `UPDATE ${only(staged)} AS t SET ${sets} FROM ${stageName(staged)} s
    WHERE s.a = 'u' AND ${byKey(staged, 'o')} AND ${isAsCompared(staged, 'u')}`,
    counts.updates,
    `only % of % rows of ${told(staged)} are still what they were when they were compared`,
  )}`;
}

/** Deletes rows that are still what was compared. Without a key as many of equal rows as were counted. */
export function deleteSql(staged: StagedTable): string {
  const { table, counts } = staged;
  if (counts.deletes === 0) return '';
  const stage = stageName(staged);
  const checked = checkedColumns(staged, 'd');
  const live = texts(checked.map((name) => `t.${quoteIdentifier(name)}`)).join(', ');
  const old = texts(checked.map((_name, index) => `s.o${index}`)).join(', ');
  const statement =
    table.key === undefined
      ? `DELETE FROM ${only(staged)} AS t USING (
      SELECT t.tableoid AS part, t.ctid AS place, ARRAY[${live}] AS row, row_number() OVER (PARTITION BY ${live}) AS number
      FROM ${only(staged)} AS t) l, (
      SELECT ARRAY[${old}] AS row, row_number() OVER (PARTITION BY ${old}) AS number FROM ${stage} s WHERE s.a = 'd') d
    WHERE l.row = d.row AND l.number = d.number AND t.tableoid = l.part AND t.ctid = l.place`
      : `DELETE FROM ${only(staged)} AS t USING ${stage} s
    WHERE s.a = 'd' AND ${byKey(staged, 'o')} AND ${isAsCompared(staged, 'd')}`;
  return `${guardDeletes(staged)}${counted(
    statement,
    counts.deletes,
    `only % of % rows of ${told(staged)} that would be deleted are still what they were`,
  )}`;
}

/** pg_constraint.confdeltype and confupdtype that change other rows: cascade, set null, set default. */
const takesAlong = new Set(['c', 'n', 'd']);

/** Rows that refer to a deleted one and would be deleted or changed with it are saved nowhere: then nothing is done. */
function guardDeletes(staged: StagedTable): string {
  return staged.table.target.referredBy
    .filter(({ onDelete }) => takesAlong.has(onDelete))
    .map((foreignKey) => guard(staged, foreignKey, `s.a = 'd'`, 'deleted'))
    .join('');
}

function guardUpdates(staged: StagedTable): string {
  const { table } = staged;
  const keys = new Set(table.key);
  const indexOf = (name: string): number => table.common.findIndex(({ live }) => live.name === name);
  const isExtra = (name: string): boolean => table.extras.some((extra) => extra.name === name);
  return table.target.referredBy
    .filter(
      ({ onUpdate, toColumns }) => takesAlong.has(onUpdate) && toColumns.some((name) => !keys.has(name)),
    )
    .map((foreignKey) => {
      // What becomes of a generated column only the server knows: each row that is updated may move it.
      const moved = foreignKey.toColumns.some((name) => indexOf(name) < 0 && !isExtra(name))
        ? ['true']
        : foreignKey.toColumns
            .filter((name) => indexOf(name) >= 0)
            .map((name) => `s.n${indexOf(name)} IS DISTINCT FROM s.o${indexOf(name)}`);
      return moved.length === 0
        ? ''
        : guard(staged, foreignKey, `s.a = 'u' AND (${moved.join(' OR ')})`, 'changed');
    })
    .join('');
}

function guard(staged: StagedTable, foreignKey: ForeignKeyFacts, which: string, what: string): string {
  const { table } = staged;
  const staging = table.common.map(({ live }) => live.name);
  // From the row itself: generated columns, and on the way back those that came since, are not staged. Without a key, by
  // which the row is found, any value is taken for theirs.
  const on = foreignKey.columns.map((name, index) => {
    const column = `t.${quoteIdentifier(name)}`;
    const to = foreignKey.toColumns[index] ?? '';
    if (table.key !== undefined) return `${column} = r.${quoteIdentifier(to)}`;
    return staging.includes(to) ? `${column} = s.o${staging.indexOf(to)}` : `${column} IS NOT NULL`;
  });
  const found = table.key === undefined ? '' : ` JOIN ${only(staged)} r ON ${byKey(staged, 'o', 'r')}`;
  const isOwn = kinOf(table.target).has(showName(foreignKey.from)) && table.key !== undefined;
  // By its place: what is the key of a partition need not be one of the whole table.
  const others = isOwn
    ? ` AND NOT EXISTS (SELECT 1 FROM ${only(staged)} w, ${stageName(staged)} x WHERE x.a = 'd'
        AND w.tableoid = t.tableoid AND w.ctid = t.ctid AND ${table.key
          ?.map((name, index) => `w.${quoteIdentifier(name)} = x.o${index}`)
          .join(' AND ')})`
    : '';
  const from = showName(foreignKey.from).replaceAll('%', '%%');
  // A row that leads here and is not committed yet cannot be seen, and would go along once it is.
  const lock = `LOCK TABLE ${quoteName(foreignKey.from)} IN SHARE ROW EXCLUSIVE MODE;\n`;
  return `${lock}${block(`  IF EXISTS (SELECT 1 FROM ${quoteName(foreignKey.from)} t, ${stageName(staged)} s${found}
    WHERE ${which} AND ${on.join(' AND ')}${others}) THEN
    ${raise(`rows of ${from} refer to rows of ${told(staged)} that would be ${what}, and would go along unsaved`, wouldTakeMore)}
  END IF;`)}`;
}

/** What was put in reads as it was in the copy: not rounded, cut or changed by anything. */
export function proveSql(staged: StagedTable): string {
  const { table, counts, direction } = staged;
  const expected = counts.inserts + counts.updates;
  if (expected === 0 || table.key === undefined) return '';
  const columns = columnsOf(table).slice(0, direction === 'forward' ? table.common.length : undefined);
  const same = sameTexts(
    columns.map(({ name }) => `t.${quoteIdentifier(name)}`),
    columns.map((_column, index) => `s.n${index}`),
  );
  return block(`  SELECT count(*) INTO holdfast_count FROM ${only(staged)} t, ${stageName(staged)} s
    WHERE s.a IN ('i', 'u') AND ${byKey(staged, 'n')} AND ${same};
  IF holdfast_count <> ${expected} THEN
    ${raise(`only % of % rows of ${told(staged)} read as they were written`, changedMeanwhile, `holdfast_count, ${expected}`)}
  END IF;`);
}
