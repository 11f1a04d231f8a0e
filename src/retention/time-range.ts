import type { KeptWal } from './model-archive-expiry.ts';

/** From one moment to another, both epoch milliseconds. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** What of these stretches of WAL an expire leaves. Ends of `kept` are ISO 8601. @param now the open end */
export function intersectKept(
  present: readonly TimeRange[],
  kept: KeptWal,
  now: number,
): readonly TimeRange[] {
  if (kept.kind !== 'ranges') return kept.kind === 'all' ? present : [];
  const stays = kept.ranges.map(({ first, last }) => ({
    from: Date.parse(first),
    to: last === undefined ? now : Date.parse(last),
  }));
  return mergeRanges(
    present.flatMap((range) =>
      stays.flatMap(({ from, to }) => {
        const both = { from: Math.max(range.from, from), to: Math.min(range.to, to) };
        return both.from <= both.to ? [both] : [];
      }),
    ),
  );
}

/** In order of time, those that touch or overlap as one. */
export function mergeRanges(ranges: readonly TimeRange[]): readonly TimeRange[] {
  const merged: { from: number; to: number }[] = [];
  for (const { from, to } of ranges.toSorted((left, right) => left.from - right.from)) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else merged.push({ from, to });
  }
  return merged;
}

/** What of the first is not in the second. Both in order, without overlaps. */
export function subtractRanges(
  ranges: readonly TimeRange[],
  kept: readonly TimeRange[],
): readonly TimeRange[] {
  return ranges.flatMap((range) => {
    let left: readonly TimeRange[] = [range];
    for (const { from, to } of kept) {
      left = left.flatMap((one) => [
        ...(one.from < from ? [{ from: one.from, to: Math.min(one.to, from) }] : []),
        ...(one.to > to ? [{ from: Math.max(one.from, to), to: one.to }] : []),
      ]);
    }
    return left.filter(({ from, to }) => from < to);
  });
}

/** Milliseconds of them together. */
export function lengthOf(ranges: readonly TimeRange[]): number {
  return ranges.reduce((sum, { from, to }) => sum + to - from, 0);
}

/** When a set began to need WAL and when it had all of it. Undefined: it needs none. */
export interface SetTime {
  /** Epoch seconds. */
  readonly startTime: number;
  readonly stopTime: number;
  readonly online: boolean;
}

/**
 * What can be restored: from the end of each set to the end of the WAL that goes on from it. A set of which only its own
 * WAL is left gives one moment; one without WAL of its own none but that of its end.
 *
 * @param wal in order, without overlaps
 */
export function windowsOf(sets: readonly SetTime[], wal: readonly TimeRange[]): readonly TimeRange[] {
  return mergeRanges(
    sets.flatMap(({ startTime, stopTime, online }) => {
      const [start, stop] = [startTime * 1000, stopTime * 1000];
      const from = online ? start : stop;
      const range = wal.find((one) => one.from <= from && stop <= one.to);
      if (range !== undefined) return [{ from: stop, to: range.to }];
      return online ? [] : [{ from: stop, to: stop }];
    }),
  );
}
