import type { DocumentFacts, Variable } from '../facts.ts';
import type { LintDocument, PlacedText } from '../lint-document.ts';
import { holdsPlaceholder } from '../placeholder.ts';
import { readVariableSchedule } from './read-variable-schedule.ts';

/**
 * Reads a file of `NAME=value` lines as Compose, systemd's EnvironmentFile and shells take it: optional `export`,
 * quotes round the value, and in an unquoted value a comment after a blank (Compose, "Interpolation", env file syntax).
 */
export function readEnvironment(document: LintDocument): DocumentFacts {
  const variables: Variable[] = [];
  for (let start = 0; start < document.text.length;) {
    const lineBreak = document.text.indexOf('\n', start);
    const end = lineBreak < 0 ? document.text.length : lineBreak + 1;
    const variable = readLine(document, start, end);
    if (variable !== undefined) variables.push(variable);
    start = end;
  }
  return {
    document,
    variables,
    schedules: variables.flatMap((variable) => readVariableSchedule(variable) ?? []),
  };
}

const assignment = /^(\s*(?:export\s+)?)([A-Za-z_][A-Za-z0-9_]*)(\s*=[ \t]*)(.*?)\s*$/s;

function readLine(document: LintDocument, start: number, end: number): Variable | undefined {
  const [, lead = '', name, equals = '', rest = ''] = assignment.exec(document.text.slice(start, end)) ?? [];
  if (name === undefined) return undefined;
  const nameStart = start + lead.length;
  const valueStart = nameStart + name.length + equals.length;
  const { value, skipped } = unquote(rest);
  return {
    name: place(document, nameStart, name),
    value: place(document, valueStart + skipped, value),
    via: 'file',
    line: { document, start, end },
  };
}

function unquote(rest: string): { readonly value: string; readonly skipped: number } {
  const [quoted, , inside = ''] = /^(["'])(.*?)\1/.exec(rest) ?? [];
  if (quoted !== undefined) return { value: inside, skipped: 1 };
  return { value: rest.replace(/(^|\s+)#.*$/, ''), skipped: 0 };
}

function place(document: LintDocument, start: number, value: string): PlacedText {
  return { document, start, end: start + value.length, value, unknown: holdsPlaceholder(value) };
}
