import { Document, isMap, isPair, parseDocument, visit, type Pair, type YAMLMap } from 'yaml';

/** A repository in the text of a holdfast.yaml. */
export interface RepositoryKey {
  readonly stanza: string;
  readonly name: string;
}

/**
 * The text with another repository at the end of the stanza's, like one that is there but for what is given. The rest
 * of the text stays as it is, comments too; where the repositories stand on one line, that line is written anew.
 *
 * @param name of the new one
 * @throws Error when there is no such repository: the configuration was read from this very text
 */
export function addRepositoryLike(
  text: string,
  like: RepositoryKey,
  name: string,
  changes: Readonly<Record<string, unknown>>,
): string {
  const document = parseDocument(text);
  const { map, pair } = findRepository(document, like);
  const column = columnOf(text, pair);
  if (map.flow === true || column === undefined) {
    map.add(document.createPair(name, { ...plainValue(document, pair), ...changes }));
    return document.toString({ lineWidth: 0 });
  }
  const end = endOfLastItem(text, map);
  const lines = repositoryText(document, pair, name, changes)
    .trimEnd()
    .split('\n')
    .map((line) => `${' '.repeat(column)}${line}\n`);
  return text.slice(0, end) + (text.charAt(end - 1) === '\n' ? '' : '\n') + lines.join('') + text.slice(end);
}

/** Written as the other one is, unless an alias in it means something elsewhere. */
function repositoryText(
  document: Document,
  pair: Pair,
  name: string,
  changes: Readonly<Record<string, unknown>>,
): string {
  const written = new Document({});
  let usesAlias = false;
  visit(pair.value as YAMLMap, { Alias: () => void (usesAlias = true) });
  if (usesAlias || !isMap(pair.value)) {
    written.contents = written.createNode({ [name]: { ...plainValue(document, pair), ...changes } });
  } else {
    const node = pair.value.clone() as YAMLMap;
    // What is said beside the old one is said of the old one.
    visit(node, {
      Node: (_, each) => {
        each.comment = null;
        each.commentBefore = null;
      },
    });
    for (const [key, value] of Object.entries(changes)) node.set(key, written.createNode(value));
    written.set(name, node);
  }
  return written.toString({ lineWidth: 0 });
}

function plainValue(document: Document, pair: Pair): Record<string, unknown> {
  return (pair.value as YAMLMap).toJS(document) as Record<string, unknown>;
}

/**
 * The text with every scalar that has one of these values masked, in whatever way it is written.
 *
 * @param values secrets that stand in the file itself
 * @param maskOf what stands for each, by its place in the list
 */
export function maskValues(
  text: string,
  values: readonly string[],
  maskOf: (index: number) => string = () => '(masked)',
): string {
  if (values.length === 0) return text;
  const ranges: (readonly [number, number, string])[] = [];
  visit(parseDocument(text), {
    Scalar: (_, scalar) => {
      const range = rangeOf(scalar);
      const index = values.indexOf(String(scalar.value));
      if (range !== undefined && index >= 0) ranges.push([range[0], range[1], maskOf(index)]);
    },
  });
  return ranges
    .toSorted((left, right) => right[0] - left[0])
    .reduce((masked, [start, end, mask]) => `${masked.slice(0, start)}${mask}${masked.slice(end)}`, text);
}

/** The text without one repository; comments above it that stand alone stay. */
export function removeRepository(text: string, key: RepositoryKey): string {
  const document = parseDocument(text);
  const { map, pair } = findRepository(document, key);
  const column = columnOf(text, pair);
  const keyStart = rangeOf(pair.key)?.[0];
  const valueEnd = rangeOf(pair.value)?.[1];
  if (map.flow === true || column === undefined || keyStart === undefined || valueEnd === undefined) {
    map.delete(key.name);
    return document.toString({ lineWidth: 0 });
  }
  const start = keyStart - column;
  const last = text.charAt(valueEnd - 1) === '\n' ? valueEnd : text.indexOf('\n', valueEnd) + 1;
  return text.slice(0, start) + (last === 0 ? '' : text.slice(last));
}

function findRepository(document: Document, key: RepositoryKey): { map: YAMLMap; pair: Pair } {
  const map = document.getIn(['stanzas', key.stanza, 'repositories'], true);
  const pair = isMap(map)
    ? map.items.find((item) => isPair(item) && String((item.key as { value?: unknown }).value) === key.name)
    : undefined;
  if (!isMap(map) || pair === undefined) throw new Error(`no repository ${key.name} in the text`);
  return { map, pair };
}

/** Blanks before the key on its line; undefined when something else stands there. */
function columnOf(text: string, pair: Pair): number | undefined {
  const start = rangeOf(pair.key)?.[0];
  if (start === undefined) return undefined;
  const before = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  return before.trim() === '' ? before.length : undefined;
}

function endOfLastItem(text: string, map: YAMLMap): number {
  const end = rangeOf(map.items.at(-1)?.value)?.[1] ?? text.length;
  if (text.charAt(end - 1) === '\n') return end;
  const lineEnd = text.indexOf('\n', end);
  return lineEnd === -1 ? text.length : lineEnd + 1;
}

function rangeOf(node: unknown): readonly [number, number, number] | undefined {
  return (node as { range?: [number, number, number] } | null | undefined)?.range ?? undefined;
}
