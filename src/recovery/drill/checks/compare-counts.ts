/** Tables as `database/schema.table`, with their rows; null: not known. JSON. */
export type Counts = Readonly<
  Record<string, { readonly rows: number | null; readonly exact: boolean; readonly bytes: number }>
>;

/** What became of tables between an earlier and a later moment. JSON. */
export interface CountChanges {
  readonly vanished: readonly string[];
  readonly appeared: number;
  readonly shrunk: readonly { readonly table: string; readonly from: number; readonly to: number }[];
  readonly grown: number;
  /** Those of `vanished` and `shrunk` that lost more than may be. */
  readonly tooMuch: readonly string[];
}

/** Estimates are wrong by some percent; within this share they are no loss. */
const blur = 0.1;

/**
 * Compares the rows of two moments.
 *
 * @param shrink the share of its rows, 0 to 1, of which a table may lose no more; undefined: any
 */
export function compareCounts(earlier: Counts, later: Counts, shrink: number | undefined): CountChanges {
  const vanished = Object.keys(earlier).filter((table) => later[table] === undefined);
  const both = Object.entries(earlier).flatMap(([table, before]) => {
    const after = later[table];
    if (after === undefined || before.rows === null || after.rows === null) return [];
    return [{ table, from: before.rows, to: after.rows, exact: before.exact && after.exact }];
  });
  const shrunk = both.filter(({ from, to, exact }) => to < from * (exact ? 1 : 1 - blur));
  const lost = shrunk.filter(({ from, to }) => shrink !== undefined && (from - to) / from > shrink);
  return {
    vanished,
    appeared: Object.keys(later).filter((table) => earlier[table] === undefined).length,
    shrunk: shrunk.map(({ table, from, to }) => ({ table, from, to })),
    grown: both.filter(({ from, to }) => to > from).length,
    tooMuch: shrink === undefined ? [] : [...vanished, ...lost.map(({ table }) => table)],
  };
}

/** In words: `app/public.orders has 10 rows, had 200; 2 tables vanished`. */
export function describeChanges({ vanished, shrunk, grown, appeared }: CountChanges): string {
  const list = (names: readonly string[]): string =>
    names.length <= 3 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
  const parts = [
    ...(vanished.length > 0 ? [`${list(vanished)} vanished`] : []),
    ...(shrunk.length > 0
      ? [`less rows in ${list(shrunk.map(({ table, from, to }) => `${table} (${from} to ${to})`))}`]
      : []),
  ];
  if (parts.length > 0) return parts.join('; ');
  return grown + appeared === 0 ? 'nothing changed' : `none shrank, ${grown} grew, ${appeared} are new`;
}
