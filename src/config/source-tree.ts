import type { SourcePosition } from '../model/source-position.ts';

/** Keys and indexes from the root to a value. */
export type Path = readonly (string | number)[];

/** Plain data as JSON has it. */
export type PlainValue = null | boolean | number | string | PlainValue[] | { [key: string]: PlainValue };

/** Where the key (in a mapping) and the value of one entry begin, as offsets into the text. */
export interface EntryOffsets {
  readonly key: number | undefined;
  readonly value: number;
}

/** The content of a YAML file as plain data, and where each part of it stands. */
export class SourceTree {
  readonly file: string;
  readonly root: PlainValue;
  readonly #offsets: ReadonlyMap<string, EntryOffsets>;
  readonly #locate: (offset: number) => { line: number; col: number };

  constructor(
    file: string,
    root: PlainValue,
    offsets: ReadonlyMap<string, EntryOffsets>,
    locate: (offset: number) => { line: number; col: number },
  ) {
    this.file = file;
    this.root = root;
    this.#offsets = offsets;
    this.#locate = locate;
  }

  /** The value at a path; undefined when there is none. */
  valueAt(path: Path): PlainValue | undefined {
    let value: PlainValue | undefined = this.root;
    for (const part of path) {
      if (typeof value !== 'object' || value === null) return undefined;
      value = Object.hasOwn(value, part) ? (value as Record<string | number, PlainValue>)[part] : undefined;
    }
    return value;
  }

  /**
   * Where a path begins. A path that is not in the file stands where the nearest thing that should hold it begins.
   *
   * @param part `key` for the key's own position, `value` for what follows it
   */
  positionOf(path: Path, part: 'key' | 'value'): SourcePosition {
    const exact = this.#offsets.get(pathKey(path));
    if (exact) return this.#position(part === 'key' ? (exact.key ?? exact.value) : exact.value);
    for (let length = path.length - 1; length >= 0; length -= 1) {
      const holder = this.#offsets.get(pathKey(path.slice(0, length)));
      if (holder) return this.#position(holder.key ?? holder.value);
    }
    return this.#position(0);
  }

  #position(offset: number): SourcePosition {
    const { line, col } = this.#locate(offset);
    return { file: this.file, line: Math.max(line, 1), column: Math.max(col, 1) };
  }
}

/** One text for a path, to be used as a key of maps. */
export function pathKey(path: Path): string {
  return path.map((part) => (typeof part === 'number' ? `#${part}` : `.${part}`)).join('\u0000');
}

/** A path for people: `stanzas.main.postgres[0].port`; keys that are not plain words are quoted. */
export function formatPath(path: Path): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else text += `${text === '' ? '' : '.'}${/^[\w-]+$/.test(part) ? part : JSON.stringify(part)}`;
  }
  return text;
}
