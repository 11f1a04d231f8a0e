import { readField } from './copy-text.ts';

/** One row of a stream: fields as COPY wrote them. */
export interface StreamedRow {
  /** It is among the rows that were asked for. */
  readonly selected: boolean;
  /** The key first, then the other columns that both sides have, then those that only this side has. */
  readonly fields: readonly string[];
}

/** Gives rows in the order of the key; undefined behind the last. A promise only where it must wait. */
export interface RowSource {
  next(): StreamedRow | undefined | Promise<StreamedRow | undefined>;
}

/** How a column of the key is ordered: as numbers, or byte by byte. */
export type KeyOrder = 'integer' | 'text';

/** How two streams are laid out. */
export interface RowLayout {
  readonly key: readonly KeyOrder[];
  /** Columns that both sides have, the key's included. */
  readonly common: number;
}

/** `missing`: only in the copy. `new`: only in the live database. */
export type RowDifference =
  | { readonly kind: 'missing'; readonly was: StreamedRow }
  | { readonly kind: 'changed'; readonly was: StreamedRow; readonly is: StreamedRow }
  | { readonly kind: 'new'; readonly is: StreamedRow };

/** How many rows there are; differences count only those that were asked for. */
export interface RowCounts {
  readonly copy: number;
  readonly live: number;
  readonly equal: number;
  readonly missing: number;
  readonly changed: number;
  readonly new: number;
}

/**
 * Walks two ordered streams side by side and tells what differs. Holds one row of each in memory. Without a key of its
 * own a table takes all columns as key: then each row pairs with one equal row, and nothing is ever `changed`.
 *
 * @param tell called for each difference; when it gives a promise it is awaited
 * @throws Error when a stream is not in order: the rows would be told wrongly
 */
export async function mergeRows(
  copy: RowSource,
  live: RowSource,
  layout: RowLayout,
  tell: (difference: RowDifference) => void | Promise<void> | undefined,
): Promise<RowCounts> {
  const counts = { copy: 0, live: 0, equal: 0, missing: 0, changed: 0, new: 0 };
  const count = (difference: RowDifference): void | Promise<void> => {
    counts[difference.kind] += 1;
    return tell(difference) ?? undefined;
  };
  const sides = { copy: new Side(copy, layout), live: new Side(live, layout) };
  await Promise.all([sides.copy.advance(), sides.live.advance()]);
  for (;;) {
    const [was, is] = [sides.copy.row, sides.live.row];
    if (was === undefined && is === undefined) break;
    const order =
      was === undefined ? 1 : is === undefined ? -1 : compareKeys(was.fields, is.fields, layout.key);
    if (order < 0 && was?.selected === true) await count({ kind: 'missing', was });
    if (order > 0 && is?.selected === true) await count({ kind: 'new', is });
    if (order === 0 && was !== undefined && is !== undefined) {
      if (areSame(was.fields, is.fields, layout.common)) counts.equal += 1;
      else if (was.selected || is.selected) await count({ kind: 'changed', was, is });
    }
    if (order <= 0) {
      counts.copy += 1;
      const wait = sides.copy.advance();
      if (wait !== undefined) await wait;
    }
    if (order >= 0) {
      counts.live += 1;
      const wait = sides.live.advance();
      if (wait !== undefined) await wait;
    }
  }
  return counts;
}

class Side {
  row: StreamedRow | undefined;
  readonly #source: RowSource;
  readonly #layout: RowLayout;

  constructor(source: RowSource, layout: RowLayout) {
    this.#source = source;
    this.#layout = layout;
  }

  advance(): Promise<void> | undefined {
    const next = this.#source.next();
    if (next instanceof Promise) return next.then((row) => this.#take(row));
    this.#take(next);
    return undefined;
  }

  #take(row: StreamedRow | undefined): void {
    const before = this.row;
    if (before !== undefined && row !== undefined) {
      if (compareKeys(before.fields, row.fields, this.#layout.key) > 0)
        throw new Error(`rows are not in order: ${before.fields[0]} before ${row.fields[0]}`);
    }
    this.row = row;
  }
}

function areSame(one: readonly string[], other: readonly string[], count: number): boolean {
  for (let index = 0; index < count; index += 1) if (one[index] !== other[index]) return false;
  return true;
}

/** NULLs come last, as in the query that orders them. */
export function compareKeys(
  one: readonly string[],
  other: readonly string[],
  orders: readonly KeyOrder[],
): number {
  for (const [index, order] of orders.entries()) {
    const [a, b] = [one[index] ?? '', other[index] ?? ''];
    if (a === b) continue;
    return order === 'integer' ? compareIntegers(a, b) : compareTexts(a, b);
  }
  return 0;
}

/** Up to 15 digits a double is exact. */
function compareIntegers(a: string, b: string): number {
  if (a.length <= 15 && b.length <= 15) return Number(a) - Number(b);
  return BigInt(a) < BigInt(b) ? -1 : 1;
}

function compareTexts(a: string, b: string): number {
  const [left, right] = [readField(a), readField(b)];
  if (left === undefined || right === undefined) return left === undefined ? 1 : -1;
  return left < right ? -1 : left > right ? 1 : 0;
}
