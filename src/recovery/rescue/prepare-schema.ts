import { join } from 'node:path';
import { Failure } from '../../model/failure.ts';
import { queryRow, quoteIdentifier, runStatements } from '../../postgres/query.ts';
import type { ChosenTables } from './choose-tables.ts';
import { dumpTables } from './dump-tables.ts';
import { quoteName } from './match-table.ts';
import { hasSchema } from './read-tables.ts';
import type { RescuedTable, RescueReport } from './rescue-report.ts';
import { psqlCommands } from './psql-commands.ts';
import type { RescueWork } from './rescue-tables.ts';
import { writeScript } from './script-file.ts';
import { type RelationName, showName, type TableFacts } from './table-facts.ts';

/**
 * Writes scripts that put the tables into a schema of their own, beside the live ones, which nothing of it touches. In
 * the copy, which is thrown away, they are moved there; then pg_dump writes them under that name. What would tie them to
 * live tables is dropped first: foreign keys that lead out, and triggers.
 *
 * @throws Failure usage when the schema is there, or two of the tables have one name
 */
export async function prepareSchema(
  work: RescueWork,
  { facts, notes }: ChosenTables,
  schema: string,
): Promise<RescueReport> {
  const { request, sides, files, planned, parts } = work;
  await refuse(work, facts, schema);
  const moved = facts.filter(({ kind }) => kind === 'r' || kind === 'p');
  const { server, database, user } = sides.copy;
  const keys = moved.flatMap(({ foreignKeys }) => foreignKeys);
  const names = new Set(moved.map(showName));
  const outward = keys.filter(({ to }) => !names.has(showName(to)));
  const triggers = moved.flatMap((table) =>
    table.triggers.filter((one) => showName(one.table) === showName(table)),
  );
  const all = moved.flatMap((table): RelationName[] => [table, ...table.partitions]);
  await runStatements(
    server,
    [
      'SET statement_timeout = 0',
      `CREATE SCHEMA ${quoteIdentifier(schema)}`,
      ...outward.map(
        ({ from, name }) => `ALTER TABLE ${quoteName(from)} DROP CONSTRAINT ${quoteIdentifier(name)}`,
      ),
      ...triggers.map(({ table, name }) => `DROP TRIGGER ${quoteIdentifier(name)} ON ${quoteName(table)}`),
      ...all.map((table) => `ALTER TABLE ${quoteName(table)} SET SCHEMA ${quoteIdentifier(schema)}`),
    ],
    { database, user },
  );
  const dump = join(parts, 'schema.dump');
  await dumpTables(sides.copy, { schemas: [schema] }, 'whole', dump);
  const title = `-- Tables of rescue ${request.id} beside the live ones, in schema ${schema}: ${planned.plan.target.description}.\n`;
  const begin = `\\set ON_ERROR_STOP on\nBEGIN;\nSET lock_timeout = '10s';\n`;
  await writeScript(files.change, [{ text: `${title}${begin}` }, { file: dump }, { text: 'COMMIT;\n' }]);
  const inSchema = moved.map(({ name }) => quoteName({ schema, name }));
  await writeScript(files.rollback, [
    {
      text: `${title.replace('Tables', 'The way back for tables')}${begin}DROP TABLE ${inSchema.join(', ')};\nDROP SCHEMA ${quoteIdentifier(schema)};\nCOMMIT;\n`,
    },
  ]);
  const tables: RescuedTable[] = [];
  for (const table of moved) tables.push(await describe(work, table, schema));
  return {
    id: request.id,
    stanza: request.stanza.name,
    database,
    target: planned.plan.target.description,
    set: planned.plan.set.label,
    repository: planned.plan.repository.name,
    mode: 'schema',
    intoSchema: schema,
    where: undefined,
    deleteNew: false,
    triggers: 'off',
    tables,
    circles: [],
    largeObjects: { missing: 0, changed: 0, equal: 0 },
    notRestored: [],
    notes: [
      ...notes,
      ...outward.map(
        ({ from, name, to }) =>
          `foreign key ${name} of ${showName(from)} leads to ${showName(to)}, which is not among the tables: it is left out`,
      ),
      ...triggers.map(({ name, table }) => `trigger ${name} of ${showName(table)} is left out`),
      ...(moved.some(({ columns }) => columns.some(({ baseType }) => ['oid', 'lo'].includes(baseType)))
        ? [
            'large objects are not copied: a schema has none of its own. Without --into-schema missing ones are brought back',
          ]
        : []),
    ],
    changes: true,
    files,
    commands: psqlCommands(work),
  };
}

async function refuse(
  { sides, request }: RescueWork,
  facts: readonly TableFacts[],
  schema: string,
): Promise<void> {
  const refused = (problem: string, hint: string): Failure =>
    new Failure('usage', { operation: `put tables into schema ${schema}`, problem, hint });
  if (request.where !== undefined || request.deleteNew)
    throw refused(
      '--where and --delete-new choose among differences',
      'With --into-schema nothing is compared: leave them out.',
    );
  if ((await hasSchema(sides.live, schema)) || (await hasSchema(sides.copy, schema)))
    throw refused('there is a schema of that name', 'Name a new one: what is there is not touched.');
  const names = facts.flatMap(({ name, partitions }) => [name, ...partitions.map((one) => one.name)]);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw refused(
      `two of the tables have the name ${twice}`,
      'Rescue them one after the other, into schemas of their own.',
    );
  const part = facts.find(({ partOf }) => partOf !== undefined);
  if (part?.partOf !== undefined)
    throw refused(`${showName(part)} is a partition`, `Name the whole table: ${showName(part.partOf.root)}.`);
}

async function describe({ sides }: RescueWork, table: TableFacts, schema: string): Promise<RescuedTable> {
  const { server, database, user, signal } = sides.copy;
  const moved = { schema, name: table.name };
  const { rows } = await queryRow<{ rows: string }>(
    server,
    `SELECT count(*)::text AS rows FROM ${quoteName(moved)}`,
    { database, user, signal, timeoutMs: 3_600_000 },
  );
  const count = Number(rows);
  return {
    name: showName(table),
    action: 'beside',
    key: table.keys[0],
    rows: { copy: count, live: 0, equal: 0, missing: 0, changed: 0, new: 0 },
    applied: { inserts: count, updates: 0, deletes: 0 },
    changedColumns: {},
    samples: { missing: [], changed: [], new: [] },
    triggersOff: [],
    notes: table.persistence === 'u' ? ['it was unlogged: a restore finds it empty'] : [],
  };
}
