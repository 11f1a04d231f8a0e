import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
  type Pair,
  type YAMLError,
} from 'yaml';
import type { Problem } from '../model/source-position.ts';
import {
  formatPath,
  pathKey,
  SourceTree,
  type EntryOffsets,
  type Path,
  type PlainValue,
} from './source-tree.ts';

/** What a configuration file may not exceed. Far beyond real files, far below what hurts. */
export const parseLimits = { bytes: 256 * 1024, depth: 40, values: 50_000 } as const;

type Locate = (offset: number) => { line: number; col: number };

/** The tree is undefined when the text is not YAML that can be read on; then there is at least one problem. */
export interface ParseResult {
  readonly tree: SourceTree | undefined;
  readonly problems: readonly Problem[];
}

/**
 * Reads YAML 1.2 into plain data with the position of every key and value. Anchors, aliases and merge keys (`<<`) are
 * resolved. Never throws.
 *
 * @param text content of the file
 * @param file name to be used in positions
 */
export function parseYaml(text: string, file: string): ParseResult {
  if (text.length > parseLimits.bytes) return { tree: undefined, problems: [tooLarge(text.length, file)] };
  const lines = new LineCounter();
  const document = parseDocument(protectReferences(text), {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
  });
  const locate: Locate = (offset) => lines.linePos(offset);
  const syntax = firstOfEachLine([...document.errors, ...document.warnings], locate).map((error) =>
    syntaxProblem(error, file, locate),
  );
  if (document.errors.length > 0) return { tree: undefined, problems: syntax };
  const reader = new TreeReader(document, file, locate);
  const tree = reader.readTree();
  return { tree, problems: [...syntax, ...reader.problems] };
}

/** Turns nodes into plain data, counting what aliases multiply and refusing what JSON could not say. */
class TreeReader {
  readonly problems: Problem[] = [];
  readonly #document: Document.Parsed;
  readonly #file: string;
  readonly #locate: Locate;
  readonly #offsets = new Map<string, EntryOffsets>();
  readonly #open = new Set<Node>();
  readonly #duplicates = new Set<Node>();
  readonly #anchors = new Map<string, Node>();
  #values = 0;
  #stopped = false;

  constructor(document: Document.Parsed, file: string, locate: Locate) {
    this.#document = document;
    this.#file = file;
    this.#locate = locate;
  }

  readTree(): SourceTree | undefined {
    const contents = this.#document.contents;
    this.#offsets.set(pathKey([]), { key: undefined, value: startOf(contents) });
    const root = contents === null ? null : this.#read(contents, []);
    return this.#stopped ? undefined : new SourceTree(this.#file, root, this.#offsets, this.#locate);
  }

  #read(node: Node | null, path: Path): PlainValue {
    if (this.#stopped || node === null) return null;
    if (this.#isTooMuch(node, path)) return null;
    if (path.length > parseLimits.depth) return this.#stop(node, path, 'is nested too deeply');
    if (isAlias(node)) return this.#readAlias(node, path);
    if (this.#open.has(node)) return this.#stop(node, path, 'contains itself through an alias');
    this.#remember(node);
    this.#open.add(node);
    const value = this.#readContent(node, path);
    this.#open.delete(node);
    return value;
  }

  #readContent(node: Node, path: Path): PlainValue {
    if (isMap(node)) return this.#readMap(node.items as Pair[], path);
    if (isSeq(node)) {
      return node.items.map((item, index) => {
        const element = [...path, index];
        this.#offsets.set(pathKey(element), { key: undefined, value: startOf(item as Node) });
        return this.#read(item as Node, element);
      });
    }
    const value = isScalar(node) ? node.value : undefined;
    if (typeof value === 'bigint') return Number(value);
    if (typeof value === 'string') return restoreReferences(value);
    if (value === null || typeof value === 'number' || typeof value === 'boolean') return value;
    this.#report(
      node,
      path,
      'unusable-value',
      'is of a YAML type that has no meaning here',
      'Write plain text, a number, true or false.',
    );
    return null;
  }

  /** Counts values: aliases are counted each time, so that a few lines cannot become millions. */
  #isTooMuch(node: Node, path: Path): boolean {
    this.#values += 1;
    if (this.#values > parseLimits.values && !this.#stopped) this.#stop(node, path, 'holds too many values');
    return this.#stopped;
  }

