import { isDeepStrictEqual } from 'node:util';
import { isAlias, isMap, isScalar, isSeq, parseDocument, type Node, type Pair, type YAMLMap } from 'yaml';
import {
  blockLines,
  flowText,
  isEmpty,
  isEntries,
  isList,
  lastOffset,
  lineEnd,
  lineStart,
  plainOf,
  scalarLike,
  type YamlValue,
} from './yaml-text.ts';

/** The text cannot be edited there without touching something else, or it is no YAML. */
export class UneditableError extends Error {}

type Path = readonly string[];

/**
 * Sets a key in the text of a YAML file; mappings on the way that are missing are made. Lines that say nothing of the key
 * stay to the byte, and so does what else stands on its line: the comment behind it, quotes, neighbours between braces.
 *
 * Of a mapping that is there only the keys that differ are touched, and the ones that are not wanted are removed.
 *
 * @throws UneditableError
 */
export function setYamlKey(text: string, path: Path, value: YamlValue): string {
  const root = readRoot(text);
  const { map, pair, rest } = findPlace(root, path);
  const key = path[path.length - rest.length - 1] as string;
  const wanted = rest.reduceRight<YamlValue>((inner, name) => ({ entries: [[name, inner]] }), value);
  if (pair === undefined) return checked(text, insertPair(text, map, key, wanted), path, value);
  const node = pair.value as Node | null;
  if (rest.length === 0 && isDeepStrictEqual(plainOfNode(node, root), plainOf(value))) return text;
  if (isMap(node) && isEntries(value) && rest.length === 0)
    return setEntries(text, path, node, value.entries);
  return checked(text, replaceValue(text, map, pair, wanted), path, value);
}

/** Removes a key with its lines. @throws UneditableError */
export function removeYamlKey(text: string, path: Path): string {
  const { map, pair, rest } = findPlace(readRoot(text), path);
  if (pair === undefined || rest.length > 0) return text;
  return checked(text, cutPair(text, map, pair), path, undefined);
}

/**
 * Brings the items of a list that Holdfast owns to what they should be; others stay, in their order. A list that is left
 * empty is removed with its key.
 *
 * @param owns whether an item that is there is Holdfast's to change
 * @throws UneditableError
 */
export function setOwnedItems(
  text: string,
  path: Path,
  wanted: readonly string[],
  owns: (item: string) => boolean,
): string {
  const found = readYaml(text, path);
  const present = Array.isArray(found) ? found.map(String) : [];
  const kept = present.filter((item) => !owns(item) || wanted.includes(item));
  const all = [...kept, ...wanted.filter((item) => !kept.includes(item))];
  if (all.length === 0) return found === undefined ? text : removeYamlKey(text, path);
  if (isDeepStrictEqual(all, present)) return text;
  const root = readRoot(text);
  const { pair } = findPlace(root, path);
  const list = pair?.value;
  if (!isSeq(list) || list.flow === true || present.length === 0) return setYamlKey(text, path, all);
  const items = list.items as Node[];
  // Behind the last one that stays; where none does, in the place of the first.
  const stays = present.findLastIndex((item) => kept.includes(item));
  const like = items[Math.max(stays, 0)] as Node;
  const begin = lineStart(text, like.range?.[0] ?? 0);
  const dash = text.slice(begin).match(/^\s*-\s*/)?.[0] ?? '';
  const added = all.slice(kept.length).map((item) => `${dash}${scalarLike(item, sourceOf(text, like))}`);
  const cuts = items
    .filter((_, index) => !kept.includes(present[index] as string))
    .map((item) => ({ start: lineStart(text, item.range?.[0] ?? 0), end: lineEnd(text, item) }));
  const end = stays < 0 ? begin : lineEnd(text, like);
  // From the end on, so that places above stay where they are.
  const edited = [...cuts, { start: end, end }]
    .toSorted((left, right) => right.start - left.start || right.end - left.end)
    .reduce(
      (result, cut) =>
        cut.start === cut.end
          ? insertLines(result, cut.start, added)
          : result.slice(0, cut.start) + result.slice(cut.end),
      text,
    );
  return checked(text, edited, path, all);
}

