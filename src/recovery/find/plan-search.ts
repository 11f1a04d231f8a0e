/** What the search has measured so far, milliseconds. */
export interface SearchCosts {
  /** One look: the probe and what is lost by standing still. */
  readonly lookMs: number;
  /** Replaying what one commit brings. */
  readonly replayMs: number;
  /** Standing once more at a commit that was passed: another restore. */
  readonly returnMs: number;
}

export interface SearchStep {
  /** How many commits to go forward before the next look. */
  readonly stride: number;
  /** What the whole search is expected to take from here, milliseconds. */
  readonly expectedMs: number;
}

/** Spans up to this are solved commit by commit, longer ones in as many parts. */
const mostParts = 1024;

/**
 * How far to go before the next look. Replay only goes forward: a look that comes too late costs a restore, one that
 * comes too early costs a look. Each stride is weighed as if the change were equally likely behind every commit, which
 * makes of it one pass where looks are cheap, a bisection where restores are, and everything in between.
 *
 * @param span commits from the place where the copy stands (seen good) to the first one known to be bad, or to right
 *   behind the last one; 2 or more leaves something to look at
 * @returns a stride from 1 to span - 1; 0 when nothing is left to look at
 */
export function planStep(span: number, costs: SearchCosts): SearchStep {
  if (span < 2) return { stride: 0, expectedMs: 0 };
  const unit = Math.ceil(span / mostParts);
  const parts = Math.ceil(span / unit);
  const inner = unit === 1 ? 0 : planStep(unit, costs).expectedMs;
  const { expected, strides } = solve(parts, costs, unit, inner);
  const inParts = expected[parts] as number;
  const onePass = (span / 2) * (costs.lookMs + costs.replayMs);
  // Parts of many commits force a return; where that is dear, many looks are cheaper.
  if (unit > 1 && onePass <= inParts) return { stride: 1, expectedMs: onePass };
  return { stride: Math.min((strides[parts] as number) * unit, span - 1), expectedMs: inParts };
}

/**
 * Expected cost for every span, from short to long: after a look `stride` further on the change lies in those commits
 * with the probability stride / span, and else behind them.
 *
 * @param unit commits in a part
 * @param inner the cost of the search inside one part, standing at its beginning
 */
function solve(
  parts: number,
  { lookMs, replayMs, returnMs }: SearchCosts,
  unit: number,
  inner: number,
): { readonly expected: Float64Array; readonly strides: Uint32Array } {
  const expected = new Float64Array(parts + 1);
  const strides = new Uint32Array(parts + 1);
  expected[1] = inner;
  for (let span = 2; span <= parts; span += 1) {
    let best = Number.POSITIVE_INFINITY;
    for (let stride = 1; stride < span; stride = nextStride(stride)) {
      const inside = expected[stride] as number;
      // Next to the commit that is bad nothing is left to find out, and nobody has to go back.
      const back = stride === 1 && unit === 1 ? 0 : returnMs + inside;
      const share = stride / span;
      const cost =
        lookMs + replayMs * stride * unit + share * back + (1 - share) * (expected[span - stride] as number);
      if (cost >= best) continue;
      best = cost;
      strides[span] = stride;
    }
    expected[span] = best;
  }
  return { expected, strides };
}

/** All small strides and then ever sparser ones: between neighbours the cost hardly differs. */
function nextStride(stride: number): number {
  return stride + Math.max(1, Math.floor(stride / 8));
}
