import { isDeepStrictEqual } from 'node:util';
import {
  isMap,
  isSeq,
  parseDocument,
  stringify,
  type Document,
  type Node,
  type Pair,
  type YAMLMap,
} from 'yaml';

/**
 * Sets a key of a mapping in the text of a YAML file. Nothing else of the text changes, comments and spelling neither;
 * a mapping that stands on one line (`{ … }`) is written anew as a whole document, comments kept.
 *
 * @param path keys from the root; mappings on the way that are missing are made
 * @param value plain data
 * @returns the same text when the value is there already
 * @throws Error when the text is not YAML, or what is on the way is no mapping
 */
export function setMappingKey(text: string, path: readonly string[], value: unknown): string {
  const document = parseDocument(text, { version: '1.1' });
  if (document.errors[0] !== undefined) throw new Error(document.errors[0].message);
  const before = document.getIn(path);
  const present: unknown = isMap(before) || isSeq(before) ? before.toJS(document) : before;
  if (isDeepStrictEqual(present, value)) return text;
  const spliced = splice(text, document, path, value);
  // The library would make maps of its own for what is missing on the way.
  const missing = path.findIndex((_, at) => !isMap(document.getIn(path.slice(0, at + 1))));
  const made = missing < 0 ? path.length : missing + 1;
  document.setIn(path.slice(0, made), document.createNode(nest(path.slice(made), value)));
  // A file that decides over a database is never changed by a guess: both ways must come to the same.
  if (spliced !== undefined && hasContent(spliced, document)) return spliced;
  return document.toString({ lineWidth: 0 });
}

function hasContent(text: string, wanted: Document): boolean {
  const read = parseDocument(text, { version: '1.1' });
  return read.errors.length === 0 && isDeepStrictEqual(read.toJS(), wanted.toJS());
}

/** @returns undefined where lines cannot be put in without touching others */
function splice(
  text: string,
  document: Document,
  path: readonly string[],
  value: unknown,
): string | undefined {
  let map = document.contents as Node | null;
  for (const [at, key] of path.entries()) {
    if (!isMap(map) || map.flow === true || map.items.length === 0) return undefined;
    const pair = map.items.find((item) => String(item.key) === key);
    const rest = nest(path.slice(at + 1), value);
    if (pair === undefined || at === path.length - 1 || isNothing(pair))
      return write(text, map, pair, key, rest);
    map = pair.value as Node | null;
  }
  return undefined;
}

function nest(path: readonly string[], value: unknown): unknown {
  return path.reduceRight<unknown>((inner, name) => ({ [name]: inner }), value);
}

function isNothing(pair: Pair): boolean {
  return (pair.value as { value?: unknown } | null)?.value === null || pair.value === null;
}

function write(text: string, map: YAMLMap, pair: Pair | undefined, key: string, value: unknown): string {
  const column = columnOf(text, map.items[0] as Pair);
  const lines = stringify({ [key]: value }, { lineWidth: 0, version: '1.1', singleQuote: true })
    .split('\n')
    .map((line) => (line === '' ? '' : `${' '.repeat(column)}${line}`))
    .join('\n');
  if (pair !== undefined) {
    const start = lineStart(text, startOf(pair));
    return text.slice(0, start) + lines + text.slice(endOf(text, pair));
  }
  const end = endOf(text, map.items.at(-1) as Pair);
  const head = text.slice(0, end);
  return head + (head.endsWith('\n') ? '' : '\n') + lines + text.slice(end);
}

const startOf = (pair: Pair): number => (pair.key as Node).range?.[0] ?? 0;

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

function columnOf(text: string, pair: Pair): number {
  return startOf(pair) - lineStart(text, startOf(pair));
}

/** After the line on which the last of it stands. */
function endOf(text: string, pair: Pair): number {
  const end = lastOffset((pair.value ?? pair.key) as Node) ?? startOf(pair);
  if (text.charAt(end - 1) === '\n') return end;
  const newline = text.indexOf('\n', end);
  return newline < 0 ? text.length : newline + 1;
}

function lastOffset(node: Node): number | undefined {
  if ((isMap(node) || isSeq(node)) && node.flow !== true) {
    const last = node.items.at(-1) as Pair | Node | undefined;
    if (last !== undefined && 'key' in last) return lastOffset((last.value ?? last.key) as Node);
    if (last !== undefined) return lastOffset(last as Node);
  }
  return node.range?.[1];
}
