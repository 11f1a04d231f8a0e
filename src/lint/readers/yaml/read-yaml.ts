import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseAllDocuments,
  type Document,
  type Node,
  type Pair,
  type Scalar,
} from 'yaml';
import type { DocumentFacts, YamlEntry, YamlValue } from '../../facts.ts';
import type { LintDocument, PlacedText } from '../../lint-document.ts';
import { holdsPlaceholder } from '../../placeholder.ts';
import { maskTemplates, unmaskTemplates } from './mask-templates.ts';

/** What is read of one YAML text. */
export interface YamlRead {
  /** One for each document between `---` lines; empty documents are left out. */
  readonly values: readonly YamlValue[];
  readonly unreadable: NonNullable<DocumentFacts['unreadable']>;
}

/** Far beyond real files, far below what hurts; aliases are counted each time they are used. */
const limits = { characters: 2 * 1024 * 1024, depth: 60, values: 50_000 } as const;

/**
 * Reads YAML 1.2, several documents if there are, with the place of every key and value. Anchors, aliases and merge
 * keys are resolved; placeholders of Jinja, Go and Compose are left standing in the values. What is broken is told and
 * the rest is read. Never throws.
 */
export function readYaml(document: LintDocument): YamlRead {
  const whole = { document, start: 0, end: document.text.length };
  if (document.text.length > limits.characters)
    return { values: [], unreadable: [{ place: whole, problem: 'is too large to be read' }] };
  const parsed = parseAllDocuments(maskTemplates(document.text), {
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: 'silent',
  });
  const documents = Array.isArray(parsed) ? (parsed as Document.Parsed[]) : [];
  const unreadable = documents.flatMap((one) =>
    one.errors.slice(0, 1).map((error) => ({
      place: placeOfError(document, error.pos),
      problem: unmaskTemplates(error.message),
    })),
  );
  const values = documents.flatMap((one) => {
    if (one.contents === null) return [];
    const value = new ValueReader(document).read(one.contents as Node, 0);
    return value === undefined ? [] : [value];
  });
  return { values, unreadable };
}

/** An error at the end stands behind the text for the parser. */
function placeOfError(document: LintDocument, [from, to]: readonly [number, number]) {
  const start = Math.min(from, document.text.length);
  return { document, start, end: Math.min(Math.max(from, to), document.text.length) };
}

/** Turns the nodes of one document into values. Aliases mean the last anchor of their name before them. */
class ValueReader {
  readonly #document: LintDocument;
  readonly #anchors = new Map<string, Node>();
  readonly #open = new Set<Node>();
  #count = 0;

  constructor(document: LintDocument) {
    this.#document = document;
  }

  /** Undefined for what is nested too deeply, contains itself, or is beyond the limit. */
  read(node: Node | null | undefined, fallback: number): YamlValue | undefined {
    this.#count += 1;
    if (this.#count > limits.values || this.#open.size > limits.depth) return undefined;
    if (node === null || node === undefined) return this.#nothing(fallback);
    if (isAlias(node)) {
      const target = this.#anchors.get(node.source);
      return target === undefined || this.#open.has(target) ? undefined : this.read(target, fallback);
    }
    if (this.#open.has(node)) return undefined;
    const { anchor } = node as { anchor?: string };
    if (anchor !== undefined) this.#anchors.set(anchor, node);
    this.#open.add(node);
    const value = this.#readContent(node, fallback);
    this.#open.delete(node);
    return value;
  }

  #readContent(node: Node, fallback: number): YamlValue {
    const place = this.#placeOf(node, fallback);
    if (isMap(node)) return { kind: 'map', place, entries: this.#readEntries(node.items as Pair[]) };
    if (isSeq(node)) {
      const items = (node.items as Node[]).flatMap((item) => this.read(item, place.start) ?? []);
      return { kind: 'list', place, items };
    }
    return isScalar(node) ? this.#readScalar(node, place.start) : this.#nothing(fallback);
  }

  #readEntries(pairs: readonly Pair[]): YamlEntry[] {
    const own = pairs.flatMap((pair) => this.#readEntry(pair) ?? []);
    const merges = own.filter((entry) => entry.key.value === '<<');
    if (merges.length === 0) return own;
    const entries = own.filter((entry) => entry.key.value !== '<<');
    const names = new Set(entries.map((entry) => entry.key.value));
    // Keys of the map itself win over merged ones, earlier sources over later ones (https://yaml.org/type/merge.html).
    const sources = merges.flatMap(({ value }) => (value.kind === 'list' ? value.items : [value]));
    for (const source of sources) {
      for (const entry of source.kind === 'map' ? source.entries : []) {
        if (names.has(entry.key.value)) continue;
        names.add(entry.key.value);
        entries.push(entry);
      }
    }
    return entries;
  }

  #readEntry(pair: Pair): YamlEntry | undefined {
    const key = pair.key as Node | null;
    if (!isScalar(key)) return undefined;
    const { text } = this.#readScalar(key, key.range?.[0] ?? 0);
    const value = this.read(pair.value as Node | null, text.end);
    return value === undefined ? undefined : { key: text, value };
  }

  #readScalar(node: Scalar, start: number): YamlValue & { kind: 'scalar' } {
    const document = this.#document;
    const end = Math.max(node.range?.[1] ?? start, start);
    const source = document.text.slice(start, end);
    const style =
      node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE'
        ? 'quoted'
        : node.type === 'BLOCK_FOLDED' || node.type === 'BLOCK_LITERAL'
          ? 'block'
          : 'plain';
    const isText = typeof node.value === 'string';
    const value = isText ? unmaskTemplates(node.value as string) : source;
    const text: PlacedText = {
      document,
      ...innerRange(source, start, style),
      value,
      unknown: holdsPlaceholder(value) || node.tag === '!vault',
    };
    return {
      kind: 'scalar',
      place: { document, start, end },
      text,
      value: plainValue(node.value, value),
      style,
    };
  }

  #nothing(at: number): YamlValue {
    const place = { document: this.#document, start: at, end: at };
    return {
      kind: 'scalar',
      place,
      text: { ...place, value: '', unknown: false },
      value: null,
      style: 'plain',
    };
  }

  #placeOf(node: Node, fallback: number): { document: LintDocument; start: number; end: number } {
    const start = node.range?.[0] ?? fallback;
    return { document: this.#document, start, end: Math.max(node.range?.[1] ?? start, start) };
  }
}

function plainValue(value: unknown, text: string): string | number | boolean | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  return typeof value === 'bigint' ? Number(value) : text;
}

/** Where the content of a scalar stands: without quotes, and without the header of a block. */
function innerRange(source: string, start: number, style: 'plain' | 'quoted' | 'block') {
  if (style === 'quoted') {
    const closed = source.length > 1 && source.endsWith(source.charAt(0));
    return {
      start: Math.min(start + 1, start + source.length),
      end: start + source.length - (closed ? 1 : 0),
    };
  }
  if (style === 'plain') return { start, end: start + source.length };
  const header = source.indexOf('\n');
  const content = header < 0 ? '' : source.slice(header + 1);
  const indentation = /^\s*/.exec(content)?.[0].length ?? 0;
  const inner = start + source.length - content.length;
  return { start: inner + indentation, end: inner + Math.max(indentation, content.trimEnd().length) };
}
