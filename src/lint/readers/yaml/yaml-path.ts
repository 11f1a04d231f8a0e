import type { YamlEntry, YamlValue } from '../../facts.ts';
import type { Place, PlacedText } from '../../lint-document.ts';

/** The value at a path of keys and indexes; undefined when there is none. The last of equal keys wins. */
export function yamlAt(
  value: YamlValue | undefined,
  ...path: readonly (string | number)[]
): YamlValue | undefined {
  let found = value;
  for (const part of path) {
    if (found?.kind === 'list' && typeof part === 'number') found = found.items[part];
    else if (found?.kind === 'map') found = yamlEntry(found, String(part))?.value;
    else return undefined;
  }
  return found;
}

/** An entry of a map by its key; the last of equal keys, as parsers take it. */
export function yamlEntry(value: YamlValue | undefined, key: string): YamlEntry | undefined {
  if (value?.kind !== 'map') return undefined;
  return value.entries.findLast((entry) => entry.key.value === key);
}

/** Entries of a map; none for anything else. */
export function yamlEntries(value: YamlValue | undefined): readonly YamlEntry[] {
  return value?.kind === 'map' ? value.entries : [];
}

/** Items of a list; none for anything else. */
export function yamlItems(value: YamlValue | undefined): readonly YamlValue[] {
  return value?.kind === 'list' ? value.items : [];
}

/** The text of a scalar that says something; undefined for maps, lists and nothing. */
export function yamlText(value: YamlValue | undefined): PlacedText | undefined {
  return value?.kind === 'scalar' && value.value !== null ? value.text : undefined;
}

/** Every map in a value, itself included, outermost first. */
export function* yamlMaps(value: YamlValue | undefined): Generator<YamlValue & { kind: 'map' }> {
  if (value?.kind === 'map') {
    yield value;
    for (const entry of value.entries) yield* yamlMaps(entry.value);
  } else if (value?.kind === 'list') for (const item of value.items) yield* yamlMaps(item);
}

/**
 * Everything that goes when an entry or an item is removed: its lines with the last line break, or, when something
 * else stands in front of it (`- name: x`, `{ a: 1, b: 2 }`), only itself and one comma.
 *
 * @param start offset where the key or the dash begins
 */
export function yamlLine(start: number, value: YamlValue): Place {
  const { document } = value.place;
  const lineStart = document.text.lastIndexOf('\n', start - 1) + 1;
  const end = Math.max(value.place.end, start);
  const before = document.text.slice(lineStart, start).trim();
  const isItem = before === '-' && start === value.place.start;
  if (before !== '' && !isItem) return withComma({ document, start, end });
  const lineBreak = document.text.indexOf('\n', end);
  // A block scalar ends behind its line break.
  const ended = end > start && document.text[end - 1] === '\n';
  const lineEnd = lineBreak < 0 ? document.text.length : lineBreak + 1;
  return { document, start: lineStart, end: ended ? end : lineEnd };
}

function withComma({ document, start, end }: Place): Place {
  const next = /^[ \t]*,[ \t]*/.exec(document.text.slice(end, end + 40));
  if (next !== null) return { document, start, end: end + next[0].length };
  const before = /[ \t]*,[ \t]*$/.exec(document.text.slice(Math.max(start - 40, 0), start));
  return { document, start: start - (before?.[0].length ?? 0), end };
}
