import { isFailure } from '../../../model/failure.ts';
import { queryRow } from '../../../postgres/query.ts';
import { failed, passed, type RunDrillCheck, type DrillCheckContext } from '../drill-check.ts';
import { listDatabases } from './databases.ts';
import { findCollations } from './find-collations.ts';
import { inspectExtensions } from './inspect-extensions.ts';

/** Settings that decide what data is or means. Only told: a copy has settings of its own, and data is not changed by them. */
const compared = [
  'server_version',
  'server_encoding',
  'block_size',
  'wal_segment_size',
  'data_checksums',
  'TimeZone',
  'DateStyle',
  'IntervalStyle',
  'lc_monetary',
  'lc_numeric',
  'lc_time',
  'default_text_search_config',
  'default_table_access_method',
  'default_toast_compression',
  'default_transaction_isolation',
  'standard_conforming_strings',
  'bytea_output',
  'xmlbinary',
  'extra_float_digits',
  'shared_preload_libraries',
] as const;

/**
 * Every extension is installed on this host in the version that the cluster has, every library that a function of the
 * cluster needs loads, and indexes over text are in the order in which this host sorts. Settings that differ from
 * production's are told.
 */
export const checkExtensions: RunDrillCheck = async (context) => {
  const databases = await listDatabases(context);
  const problems: string[] = [];
  const facts: Record<string, unknown> = {};
  const inspected = [];
  for (const { name } of databases) {
    const extensions = await inspectExtensions(name, context);
    const collations = await findCollations(name, context);
    problems.push(...extensions.problems, ...collations.problems);
    inspected.push({ database: name, extensions: extensions.installed, libraries: extensions.libraries });
    if (collations.unused.length > 0) facts[`collations ${name}`] = collations.unused;
  }
  facts['databases'] = inspected;
  const differences = await compareSettings(context);
  facts['settings'] = differences ?? 'production did not answer';
  if (problems.length > 0) return failed(problems.join('; '), facts);
  const count = new Set(inspected.flatMap(({ extensions }) => extensions.map(({ name }) => name))).size;
  const libraries = new Set(inspected.flatMap((one) => one.libraries)).size;
  return passed(
    [
      `${count} extensions and ${libraries} libraries load`,
      differences === undefined
        ? 'production did not answer, so that settings were not compared'
        : differences.length === 0
          ? 'settings are those of production'
          : `settings of the copy that differ from production's: ${differences.map(({ name }) => name).join(', ')}`,
    ].join('; '),
    facts,
  );
};

/** One setting in both. JSON. */
interface Difference {
  readonly name: string;
  readonly production: string | null;
  readonly copy: string | null;
}

/** @returns undefined when production does not answer */
async function compareSettings(context: DrillCheckContext): Promise<readonly Difference[] | undefined> {
  const { copy, production, signal } = context;
  const values = compared.map((name) => `'${name}', current_setting('${name}', true)`).join(', ');
  const read = (server: typeof production): Promise<{ all: Record<string, string | null> }> =>
    queryRow(server, `SELECT json_build_object(${values}) AS all`, { database: 'postgres', signal });
  const here = await read(copy.server);
  try {
    const there = await read(production);
    return compared.flatMap((name) => {
      const [ours, theirs] = [here.all[name] ?? null, there.all[name] ?? null];
      return ours === theirs ? [] : [{ name, production: theirs, copy: ours }];
    });
  } catch (error) {
    if (!isFailure(error, 'server-unreachable', 'timed-out', 'server-failed')) throw error;
    return undefined;
  }
}
