/**
 * A JSON document as `--json` prints it: one document, indented, newline at its end. A bigint (an LSN, a system
 * identifier) becomes a string: it does not fit a JSON number everywhere.
 */
export function toJsonText(document: unknown): string {
  return `${JSON.stringify(document, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value), 2)}\n`;
}
