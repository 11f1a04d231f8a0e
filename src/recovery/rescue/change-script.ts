import { quoteIdentifier, quoteLiteral } from '../../postgres/query.ts';
import { quoteName } from './match-table.ts';
import { orderDeletes } from './order-deletes.ts';
import { exactTexts } from './row-stream.ts';
import {
  block,
  changedMeanwhile,
  deleteSql,
  type Direction,
  insertSql,
  proveSql,
  stageEndSql,
  type StagedTable,
  stageTableSql,
  updateSql,
  wouldTakeMore,
} from './table-change-sql.ts';
import {
  type ForeignKeyFacts,
  type PartitionFacts,
  type RelationName,
  showName,
  type TableFacts,
  type TriggerFacts,
} from './table-facts.ts';

/** A part of a script: text, or a file that is copied into it. */
export type ScriptPiece = { readonly text: string } | { readonly file: string };

/** Whether triggers of users run for the rows of the rescue. */
export type TriggerChoice = 'on' | 'off';

/** A table that comes back whole, with what tells whether it is still what came back. */
export interface CreatedRows {
  readonly name: RelationName;
  readonly rows: string;
  /** Sum of the hashes of its rows. */
  readonly hash: string;
}

/** Everything that a script is made of. */
export interface ScriptContent {
  readonly direction: Direction;
  /** Comment lines at the beginning. */
  readonly title: readonly string[];
  /** Tables referred to first; `rows` is the file of the staged rows. */
  readonly staged: readonly (StagedTable & { readonly rows: string })[];
  readonly triggers: TriggerChoice;
  /** Of circles, which no order of the tables can satisfy. */
  readonly circular: readonly ForeignKeyFacts[];
  /** Partitions that are made again. */
  readonly partitions: readonly PartitionFacts[];
  /** Definitions with the data, then what comes behind the data: indexes, constraints, triggers; then foreign keys. */
  readonly dump: readonly { readonly before: string; readonly after: string; readonly foreignKeys: string }[];
  readonly created: readonly CreatedRows[];
  /** Schemas that are made by the dump. */
  readonly schemas: readonly string[];
  /** Statements for large objects; undefined: there are none. */
  readonly largeObjects: string | undefined;
}

/** What a session needs so that texts are read as they were written. pg_dump's part changes some: they are set again. */
const settings = [
  `SET client_encoding = 'UTF8'`,
  'SET client_min_messages = warning',
  'SET statement_timeout = 0',
  // A lock that somebody holds for long must not make everybody queue behind us.
  `SET lock_timeout = '10s'`,
  ...exactTexts,
]
  .map((setting) => `${setting};\n`)
  .join('');

/** pg_dump sets these for its own part. */
const afterDump = [
  'RESET search_path',
  'RESET default_tablespace',
  'RESET default_table_access_method',
  'RESET check_function_bodies',
]
  .map((setting) => `${setting};\n`)
  .join('');

/**
 * The script as a whole: one transaction, for psql. What is referred to is inserted first and deleted last.
 */
export function changeScript(content: ScriptContent): ScriptPiece[] {
  const { direction, staged, dump, largeObjects } = content;
  const text = (...parts: readonly string[]): ScriptPiece => ({ text: parts.join('') });
  const { early, late, broken } = orderDeletes(staged);
  const waiting = fixedKeys([...content.circular, ...broken]);
  const forward = direction === 'forward';
  const file = (path: string | undefined): ScriptPiece[] => (path === undefined ? [] : [{ file: path }]);
  return [
    text(
      ...content.title.map((line) => `-- ${line.replaceAll(/[\r\n]+/g, ' ')}\n`),
      '\\set ON_ERROR_STOP on\nBEGIN;\n',
      settings,
    ),
    ...(forward ? dump.flatMap(({ before }) => [{ file: before }, text(afterDump, settings)]) : []),
    text(...(forward ? content.partitions.map(makePartition) : [])),
    ...staged.flatMap((one) => [text(stageTableSql(one)), { file: one.rows }, text(stageEndSql(one))]),
    text(
      ...staged.map(({ table }) => `LOCK TABLE ${quoteName(table.target)} IN SHARE ROW EXCLUSIVE MODE;\n`),
      ...switchOff(content, waiting),
      'SET CONSTRAINTS ALL DEFERRED;\n',
      ...early.map(deleteSql),
      ...staged.map(insertSql),
      ...staged.map(updateSql),
      ...late.map(deleteSql),
    ),
    ...file(largeObjects),
    text('SET CONSTRAINTS ALL IMMEDIATE;\n', ...switchOn(content, waiting)),
    ...(forward ? dump.flatMap(({ after }) => [{ file: after }, text(afterDump, settings)]) : []),
    // Behind the keys of all of them, to which they lead.
    ...(forward ? dump.flatMap(({ foreignKeys }) => [{ file: foreignKeys }, text(afterDump, settings)]) : []),
    text(
      ...(content.triggers === 'off' ? staged.map(proveSql) : []),
      ...(forward ? content.created.map((one) => proveCreated(one, 'has not all rows that it had')) : []),
      ...(forward ? staged.flatMap(moveSequences) : takeBack(content)),
      'COMMIT;\n',
    ),
  ];
}

