/** Tables in an order in which rows can be inserted. */
export interface TableOrder {
  /** What is referred to comes before what refers to it. */
  readonly order: readonly string[];
  /** Tables that refer to each other in a circle, each circle once. A table that refers to itself is none. */
  readonly circles: readonly (readonly string[])[];
}

/**
 * Orders tables by their foreign keys: Tarjan's strongly connected components, which come out with what is referred to
 * first. Within a circle no order is right: its keys must be checked at the end.
 *
 * @param references pairs: the table that refers, the table referred to; tables that are not in `names` are ignored
 *
 * @see R. Tarjan, Depth-first search and linear graph algorithms, SIAM J. Comput. 1 (1972)
 */
export function orderTables(
  names: readonly string[],
  references: readonly (readonly [string, string])[],
): TableOrder {
  const targets = new Map<string, string[]>(names.map((name) => [name, []]));
  for (const [from, to] of references) {
    if (from !== to && targets.has(to)) targets.get(from)?.push(to);
  }
  const search = new ComponentSearch(targets);
  const components = search.run();
  return { order: components.flat(), circles: components.filter(({ length }) => length > 1) };
}

class ComponentSearch {
  readonly #targets: ReadonlyMap<string, readonly string[]>;
  readonly #index = new Map<string, number>();
  readonly #low = new Map<string, number>();
  readonly #stack: string[] = [];
  readonly #components: string[][] = [];

  constructor(targets: ReadonlyMap<string, readonly string[]>) {
    this.#targets = targets;
  }

  run(): string[][] {
    for (const name of this.#targets.keys()) if (!this.#index.has(name)) this.#visit(name);
    return this.#components;
  }

  #visit(name: string): void {
    const index = this.#index.size;
    this.#index.set(name, index);
    this.#low.set(name, index);
    this.#stack.push(name);
    for (const target of this.#targets.get(name) ?? []) {
      if (!this.#index.has(target)) {
        this.#visit(target);
        this.#lower(name, this.#low.get(target));
      } else if (this.#stack.includes(target)) this.#lower(name, this.#index.get(target));
    }
    if (this.#low.get(name) === index) this.#components.push(this.#stack.splice(this.#stack.indexOf(name)));
  }

  #lower(name: string, to: number | undefined): void {
    this.#low.set(name, Math.min(this.#low.get(name) ?? 0, to ?? 0));
  }
}
