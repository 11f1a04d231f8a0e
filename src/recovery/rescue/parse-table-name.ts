import { Failure } from '../../model/failure.ts';

/** What a person typed for a table; without a schema it is looked for everywhere. */
export interface WantedTable {
  readonly schema: string | undefined;
  readonly name: string;
}

/**
 * Reads `name`, `schema.name`, `"Odd name"`, `"a.b"."c""d"` as SQL does: what is not quoted is lower case.
 *
 * @throws Failure usage
 *
 * @see https://www.postgresql.org/docs/current/sql-syntax-lexical.html
 */
export function parseTableName(text: string): WantedTable {
  const words: string[] = [];
  let rest = text.trim();
  for (;;) {
    const match = /^(?:"((?:[^"]|"")+)"|([^".\s]+))(\.|$)/u.exec(rest);
    if (match === null) throw unreadable(text);
    words.push(match[1]?.replaceAll('""', '"') ?? (match[2] ?? '').toLowerCase());
    if (match[3] === '') break;
    rest = rest.slice(match[0].length);
  }
  const [first, second, third] = words;
  if (first === undefined || third !== undefined) throw unreadable(text);
  return second === undefined ? { schema: undefined, name: first } : { schema: first, name: second };
}

function unreadable(text: string): Failure {
  return new Failure('usage', {
    operation: 'read the name of a table',
    problem: `${JSON.stringify(text)} is no name of a table`,
    hint: 'Write it as in SQL: orders, sales.orders, \'"Odd Name"\'. A name with other letters needs its double quotes, which the shell takes away unless single quotes stand around them.',
  });
}
