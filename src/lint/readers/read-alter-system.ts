import type { ServerSetting } from '../facts.ts';
import type { LintDocument } from '../lint-document.ts';
import { holdsPlaceholder } from '../placeholder.ts';
import { lineAround } from './shell/text-lines.ts';

/** `ALTER SYSTEM SET name { TO | = } value` (PostgreSQL, "ALTER SYSTEM"); a quote in quotes is doubled. */
const statement =
  /\bALTER\s+SYSTEM\s+SET\s+([A-Za-z_][\w.]*)\s*(?:=|\bTO\b)\s*(?:'((?:[^'\\]|'')*)'|"([^"\n]*)"|([\w.%-]+))/gi;

/** The settings that statements in a text make, be it SQL or a script that hands it to psql. Comments are left out. */
export function readAlterSystem(document: LintDocument): readonly ServerSetting[] {
  return [...document.text.matchAll(statement)].flatMap((found) => {
    const line = lineAround(document.text, found.index);
    if (/^\s*(--|#)/.test(document.text.slice(line.start, found.index))) return [];
    const name = found[1] ?? '';
    const written = found[2] ?? found[3] ?? found[4] ?? '';
    const end = found.index + found[0].length - (found[4] === undefined ? 1 : 0);
    const nameStart = found.index + found[0].search(/SET\s/i) + (/SET\s+/i.exec(found[0])?.[0].length ?? 0);
    const value = found[2] === undefined ? written : written.replaceAll("''", "'");
    return [
      {
        name: { document, start: nameStart, end: nameStart + name.length, value: name, unknown: false },
        value: { document, start: end - written.length, end, value, unknown: holdsPlaceholder(value) },
        via: 'alter-system' as const,
        line: { document, ...line },
      },
    ];
  });
}