/** `PARTITION OF` makes its indexes, keys and triggers as the root has them. */
function makePartition(partition: PartitionFacts): string {
  const { parent, bound, partitionedBy, owner } = partition;
  const further = partitionedBy === null ? '' : ` PARTITION BY ${partitionedBy}`;
  return `CREATE TABLE ${quoteName(partition)} PARTITION OF ${quoteName(parent)} ${bound}${further};
ALTER TABLE ${quoteName(partition)} OWNER TO ${quoteIdentifier(owner)};
`;
}

/** Triggers that run: `O` on, `A` always. Those of replicas do not run here. */
const isRunning = ({ state }: TriggerFacts): boolean => state === 'O' || state === 'A';

const triggersOf = (content: ScriptContent): readonly (readonly TriggerFacts[])[] =>
  content.triggers === 'on' ? [] : content.staged.map(({ table }) => table.target.triggers);

/** By pg_trigger.tgenabled: https://www.postgresql.org/docs/current/catalog-pg-trigger.html */
const writtenStates: Readonly<Record<string, string>> = {
  O: 'ENABLE',
  A: 'ENABLE ALWAYS',
  R: 'ENABLE REPLICA',
  D: 'DISABLE',
};

/**
 * To switch a trigger of a partitioned table switches those of its partitions, whatever their state was. So all of that
 * name are written, also those that did not run, and partitions after what is above them.
 *
 * @see https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-DISABLE-ENABLE-TRIGGER
 */
function switchTriggersOn(content: ScriptContent): string[] {
  return triggersOf(content).flatMap((triggers) => {
    const switched = new Set(triggers.filter(isRunning).map(({ name }) => name));
    return triggers
      .filter(({ name }) => switched.has(name))
      .map((trigger) => switchTrigger(trigger, trigger.state));
  });
}

const switchTrigger = ({ table, name }: TriggerFacts, state: string): string =>
  `ALTER TABLE ${quoteName(table)} ${writtenStates[state] ?? 'ENABLE'} TRIGGER ${quoteIdentifier(name)};\n`;

/**
 * Partitions have the identity columns of their root, and it changes those of all of them.
 *
 * @see https://www.postgresql.org/docs/17/release-17.html (Allow partitioned tables to have identity columns)
 */
const identityOwner = (table: TableFacts): RelationName =>
  table.partOf?.hasIdentity === true ? table.partOf.root : table;

/** GENERATED ALWAYS takes a value in INSERT (OVERRIDING SYSTEM VALUE), never in UPDATE. */
const fixedIdentities = (content: ScriptContent): string[][] =>
  content.staged.flatMap(({ table, counts }) =>
    counts.updates === 0
      ? []
      : table.common
          .filter(({ live }) => live.identity === 'always' && table.key?.includes(live.name) !== true)
          .map(({ live }) => [quoteName(identityOwner(table.target)), quoteIdentifier(live.name)]),
  );

/** Not session_replication_role: that needs a superuser, and leaves foreign keys unchecked too. */
function switchOff(content: ScriptContent, waiting: readonly ForeignKeyFacts[]): string[] {
  return [
    ...triggersOf(content)
      .flat()
      .filter(isRunning)
      .map((trigger) => switchTrigger(trigger, 'D')),
    ...fixedIdentities(content).map(
      ([table, column]) => `ALTER TABLE ${table} ALTER COLUMN ${column} SET GENERATED BY DEFAULT;\n`,
    ),
    ...waiting.map(
      ({ from, name }) =>
        `ALTER TABLE ${quoteName(from)} ALTER CONSTRAINT ${quoteIdentifier(name)} DEFERRABLE;\n`,
    ),
  ];
}

function switchOn(content: ScriptContent, waiting: readonly ForeignKeyFacts[]): string[] {
  return [
    ...waiting.map(
      ({ from, name }) =>
        `ALTER TABLE ${quoteName(from)} ALTER CONSTRAINT ${quoteIdentifier(name)} NOT DEFERRABLE;\n`,
    ),
    ...fixedIdentities(content).map(
      ([table, column]) => `ALTER TABLE ${table} ALTER COLUMN ${column} SET GENERATED ALWAYS;\n`,
    ),
    ...switchTriggersOn(content),
  ];
}

/** Each once: a key may both be in a circle and lead to rows that go early. */
const fixedKeys = (keys: readonly ForeignKeyFacts[]): ForeignKeyFacts[] =>
  keys.filter(
    (key, index) =>
      !key.deferrable &&
      index ===
        keys.findIndex(({ from, name }) => name === key.name && showName(from) === showName(key.from)),
  );