/** The value at a path as data; undefined where there is none. */
export function readYaml(text: string, path: Path): unknown {
  return path.reduce<unknown>(
    (holder, key) =>
      typeof holder === 'object' && holder !== null ? (holder as Record<string, unknown>)[key] : undefined,
    plainDocument(text),
  );
}

interface Place {
  readonly map: YAMLMap;
  readonly pair: Pair | undefined;
  /** Keys below the pair, or below the one that is missing. */
  readonly rest: Path;
}

interface Root {
  readonly document: ReturnType<typeof parseDocument>;
  readonly map: YAMLMap;
}

function readRoot(text: string): Root {
  const document = parseDocument(text, { logLevel: 'silent', keepSourceTokens: true });
  const [error] = document.errors;
  if (error !== undefined) throw new UneditableError(`it is not YAML: ${error.message.split('\n')[0] ?? ''}`);
  if (!isMap(document.contents)) throw new UneditableError('it is no mapping');
  return { document, map: document.contents as YAMLMap };
}

function findPlace(root: Root, path: Path): Place {
  let { map } = root;
  for (const [index, key] of path.entries()) {
    const pair = map.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
    const rest = path.slice(index + 1);
    const node = pair?.value as Node | null | undefined;
    if (pair === undefined || rest.length === 0 || node === null || node === undefined || isEmpty(node))
      return { map, pair, rest };
    if (isAlias(node)) {
      throw new UneditableError(
        `${path.slice(0, index + 1).join('.')} is an alias: what is changed there would change elsewhere too`,
      );
    }
    if (!isMap(node)) throw new UneditableError(`${path.slice(0, index + 1).join('.')} is no mapping`);
    map = node;
  }
  throw new Error('a path has at least one key');
}

function setEntries(
  text: string,
  path: Path,
  map: YAMLMap,
  entries: readonly (readonly [string, YamlValue])[],
): string {
  const wanted = new Set(entries.map(([key]) => key));
  const extra = map.items.map(({ key }) => String(key)).filter((key) => !wanted.has(key));
  // New keys first: a mapping that loses all it has would be none for a moment.
  const set = entries.reduce((edited, [key, value]) => setYamlKey(edited, [...path, key], value), text);
  return extra.reduce((edited, key) => removeYamlKey(edited, [...path, key]), set);
}

function insertPair(text: string, map: YAMLMap, key: string, value: YamlValue): string {
  const last = map.items.at(-1);
  const [start, end] = map.range ?? [0, 0];
  if (map.flow === true) {
    if (last === undefined) return `${text.slice(0, start)}{ ${key}: ${flowText(value)} }${text.slice(end)}`;
    const at = lastOffset(last);
    return `${text.slice(0, at)}, ${key}: ${flowText(value)}${text.slice(at)}`;
  }
  if (last === undefined) throw new UneditableError('an empty mapping has no place for a key');
  return insertLines(text, lineEnd(text, last), blockLines(key, value, columnOf(text, map)));
}

function replaceValue(text: string, map: YAMLMap, pair: Pair, value: YamlValue): string {
  const node = pair.value as Node | null;
  const key = String(pair.key);
  const isSimple = !isEntries(value) && !isList(value);
  if (node !== null && !isEmpty(node) && isSimple && isScalar(node) && isOneLine(text, node)) {
    const [start, end] = [startWithTag(text, pair, node), node.range?.[1] ?? 0];
    return text.slice(0, start) + scalarLike(value, sourceOf(text, node)) + text.slice(end);
  }
  const isFlow = (isMap(node) || isSeq(node)) && node.flow === true;
  if (map.flow === true || (isFlow && isList(value))) {
    if (node === null || isEmpty(node)) throw new UneditableError(`${key} has no value between braces`);
    const [start, end] = [startWithTag(text, pair, node), node.range?.[1] ?? 0];
    return text.slice(0, start) + flowText(value) + text.slice(end);
  }
  const from = lineStart(text, (pair.key as Node).range?.[0] ?? 0);
  const lines = blockLines(key, value, columnOf(text, map));
  // The comment behind an empty key says what the key is.
  if (node === null || isEmpty(node)) return insertLines(text, lineEnd(text, pair), lines.slice(1));
  return insertLines(text.slice(0, from) + text.slice(lineEnd(text, pair)), from, lines);
}

