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
  return overlaps(present, mergeRanges(stays));
}

/** What is in both. Both in order, without overlaps: one pass. */
function overlaps(left: readonly TimeRange[], right: readonly TimeRange[]): readonly TimeRange[] {
  const both: TimeRange[] = [];
  for (let i = 0, j = 0; i < left.length && j < right.length;) {
    const [one, other] = [left[i] as TimeRange, right[j] as TimeRange];
    const range = { from: Math.max(one.from, other.from), to: Math.min(one.to, other.to) };
    if (range.from <= range.to) both.push(range);
    if (one.to < other.to) i += 1;
    else j += 1;
  }
  return both;
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
  const gone: TimeRange[] = [];
  let next = 0;
  for (const { from, to } of ranges) {
    let begin = from;
    while (next < kept.length && (kept[next] as TimeRange).to < begin) next += 1;
    for (let index = next; index < kept.length; index += 1) {
      const one = kept[index] as TimeRange;
      if (one.from > to) break;
      if (one.from > begin) gone.push({ from: begin, to: one.from });
      begin = Math.max(begin, one.to);
    }
    if (begin < to) gone.push({ from: begin, to });
  }
  return gone;
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
      const range = rangeAt(wal, from);
      if (range !== undefined && stop <= range.to) return [{ from: stop, to: range.to }];
      return online ? [] : [{ from: stop, to: stop }];
    }),
  );
}

/** The one that a moment lies in: a search by halves. @param ranges in order, without overlaps */
function rangeAt(ranges: readonly TimeRange[], at: number): TimeRange | undefined {
  let [low, high] = [0, ranges.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const range = ranges[middle] as TimeRange;
    if (at < range.from) high = middle - 1;
    else if (at > range.to) low = middle + 1;
    else return range;
  }
  return undefined;
}

/** From which moment on every one up to the end of the WAL can be restored; undefined: none can. */
export function reachedFrom(sets: readonly SetTime[], wal: readonly TimeRange[]): number | undefined {
  const last = wal.at(-1);
  if (last === undefined) return undefined;
  let first: number | undefined;
  for (const { startTime, stopTime, online } of sets) {
    const from = (online ? startTime : stopTime) * 1000;
    const stop = stopTime * 1000;
    if (from >= last.from && stop <= last.to && (first === undefined || stop < first)) first = stop;
  }
  return first;
}
