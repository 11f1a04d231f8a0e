/** Middle, smallest and largest of several measurements of the same thing. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly count: number;
}

/** @throws Error for an empty list, which has no middle */
export function spreadOf(values: readonly number[]): Spread {
  return {
    median: medianOf(values),
    min: Math.min(...values),
    max: Math.max(...values),
    count: values.length,
  };
}

/** The middle value, or the mean of the two in the middle. @throws Error for an empty list */
export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  if (upper === undefined || lower === undefined) throw new Error('nothing was measured');
  return (lower + upper) / 2;
}

/** Median of `right - left` over the pairs of equal position: what drifts during a run cancels out. */
export function medianDifference(left: readonly number[], right: readonly number[]): number {
  return medianOf(left.map((value, index) => (right[index] ?? Number.NaN) - value));
}