  /** Anchors by name as they come: an alias means the last one before it. */
  #remember(node: Node): void {
    const anchor = (node as { anchor?: string }).anchor;
    if (anchor !== undefined) this.#anchors.set(anchor, node);
  }

  #readAlias(node: Node & { source: string }, path: Path): PlainValue {
    const target = this.#anchors.get(node.source);
    if (target !== undefined) return this.#read(target, path);
    const problem = `refers to the anchor \`${node.source}\`, which is not defined before it`;
    this.#report(node, path, 'bad-yaml', problem, `Define it with \`&${node.source}\` or remove the alias.`);
    return null;
  }

  #readMap(pairs: readonly Pair[], path: Path): PlainValue {
    const result: { [key: string]: PlainValue } = {};
    const merges: Pair[] = [];
    for (const pair of pairs) {
      if (keyText(pair.key as Node) === '<<') {
        merges.push(pair);
        continue;
      }
      const key = this.#readKey(pair.key as Node | null, path);
      if (key === undefined) continue;
      const entry = [...path, key];
      if (Object.hasOwn(result, key)) {
        this.#reportDuplicate(pair.key as Node, entry);
        continue;
      }
      const keyStart = startOf(pair.key as Node);
      const valueStart = isNothing(pair.value as Node | null) ? keyStart : startOf(pair.value as Node);
      this.#offsets.set(pathKey(entry), { key: keyStart, value: valueStart });
      result[key] = this.#read((pair.value ?? null) as Node | null, entry);
    }
    for (const pair of merges) this.#merge(pair, path, result);
    return result;
  }

  /** `<<: *base` and `<<: [*one, *two]`: keys already there win (YAML merge key, https://yaml.org/type/merge.html). */
  #merge(pair: Pair, path: Path, result: { [key: string]: PlainValue }): void {
    const value = pair.value as Node | null;
    const sources = isSeq(value) ? (value.items as Node[]) : [value];
    for (const source of sources) {
      const node = isAlias(source) ? this.#anchors.get(source.source) : source;
      if (source !== null && this.#isTooMuch(source, path)) return;
      if (!isMap(node) || this.#open.has(node)) {
        this.#report(
          pair.key as Node,
          [...path, '<<'],
          'bad-yaml',
          'merges something that is not a mapping',
          'Merge only mappings: `<<: *name`.',
        );
        continue;
      }
      this.#open.add(node);
      const own = node.items.filter((item) => !Object.hasOwn(result, keyText(item.key as Node) ?? ''));
      const merged = this.#readMap(own as Pair[], path);
      this.#open.delete(node);
      Object.assign(result, merged);
    }
  }

  #readKey(node: Node | null, path: Path): string | undefined {
    const text = keyText(node);
    if (text !== undefined && text !== '' && text !== '__proto__') return text;
    this.#report(
      node,
      path,
      'unusable-key',
      'holds a key that is not a plain name',
      'Write a name as the key.',
    );
    return undefined;
  }

  /** Once for each place, however often aliases lead there. The parser's own check takes quadratic time. */
  #reportDuplicate(key: Node, path: Path): void {
    if (this.#duplicates.has(key)) return;
    this.#duplicates.add(key);
    this.#report(
      key,
      path,
      'duplicate-key',
      'the same key stands here a second time',
      'Keep one of the two.',
    );
  }

  #stop(node: Node, path: Path, problem: string): null {
    this.#stopped = true;
    const remedy = `Keep it below ${parseLimits.depth} levels and ${parseLimits.values} values, aliases counted each time.`;
    this.#report(node, path, 'too-complex', problem, remedy);
    return null;
  }

  #report(node: Node | null, path: Path, rule: string, problem: string, remedy: string): void {
    const { line, col } = this.#locate(startOf(node));
    const position = { file: this.#file, line: Math.max(line, 1), column: Math.max(col, 1) };
    this.problems.push({ severity: 'error', rule, position, path: formatPath(path), problem, remedy });
  }
}

/** A key without a value: the parser gives an empty scalar, whose place says nothing. */
function isNothing(node: Node | null): boolean {
  return node === null || (isScalar(node) && node.value === null && node.source === '');
}

function startOf(node: Node | null | undefined): number {
  return node?.range?.[0] ?? 0;
}

/** A key as text; undefined for a key that is a mapping, a list or nothing. */
function keyText(node: Node | null): string | undefined {
  if (!isScalar(node) || node.value === null || node.value === undefined) return undefined;
  if (typeof node.value === 'symbol') return node.value.description;
  if (typeof node.value === 'object') return undefined;
  return typeof node.value === 'string' ? restoreReferences(node.value) : (node.source ?? String(node.value));
}

/**
 * `${NAME}` may stand without quotes in `{ … }` too, where YAML would take the braces for its own. The braces are
 * exchanged for two characters of the private use area, one for one, so that every position stays right.
 */
function protectReferences(text: string): string {
  return text.replace(/\$\{([A-Za-z_]\w*)\}/g, '$\u{E0F0}$1\u{E0F1}');
}

function restoreReferences(text: string): string {
  return text.replace(/\$\u{E0F0}(\w+)\u{E0F1}/gu, '${$1}');
}

/** One mistake makes the parser say several things about one line: the first is the useful one. */
function firstOfEachLine(errors: readonly YAMLError[], locate: Locate): readonly YAMLError[] {
  const seen = new Set<number>();
  return errors.filter((error) => {
    // Nesting without end is reported for every level.
    const line = error.code === 'RESOURCE_EXHAUSTION' ? -1 : locate(error.pos[0]).line;
    const repeated = seen.has(line);
    seen.add(line);
    return !repeated;
  });
}

function syntaxProblem(error: YAMLError, file: string, locate: Locate): Problem {
  const { line, col } = locate(error.pos[0]);
  const position = { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  const common = { severity: 'error', position, path: '' } as const;
  if (error.code === 'RESOURCE_EXHAUSTION') {
    return {
      ...common,
      rule: 'too-complex',
      problem: 'is nested too deeply',
      remedy: `Keep it below ${parseLimits.depth} levels.`,
    };
  }
  if (error.code === 'MULTIPLE_DOCS') {
    return {
      ...common,
      rule: 'bad-yaml',
      problem: 'a second document begins here',
      remedy: 'Keep one document: remove the `---` lines after the first.',
    };
  }
  const text = restoreReferences(error.message).replace(/\.$/, '');
  const message = `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
  return {
    ...common,
    rule: 'bad-yaml',
    problem: message,
    remedy: 'Correct the YAML at this place: indentation, quotes and brackets.',
  };
}

function tooLarge(length: number, file: string): Problem {
  return {
    severity: 'error',
    rule: 'too-complex',
    position: { file, line: 1, column: 1 },
    path: '',
    value: `${length} characters`,
    problem: 'the file is too large for a configuration',
    expected: `at most ${parseLimits.bytes} characters`,
    remedy: 'Name the right file, or describe fewer stanzas in one.',
  };
}