/** `%` in a name stands for a value in the text of RAISE. */
const told = (name: RelationName): string => showName(name).replaceAll('%', '%%').replaceAll("'", "''");

/** How the rows of a whole table are known again: their number and the sum of their hashes. */
export function wholeTableQuery(name: RelationName): string {
  return `SELECT count(*)::text AS rows, coalesce(sum(hashtextextended(t::text, 0)), 0)::text AS hash FROM ${quoteName(name)} t`;
}

function proveCreated({ name, rows, hash }: CreatedRows, problem: string): string {
  return block(`  IF NOT EXISTS (SELECT 1 FROM (${wholeTableQuery(name)}) x
    WHERE x.rows = ${quoteLiteral(rows)} AND x.hash = ${quoteLiteral(hash)}) THEN
    RAISE EXCEPTION '${told(name)} ${problem}' USING ERRCODE = '${changedMeanwhile}';
  END IF;`);
}

/** What the rescue made goes, as long as it is what was made. */
function takeBack(content: ScriptContent): string[] {
  const { created, schemas, partitions } = content;
  const names = created
    .filter(({ name }) => !schemas.includes(name.schema))
    .map(({ name }) => quoteName(name));
  return [
    ...created.map((one) => proveCreated(one, 'was written to since it came back')),
    // Schemas first: what is in them may lead to those tables, and the other way round.
    ...schemas.map(
      (schema) => `${guardSchema(schema, names)}DROP SCHEMA ${quoteIdentifier(schema)} CASCADE;\n`,
    ),
    ...(names.length === 0 ? [] : [`DROP TABLE ${names.join(', ')};\n`]),
    ...partitions.toReversed().map(
      (one) =>
        block(`  IF EXISTS (SELECT 1 FROM ${quoteName(one)}) THEN
    RAISE EXCEPTION '${told(one)} has rows that came since' USING ERRCODE = '${changedMeanwhile}';
  END IF;`) + `DROP TABLE ${quoteName(one)};\n`,
    ),
  ];
}

/**
 * CASCADE must not reach beyond the schema: foreign keys, views and columns of others that came since.
 *
 * @param made tables that go too, quoted
 */
function guardSchema(schema: string, made: readonly string[]): string {
  const name = quoteLiteral(schema);
  const others = `<> ALL (ARRAY[${made.map((one) => `${quoteLiteral(one)}::regclass`).join(', ')}]::oid[])`;
  return block(`  IF EXISTS (
    SELECT 1 FROM pg_constraint c JOIN pg_class t ON t.oid = c.confrelid JOIN pg_namespace tn ON tn.oid = t.relnamespace
      JOIN pg_class f ON f.oid = c.conrelid JOIN pg_namespace fn ON fn.oid = f.relnamespace
      WHERE tn.nspname = ${name} AND fn.nspname <> ${name} AND f.oid ${others}
    UNION ALL SELECT 1 FROM pg_depend d JOIN pg_class t ON d.refclassid = 'pg_class'::regclass AND t.oid = d.refobjid
      JOIN pg_namespace tn ON tn.oid = t.relnamespace JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
      JOIN pg_class v ON v.oid = r.ev_class JOIN pg_namespace vn ON vn.oid = v.relnamespace
      WHERE tn.nspname = ${name} AND vn.nspname <> ${name}
    UNION ALL SELECT 1 FROM pg_attribute a JOIN pg_type y ON y.oid = a.atttypid JOIN pg_namespace yn ON yn.oid = y.typnamespace
      JOIN pg_class u ON u.oid = a.attrelid JOIN pg_namespace un ON un.oid = u.relnamespace
      WHERE yn.nspname = ${name} AND un.nspname <> ${name} AND u.oid ${others} AND NOT a.attisdropped AND u.relkind IN ('r', 'p')) THEN
    RAISE EXCEPTION 'other schemas depend on schema ${schema.replaceAll('%', '%%').replaceAll("'", "''")} now' USING ERRCODE = '${wouldTakeMore}';
  END IF;`);
}

/** Forward only: a sequence that is set back gives numbers twice. It is not undone either; a gap does no harm. */
function moveSequences({ table }: StagedTable): string[] {
  return table.target.sequences
    .filter(({ increment }) => increment > 0)
    .map((sequence) => {
      const name = quoteName(sequence);
      return `SELECT pg_catalog.setval(${quoteLiteral(name)}::pg_catalog.regclass, x.highest)
  FROM (SELECT max(t.${quoteIdentifier(sequence.column)})::bigint AS highest FROM ${quoteName(table.target)} t) x, ${name} q
  WHERE x.highest > q.last_value OR (x.highest = q.last_value AND NOT q.is_called);
`;
    });
}
