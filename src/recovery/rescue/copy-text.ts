/**
 * Lines of COPY's text format. They are handled as `latin1` strings, one character a byte: nothing is decoded, so that
 * every byte goes through as it is, whatever the encoding, and strings compare as memcmp does.
 *
 * @see https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.2
 */

/** How a NULL stands in a line. */
export const nullField = String.raw`\N`;

const escapes: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** The value of a field as the server's output function wrote it; undefined for NULL. */
export function readField(field: string): string | undefined {
  if (field === nullField) return undefined;
  if (!field.includes('\\')) return field;
  // The server writes no octal or hexadecimal escapes (copyto.c, CopyAttributeOutText).
  return field.replaceAll(/\\(.)/gs, (_whole, letter: string) => escapes[letter] ?? letter);
}
