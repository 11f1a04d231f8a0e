import { queryRows, runStatements } from '../../../postgres/query.ts';
import { SpawnError } from '../../../process/run-command.ts';
import { type DrillCheckContext, failed, notDone, passed, type RunDrillCheck } from '../drill-check.ts';
import { listDatabases, type RestoredDatabase } from './databases.ts';
import { connectionArguments, lastLine, runProgram } from './run-program.ts';

/** Bytes of all databases up to which each row is looked up in each index. */
const usualHeapAllIndexed = 64 * 1024 ** 3;
/** Damaged relations that are named; all are counted. */
const mostNamed = 20;

/**
 * pg_amcheck: the structure of every table and B-tree index, and (`--heapallindexed`) whether each row is in each index.
 * The copy can be written to and is thrown away, so that the extension is installed in it where it is not.
 *
 * @see https://www.postgresql.org/docs/current/app-pgamcheck.html
 */
export const checkAmcheck: RunDrillCheck = async (context) => {
  const { server } = context.copy;
  const databases = await listDatabases(context);
  const missing = await prepareExtension(databases, context);
  if (missing !== undefined) return notDone(missing);
  const bytes = databases.reduce((sum, database) => sum + database.bytes, 0);
  const heapAllIndexed = context.settings.amcheck?.heapAllIndexed ?? bytes <= usualHeapAllIndexed;
  const args = [
    ...connectionArguments(server),
    '--all',
    '--install-missing',
    '--progress',
    `--jobs=${Math.max(1, context.settings.processes ?? 2)}`,
    ...(heapAllIndexed ? ['--heapallindexed'] : []),
  ];
  try {
    const result = await runProgram(context, 'pg_amcheck', args, {
      onLine: (line, stream) => stream === 'stderr' && tell(line, context),
    });
    const damaged = readDamage(result.stdout);
    const facts = { bytes, heapAllIndexed, damaged: damaged.slice(0, mostNamed), count: damaged.length };
    const depth = heapAllIndexed ? ', and every row is in them' : '';
    if (result.code === 0)
      return passed(`tables and B-tree indexes of ${databases.length} databases are sound${depth}`, facts);
    const [first] = damaged;
    if (first === undefined) return failed(lastLine(result, 'pg_amcheck'), facts);
    const more = damaged.length > 1 ? `; and ${damaged.length - 1} more are damaged` : '';
    return failed(`${first.relation}: ${first.problem}${more}`, facts);
  } catch (error) {
    if (!(error instanceof SpawnError)) throw error;
    return notDone(`there is no pg_amcheck in ${server.binDirectory} (it comes with PostgreSQL 14)`);
  }
};

/**
 * A cluster that was upgraded may still have an amcheck that knows no tables: it is brought up to date.
 *
 * @returns why it cannot be used
 */
async function prepareExtension(
  databases: readonly RestoredDatabase[],
  { copy, signal }: DrillCheckContext,
): Promise<string | undefined> {
  for (const { name } of databases) {
    const [row] = await queryRows<{ outdated: boolean }>(
      copy.server,
      `SELECT installed_version <> default_version AS outdated FROM pg_available_extensions WHERE name = 'amcheck'`,
      { database: name, signal },
    );
    if (row === undefined)
      return 'the extension amcheck is not installed on this host (Debian: postgresql-contrib)';
    if (row.outdated)
      await runStatements(copy.server, ['ALTER EXTENSION amcheck UPDATE'], { database: name, signal });
  }
  return undefined;
}

/** ` 12/340 relations (3%), 1200/98000 pages (1%)` */
function tell(line: string, { onProgress }: DrillCheckContext): void {
  const percent = /pages \((\d+)%\)/.exec(line)?.[1];
  if (percent !== undefined) onProgress?.({ message: line.trim(), percent: Number(percent) });
}

/**
 * Takes apart what pg_amcheck prints for each problem: `btree index "db.schema.name":` or
 * `heap table "db.schema.name", block 0, offset 2:`, and the problem in the lines behind it, which are indented.
 *
 * @returns each damaged relation once, with its first problem
 */
export function readDamage(text: string): { relation: string; problem: string; problems: number }[] {
  const found = new Map<string, { relation: string; problem: string; problems: number }>();
  let open: { relation: string; place: string } | undefined;
  for (const line of text.split('\n')) {
    const head = /^(?:btree index|heap table) "(.*)"((?:, [a-z ]+ \d+)*):$/.exec(line);
    if (head !== null) {
      open = { relation: head[1] ?? '', place: head[2]?.replace(/^, /, '') ?? '' };
      continue;
    }
    if (open === undefined || !/^\s/.test(line)) continue;
    const { relation, place } = open;
    open = undefined;
    const before = found.get(relation);
    const problem = `${line.trim().replace(/^ERROR:\s+/, '')}${place === '' ? '' : ` (${place})`}`;
    found.set(
      relation,
      before ? { ...before, problems: before.problems + 1 } : { relation, problem, problems: 1 },
    );
  }
  return [...found.values()];
}
