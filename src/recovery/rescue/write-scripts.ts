import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { changeScript, type CreatedRows, type ScriptContent } from './change-script.ts';
import type { ComparedRows } from './compare-rows.ts';
import { splitForeignKeys } from './split-foreign-keys.ts';
import { dumpTables } from './dump-tables.ts';
import { type LargeObjectDifferences, writeLargeObjects } from './large-objects.ts';
import type { ComparedTable, CreatedTable } from './match-table.ts';
import { psqlCommands } from './psql-commands.ts';
import type { RescueWork } from './rescue-tables.ts';
import { writeScript } from './script-file.ts';
import type { Direction } from './table-change-sql.ts';
import type { ForeignKeyFacts, RelationName } from './table-facts.ts';

/** A table that is there, with what was found. */
export interface Found {
  readonly table: ComparedTable;
  readonly compared: ComparedRows;
}

/** What the scripts are made of. */
export interface ScriptParts {
  readonly found: readonly Found[];
  readonly created: readonly CreatedTable[];
  readonly createdRows: readonly CreatedRows[];
  readonly goneSchemas: readonly string[];
  readonly objects: LargeObjectDifferences;
  readonly circular: readonly ForeignKeyFacts[];
}

/** Writes change.sql and rollback.sql, whole and on disk. */
export async function writeScripts(work: RescueWork, parts: ScriptParts): Promise<void> {
  const { request, sides, files } = work;
  const { found, objects, createdRows, goneSchemas, circular } = parts;
  const part = (name: string): string => join(work.parts, name);
  const dump = await dumpCreated(work, parts);
  const hasObjects = objects.missing.length + objects.changed.length > 0;
  const objectFiles = { forward: part('objects.forward'), back: part('objects.back') };
  if (hasObjects) await writeLargeObjects(sides, objects, objectFiles);
  const content = (direction: Direction): ScriptContent => ({
    direction,
    title: titleOf(work, direction),
    staged: found.map(({ table, compared }, index) => ({
      table,
      number: index + 1,
      counts: stagedCounts(compared, request.deleteNew, direction),
      direction,
      byKeyOnly: direction === 'back' && request.triggers === 'on',
      rows: compared.files[direction],
    })),
    // The way back brings values back exactly, which a trigger could change again.
    triggers: direction === 'back' ? 'off' : request.triggers,
    circular,
    partitions: found.flatMap(({ table }) => table.partitions),
    dump,
    created: createdRows,
    schemas: goneSchemas,
    largeObjects: hasObjects ? objectFiles[direction] : undefined,
  });
  await writeScript(files.change, changeScript(content('forward')));
  await writeScript(files.rollback, changeScript(content('back')));
}

type DumpFiles = ScriptContent['dump'][number];

/** Schemas that are gone whole, then tables that are gone from schemas which are there. */
async function dumpCreated(work: RescueWork, { created, goneSchemas }: ScriptParts): Promise<DumpFiles[]> {
  const { sides, parts } = work;
  const single = created
    .filter(({ table }) => !goneSchemas.includes(table.schema))
    .flatMap((one): RelationName[] => [one.table, ...one.parts]);
  const choices = [
    ...(goneSchemas.length === 0 ? [] : [{ schemas: goneSchemas }]),
    ...(single.length === 0 ? [] : [{ tables: single }]),
  ];
  const dumps: DumpFiles[] = [];
  for (const [index, choice] of choices.entries()) {
    const path = (part: string): string => join(parts, `dump${index}.${part}`);
    const files = { before: path('before'), after: path('after'), foreignKeys: path('keys') };
    await dumpTables(sides.copy, choice, 'before', files.before);
    await dumpTables(sides.copy, choice, 'after', path('all-after'));
    const { others, foreignKeys } = splitForeignKeys(await readFile(path('all-after'), 'latin1'));
    await writeFile(files.after, others, 'latin1');
    await writeFile(files.foreignKeys, foreignKeys, 'latin1');
    dumps.push(files);
  }
  return dumps;
}

/** How many rows the script of that direction inserts, updates and deletes. */
export function stagedCounts(
  { counts }: ComparedRows,
  deleteNew: boolean,
  direction: Direction,
): { inserts: number; updates: number; deletes: number } {
  const gone = deleteNew ? counts.new : 0;
  return direction === 'forward'
    ? { inserts: counts.missing, updates: counts.changed, deletes: gone }
    : { inserts: gone, updates: counts.changed, deletes: counts.missing };
}

function titleOf(work: RescueWork, direction: Direction): string[] {
  const { request, planned, sides, files } = work;
  return [
    direction === 'forward'
      ? `The change of rescue ${request.id}: brings rows back to ${planned.plan.target.description}.`
      : `The way back of rescue ${request.id}: what was there before ${files.change} ran.`,
    `Database ${sides.live.database} of stanza ${request.stanza.name}. One transaction, for psql:`,
    psqlCommands(work)[direction === 'forward' ? 'change' : 'rollback'],
  ];
}
