import { Failure } from '../../model/failure.ts';
import { parseTableName, type WantedTable } from './parse-table-name.ts';
import { hasSchema, readTables, type Side } from './read-tables.ts';
import { matchTable, type RescueItem } from './match-table.ts';
import { type RelationName, showName, type TableFacts } from './table-facts.ts';

/** Which tables a person wants back. */
export interface WantedTables {
  /** As typed. */
  readonly tables: readonly string[];
  /** Whole schemas. */
  readonly schemas: readonly string[];
}

/** The tables as they were in the copy, and what is done about each. */
export interface ChosenTables {
  readonly facts: readonly TableFacts[];
  readonly items: readonly RescueItem[];
  /** Schemas that were named and are gone: they come back with everything in them. */
  readonly goneSchemas: readonly string[];
  /** What of the schemas is left out, and why. */
  readonly notes: readonly string[];
}

/**
 * Finds the tables in the copy, where they were, and what there is of them now.
 *
 * @throws Failure nothing-found; usage when a name without a schema fits several
 */
export async function chooseTables(
  wanted: WantedTables,
  { copy, live }: { readonly copy: Side; readonly live: Side },
): Promise<ChosenTables> {
  const facts: TableFacts[] = [];
  const goneSchemas: string[] = [];
  const notes: string[] = [];
  const add = (table: TableFacts): void => {
    if (!facts.some((one) => showName(one) === showName(table))) facts.push(table);
  };
  for (const schema of wanted.schemas) {
    if (!(await hasSchema(copy, schema))) throw nothing(`there was no schema ${schema} then`);
    for (const table of await readTables(copy, { by: 'schema', schema })) {
      if (table.persistence === 'p') add(table);
      else notes.push(`${showName(table)} was unlogged: no backup has its rows, it is left out`);
    }
    if (!(await hasSchema(live, schema))) goneSchemas.push(schema);
  }
  for (const text of wanted.tables) add(await findOne(parseTableName(text), text, copy));
  const items: RescueItem[] = [];
  for (const table of facts) items.push(await matchOne(table, live));
  return { facts, items, goneSchemas, notes };
}

async function findOne(table: WantedTable, text: string, copy: Side): Promise<TableFacts> {
  const found = await readTables(copy, { by: 'name', table });
  const [only, second] = found;
  const preferred = found.find(({ schema }) => schema === 'public');
  if (only !== undefined && second === undefined) return only;
  if (preferred !== undefined) return preferred;
  if (only === undefined) throw nothing(`there was no table ${text} then`);
  throw new Failure('usage', {
    operation: 'find the tables in the copy',
    problem: `${text} is in several schemas: ${found.map(({ schema }) => schema).join(', ')}`,
    hint: `Name the schema, too: ${showName(only)}.`,
  });
}

async function matchOne(copy: TableFacts, side: Side): Promise<RescueItem> {
  const find = async (name: RelationName): Promise<TableFacts | undefined> =>
    (await readTables(side, { by: 'name', table: name }))[0];
  const live = await find(copy);
  const liveRoot = live === undefined && copy.partOf !== undefined ? await find(copy.partOf.root) : undefined;
  const detached: string[] = [];
  if (live !== undefined) {
    const there = new Set(live.partitions.map(showName));
    for (const one of copy.partitions.filter((part) => !there.has(showName(part))))
      if ((await find(one)) !== undefined) detached.push(showName(one));
  }
  return matchTable({ copy, live, liveRoot, detached });
}

function nothing(problem: string): Failure {
  return new Failure('nothing-found', {
    operation: 'find the tables in the copy',
    problem,
    hint: 'Is the database right (--database), and the moment (--to)? A name with other letters needs double quotes within single quotes: \'"Odd Name"\'.',
  });
}
