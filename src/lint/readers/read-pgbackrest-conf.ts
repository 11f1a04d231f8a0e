import { readConfText } from '../../engine/conf/read-conf-text.ts';
import type { DocumentFacts, EngineSetting } from '../facts.ts';
import type { LintDocument, PlacedText } from '../lint-document.ts';
import { holdsPlaceholder } from '../placeholder.ts';

/**
 * Reads a pgbackrest.conf, or a template of one: a line that holds `{% … %}` alone steers the template and is neither
 * a setting nor a mistake.
 */
export function readPgbackrestConf(document: LintDocument): DocumentFacts {
  const source = readConfText(document.text, document.file);
  const settings = source.entries.flatMap((entry): EngineSetting[] => {
    const line = document.text.slice(entry.lineStart, entry.lineEnd);
    if (steersTemplate(line)) return [];
    return [
      {
        name: placed(document, entry.nameStart, entry.name),
        value: placed(document, entry.valueStart, entry.value),
        section: entry.section,
        via: 'conf',
        line: { document, start: entry.lineStart, end: entry.lineEnd },
      },
    ];
  });
  const unreadable = source.badLines
    .filter(({ start, end }) => !steersTemplate(document.text.slice(start, end)))
    .map(({ start, end, problem }) => ({ place: { document, start, end }, problem }));
  return { document, engineFile: { document, settings }, unreadable };
}

/** True for a line of a template that holds no text of the file: `{% for host in hosts %}`, `{{- if .x }}`, `{# … #}`. */
export function steersTemplate(line: string): boolean {
  return /^\s*(\{%.*%\}|\{#.*#\}|\{\{[-#/]?\s*(if|else|end|range|with|include|define)\b.*\}\}|\{\{-?\s*\/\*.*\*\/\s*-?\}\})\s*(#.*)?$/s.test(
    line,
  );
}

function placed(document: LintDocument, start: number, value: string): PlacedText {
  return { document, start, end: start + value.length, value, unknown: holdsPlaceholder(value) };
}
