import { pathKey, type Path } from '../../config/source-tree.ts';
import type { SourcePosition } from '../../model/source-position.ts';
import type { Draft, DraftComment, DraftMapping, DraftNote, DraftValue } from '../draft.ts';

/** Where a value of the draft came from, in the words of its source. */
export interface DraftOrigin {
  readonly written: string;
  readonly position: SourcePosition | undefined;
}

type Node = Map<string | number, Node> | DraftValue;

/** A draft in the making. It remembers where each value came from, so that what must be left out can be told. */
export class DraftBuilder {
  readonly notes: DraftNote[] = [];
  readonly comments: DraftComment[] = [];
  readonly #root = new Map<string | number, Node>();
  readonly #origins = new Map<string, DraftOrigin>();
  readonly #unseen = new Set<string>();

  /** Puts a value in; what holds it is made on the way. A mapping or list that is already there is kept. */
  set(path: Path, value: DraftValue, origin?: DraftOrigin): void {
    let holder = this.#root;
    for (const part of path.slice(0, -1)) {
      const next = holder.get(part);
      if (next instanceof Map) holder = next;
      else {
        const made = new Map<string | number, Node>();
        holder.set(part, made);
        holder = made;
      }
    }
    holder.set(path.at(-1) ?? '', value);
    if (origin !== undefined) this.#origins.set(pathKey(path), origin);
  }

  /** A reference to a variable of the engine's environment that nobody has shown us. */
  setUnseen(path: Path, variable: string): void {
    this.set(path, `\${${variable}}`);
    this.#unseen.add(variable);
  }

  /** Names of the variables that were referred to and not seen. */
  unseenVariables(): string[] {
    return [...this.#unseen];
  }

  has(path: Path): boolean {
    return this.#at(path) !== undefined;
  }

  /** A value that is no mapping or list that was built here; undefined when there is none. */
  valueAt(path: Path): DraftValue | undefined {
    const node = this.#at(path);
    return node instanceof Map ? undefined : node;
  }

  /** Takes a value out, and what is empty without it. @returns false when it was not there */
  remove(path: Path): boolean {
    const holder = this.#at(path.slice(0, -1));
    if (path.length === 0 || !(holder instanceof Map) || !holder.delete(path.at(-1) ?? '')) return false;
    if (holder.size === 0 && path.length > 1) this.remove(path.slice(0, -1));
    return true;
  }

  /** Where the value came from, and everything inside it. */
  originsOf(path: Path): DraftOrigin[] {
    const key = pathKey(path);
    return [...this.#origins]
      .filter(([at]) => at === key || at.startsWith(`${key}\u0000`))
      .map(([, origin]) => origin);
  }

  /** Every path that holds something, the deepest of a branch last. */
  paths(): Path[] {
    const found: Path[] = [];
    const visit = (node: Node | undefined, path: Path): void => {
      found.push(path);
      if (!(node instanceof Map)) return;
      for (const [part, inner] of node) visit(inner, [...path, part]);
    };
    visit(this.#root, []);
    return found;
  }

  build(header: readonly string[]): Draft {
    return {
      file: plain(this.#root) as DraftMapping,
      header,
      comments: [...this.comments],
      notes: this.notes.toSorted(byPosition),
    };
  }

  #at(path: Path): Node | undefined {
    let node: Node | undefined = this.#root;
    for (const part of path) node = node instanceof Map ? node.get(part) : undefined;
    return node;
  }
}

/** As they stand in the files; what stands nowhere comes last. */
function byPosition({ position: one }: DraftNote, { position: other }: DraftNote): number {
  if (one === undefined || other === undefined)
    return Number(one === undefined) - Number(other === undefined);
  if (one.file !== other.file) return one.file < other.file ? -1 : 1;
  return one.line - other.line || one.column - other.column;
}

/** Maps with numbers for keys are lists; what was taken out of them leaves no gap. */
function plain(node: Node): DraftValue {
  if (!(node instanceof Map)) return node;
  if (node.size > 0 && [...node.keys()].every((key) => typeof key === 'number')) {
    return [...node.entries()]
      .toSorted(([one], [other]) => Number(one) - Number(other))
      .map(([, item]) => plain(item));
  }
  return Object.fromEntries([...node].map(([key, item]) => [key, plain(item)]));
}
