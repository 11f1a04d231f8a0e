import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { type CreatedRows, wholeTableQuery } from './change-script.ts';
import type { ChosenTables } from './choose-tables.ts';
import { compareRows } from './compare-rows.ts';
import { findDependents, type LostDependent } from './find-dependents.ts';
import { compareLargeObjects } from './large-objects.ts';
import { type ComparedTable, type CreatedTable, rowsQuery } from './match-table.ts';
import { findReferences } from './find-references.ts';
import { orderTables } from './order-tables.ts';
import { proveCasts, refuseImpossible } from './refuse-columns.ts';
import type { RescuedTable, RescueReport } from './rescue-report.ts';
import { psqlCommands } from './psql-commands.ts';
import type { RescueWork } from './rescue-tables.ts';
import { RowStreams } from './row-stream.ts';
import { type ForeignKeyFacts, type RelationName, showName } from './table-facts.ts';
import { type Found, stagedCounts, writeScripts } from './write-scripts.ts';

/** Compares, and writes change.sql and rollback.sql. */
export async function prepareChange(work: RescueWork, chosen: ChosenTables): Promise<RescueReport> {
  const compared = chosen.items.filter((item) => item.kind === 'compare');
  const created = chosen.items.filter((item) => item.kind === 'create');
  for (const table of compared) await proveCasts(work, table);
  const { tables, circles, circular } = inOrder(compared);
  const found = await compareAll(work, tables);
  refuseImpossible(found);
  const objects = await compareLargeObjects(
    work.sides,
    chosen.facts.map((table) => ({ table, where: work.request.where })),
  );
  const createdRows = await readCreated(work, created);
  const names = created.flatMap(({ table, parts }): RelationName[] => [table, ...parts]);
  const lost = await findDependents(
    work.sides,
    created.map(({ table }) => table),
    { tables: names, schemas: chosen.goneSchemas },
  );
  const byHand = await writeByHand(work, lost);
  await writeScripts(work, {
    found,
    created,
    createdRows,
    goneSchemas: chosen.goneSchemas,
    objects,
    circular,
  });
  const rescued = [
    ...created.map((table, index) => describeCreated(table, createdRows[index])),
    ...found.map((one) => describeFound(one, work)),
  ];
  const { request, planned } = work;
  return {
    id: request.id,
    stanza: request.stanza.name,
    database: work.sides.live.database,
    target: planned.plan.target.description,
    set: planned.plan.set.label,
    repository: planned.plan.repository.name,
    mode: 'change',
    intoSchema: undefined,
    where: request.where,
    deleteNew: request.deleteNew,
    triggers: request.triggers,
    tables: rescued,
    circles,
    largeObjects: { missing: objects.missing.length, changed: objects.changed.length, equal: objects.equal },
    notRestored: lost,
    notes: notesOf(work, chosen, circular),
    changes:
      created.length > 0 ||
      chosen.goneSchemas.length > 0 ||
      objects.missing.length + objects.changed.length > 0 ||
      found.some(({ table }) => table.partitions.length > 0) ||
      rescued.some(({ applied }) => applied.inserts + applied.updates + applied.deletes > 0),
    files: { ...work.files, byHand },
    commands: psqlCommands(work),
  };
}

function inOrder(compared: readonly ComparedTable[]): {
  tables: ComparedTable[];
  circles: readonly (readonly string[])[];
  circular: ForeignKeyFacts[];
} {
  const nameOf = ({ target }: ComparedTable): string => showName(target);
  const references = findReferences(compared);
  const { order, circles } = orderTables(
    [...new Set(compared.map(nameOf))],
    references.map(({ from, to }) => [showName(from), showName(to)] as const),
  );
  const circular = references
    .filter(
      ({ from, to }) =>
        showName(from) !== showName(to) &&
        circles.some((circle) => circle.includes(showName(from)) && circle.includes(showName(to))),
    )
    .map(({ key }) => key);
  const tables = compared.toSorted((a, b) => order.indexOf(nameOf(a)) - order.indexOf(nameOf(b)));
  return { tables, circles, circular };
}

