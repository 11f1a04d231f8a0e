import type { Connectable, QueryOptions } from './query.ts';
import { queryRows, quoteIdentifier, quoteLiteral, runStatements } from './query.ts';

/** One row of pg_settings. @see https://www.postgresql.org/docs/current/view-pg-settings.html */
export interface ServerSetting {
  readonly name: string;
  /** In `unit`s, as text. */
  readonly value: string;
  readonly unit: string | undefined;
  /** `postmaster` needs a restart, `sighup` a reload. */
  readonly context: string;
  readonly source: string;
  /** File and line that set it; only superusers and pg_read_all_settings see it. */
  readonly sourceFile: string | undefined;
  /** The value of the files differs and waits for a restart. */
  readonly pendingRestart: boolean;
}

/** Reads settings by name; one that this version does not have is not in the answer. */
export async function readSettings(
  server: Connectable,
  names: readonly string[],
  options: QueryOptions = {},
): Promise<ReadonlyMap<string, ServerSetting>> {
  const rows = await queryRows<{
    name: string;
    setting: string | null;
    unit: string | null;
    context: string;
    source: string;
    sourcefile: string | null;
    pending_restart: boolean;
  }>(
    server,
    `SELECT name, setting, unit, context, source, sourcefile, pending_restart FROM pg_settings
      WHERE name IN (${names.map(quoteLiteral).join(', ')})`,
    options,
  );
  return new Map(
    rows.map((row) => [
      row.name,
      {
        name: row.name,
        value: row.setting ?? '',
        unit: row.unit ?? undefined,
        context: row.context,
        source: row.source,
        sourceFile: row.sourcefile ?? undefined,
        pendingRestart: row.pending_restart,
      },
    ]),
  );
}

/** What the files say, also where it waits for a restart. A setting that no file mentions is not in the answer. */
export async function readFileSettings(
  server: Connectable,
  names: readonly string[],
  options: QueryOptions = {},
): Promise<ReadonlyMap<string, string>> {
  const rows = await queryRows<{ name: string; setting: string | null }>(
    server,
    // A value that waits for a restart counts as an error there, so the column says nothing useful.
    `SELECT DISTINCT ON (name) name, setting FROM pg_file_settings WHERE name IS NOT NULL ORDER BY name, seqno DESC`,
    options,
  );
  return new Map(rows.filter((row) => names.includes(row.name)).map((row) => [row.name, row.setting ?? '']));
}

/** The statement that keeps a setting in postgresql.auto.conf. */
export function alterSystemStatement(name: string, value: string): string {
  return `ALTER SYSTEM SET ${quoteIdentifier(name)} = ${quoteLiteral(value)}`;
}

/**
 * Changes settings with ALTER SYSTEM and reloads. Those of context `postmaster` then wait for a restart.
 *
 * @throws Failure server-failed when a value is refused or the role is not a superuser
 */
export async function alterSystem(
  server: Connectable,
  settings: Readonly<Record<string, string>>,
  options: QueryOptions = {},
): Promise<void> {
  const statements = Object.entries(settings).map(([name, value]) => alterSystemStatement(name, value));
  if (statements.length > 0) await runStatements(server, [...statements, 'SELECT pg_reload_conf()'], options);
}