function cutPair(text: string, map: YAMLMap, pair: Pair): string {
  const index = map.items.indexOf(pair);
  const keyStart = (pair.key as Node).range?.[0] ?? 0;
  if (map.flow !== true) {
    const start = lineStart(text, keyStart);
    if (text.slice(start, keyStart).trim() !== '')
      throw new UneditableError(`${String(pair.key)} shares its line with what it belongs to`);
    return text.slice(0, start) + text.slice(lineEnd(text, pair));
  }
  const [before, after] = [map.items[index - 1], map.items[index + 1]];
  if (before !== undefined) return text.slice(0, lastOffset(before)) + text.slice(lastOffset(pair));
  const end = after === undefined ? lastOffset(pair) : ((after.key as Node).range?.[0] ?? 0);
  return text.slice(0, keyStart) + text.slice(end);
}

/** A tag (`!vault`) or an anchor before a value goes with it. */
function startWithTag(text: string, pair: Pair, node: Node): number {
  const start = node.range?.[0] ?? 0;
  const colon = text.indexOf(':', (pair.key as Node).range?.[1] ?? 0);
  const between = text.slice(colon + 1, start);
  if (/&/.test(between) || (isScalar(node) && node.anchor !== undefined))
    throw new UneditableError(`${String(pair.key)} has an anchor: other places take its value`);
  return between.includes('!') ? colon + 2 : start;
}

function isOneLine(text: string, node: Node): boolean {
  return !sourceOf(text, node).includes('\n');
}

function sourceOf(text: string, node: Node): string {
  return text.slice(node.range?.[0] ?? 0, node.range?.[1] ?? 0);
}

function columnOf(text: string, map: YAMLMap): number {
  const start = (map.items[0]?.key as Node | undefined)?.range?.[0] ?? 0;
  return start - lineStart(text, start);
}

/** Lines at the begin of a line, with the breaks that the file has. */
function insertLines(text: string, at: number, lines: readonly string[]): string {
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const head = text.slice(0, at);
  const gap = head === '' || head.endsWith('\n') ? '' : newline;
  return head + gap + lines.map((line) => `${line}${newline}`).join('') + text.slice(at);
}

function plainOfNode(node: Node | null, { document }: Root): unknown {
  return node === null ? null : (node.toJS(document) as unknown);
}

function plainDocument(text: string): unknown {
  return readRoot(text).document.toJS() as unknown;
}

/** A file that decides over databases is never changed by a guess: what it says must be what was meant, and no more. */
function checked(before: string, after: string, path: Path, value: YamlValue | undefined): string {
  // Not structuredClone: what an alias repeats must not change with what it repeats.
  const wanted = JSON.parse(JSON.stringify(plainDocument(before))) as Record<string, unknown>;
  change(wanted, path, value === undefined ? undefined : plainOf(value));
  if (isDeepStrictEqual(withoutEmpty(plainDocument(after)), withoutEmpty(wanted))) return after;
  throw new UneditableError(`${path.join('.')} cannot be changed without changing more`);
}

function change(root: Record<string, unknown>, path: Path, value: unknown): void {
  let holder = root;
  for (const key of path.slice(0, -1)) {
    if (typeof holder[key] !== 'object' || holder[key] === null) holder[key] = {};
    holder = holder[key] as Record<string, unknown>;
  }
  if (value === undefined) delete holder[path.at(-1) as string];
  else holder[path.at(-1) as string] = value;
}

/** A mapping whose last key is gone reads as nothing. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, withoutEmpty(inner)] as const);
  return entries.length === 0 ? null : Object.fromEntries(entries);
}