async function compareAll(work: RescueWork, tables: readonly ComparedTable[]): Promise<Found[]> {
  const { request, sides, parts, deps } = work;
  const queries = (side: 'copy' | 'live'): string[] =>
    tables.map((table) => rowsQuery(table, side, request.where));
  await using copy = new RowStreams(sides.copy, queries('copy'));
  await using live = new RowStreams(sides.live, queries('live'));
  const found: Found[] = [];
  for (const [index, table] of tables.entries()) {
    deps.onPhase(`comparing ${table.shown}`);
    const files = { forward: join(parts, `${index}.forward`), back: join(parts, `${index}.back`) };
    const sources = { copy: copy.nextRows(), live: live.nextRows() };
    const compared = await compareRows(table, sources, files, request, (rows, differences) =>
      deps.onProgress(`comparing ${table.shown}: ${rows} rows read, ${differences} differ`),
    );
    found.push({ table, compared });
  }
  return found;
}

/** With the settings under which the scripts count again. */
async function readCreated({ sides }: RescueWork, created: readonly CreatedTable[]): Promise<CreatedRows[]> {
  await using streams = new RowStreams(
    sides.copy,
    created.map(({ table }) => `SELECT true, x.* FROM (${wholeTableQuery(table)}) x`),
  );
  const rows: CreatedRows[] = [];
  for (const { table } of created) {
    const source = streams.nextRows();
    const row = await source.next();
    await source.next();
    rows.push({
      name: { schema: table.schema, name: table.name },
      rows: row?.fields[0] ?? '',
      hash: row?.fields[1] ?? '',
    });
  }
  return rows;
}

async function writeByHand(
  { files }: RescueWork,
  lost: readonly LostDependent[],
): Promise<string | undefined> {
  if (lost.length === 0) return undefined;
  const path = join(files.directory, 'by-hand.sql');
  const text = lost.map(({ kind, name, statement }) => `-- ${kind} ${name}\n${statement}\n`).join('\n');
  const title =
    '-- What went along with dropped tables and is not brought back: look at it, then run what you want.\n\n';
  await writeFile(path, `${title}${text}`, { mode: 0o600, flag: 'wx', flush: true });
  return path;
}

function describeFound({ table, compared }: Found, { request }: RescueWork): RescuedTable {
  const { counts, changedColumns, samples } = compared;
  const off = request.triggers === 'on' ? [] : table.target.triggers;
  return {
    name: table.shown,
    action: 'compare',
    key: table.key,
    rows: counts,
    applied: stagedCounts(compared, request.deleteNew, 'forward'),
    changedColumns,
    samples,
    triggersOff: [...new Set(off.filter(({ state }) => 'OA'.includes(state)).map(({ name }) => name))],
    notes: [
      ...table.notes,
      ...table.partitions.map(
        (one) => `partition ${showName(one)} is gone and is made again, with the indexes of its root`,
      ),
    ],
  };
}

function describeCreated({ shown, table, notes }: CreatedTable, rows: CreatedRows | undefined): RescuedTable {
  const count = Number(rows?.rows ?? 0);
  return {
    name: shown,
    action: 'create',
    key: table.keys[0],
    rows: { copy: count, live: 0, equal: 0, missing: count, changed: 0, new: 0 },
    applied: { inserts: count, updates: 0, deletes: 0 },
    changedColumns: {},
    samples: { missing: [], changed: [], new: [] },
    triggersOff: [],
    notes: [
      'it is gone: it comes back whole, with its indexes, constraints, triggers, rights, comments and sequences',
      ...notes,
    ],
  };
}

function notesOf(
  { request }: RescueWork,
  { items, goneSchemas, notes }: ChosenTables,
  circular: readonly ForeignKeyFacts[],
): string[] {
  const keptNew = !request.deleteNew && items.some(({ kind }) => kind === 'compare');
  return [
    ...notes,
    ...goneSchemas.map((schema) => `schema ${schema} is gone: it comes back with everything in it`),
    ...(request.triggers === 'off'
      ? [
          'triggers of users are off while rows go in (ALTER TABLE … DISABLE TRIGGER, for this transaction): they ran once when the rows were first written; --triggers on runs them. Foreign keys are checked',
        ]
      : [
          'triggers of users run for each row: what they do elsewhere is not undone by rollback.sql, which knows these rows by their key alone',
        ]),
    ...(keptNew ? ['rows that only the live table has are kept (--delete-new deletes them)'] : []),
    ...circular
      .filter(({ deferrable }) => !deferrable)
      .map(
        ({ name, from }) =>
          `foreign key ${name} of ${showName(from)} is part of a circle: it is checked at the end (made deferrable within the transaction)`,
      ),
    ...(items.some((item) => item.kind === 'create' && request.where !== undefined)
      ? ['--where chooses rows of tables that are there; tables that are gone come back whole']
      : []),
  ];
}
