/**
 * A value for a configuration file. Quotes are doubled; a backslash would start an escape there, unlike in SQL.
 *
 * @see PostgreSQL `src/backend/utils/misc/guc-file.l`, DeescapeQuotedString
 */
export function quoteSetting(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''").replaceAll('\n', '\\n')}'`;
}
