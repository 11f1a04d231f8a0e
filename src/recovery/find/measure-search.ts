import type { SearchCosts } from './plan-search.ts';

/** What a search took, milliseconds. */
export interface SearchMeasurements {
  readonly restores: number;
  /** All restores together. */
  readonly restoreMs: number;
  readonly looks: number;
  /** Running the probe. */
  readonly probeMs: number;
  /** Handing over WAL and replaying it. */
  readonly replayMs: number;
  readonly replayedCommits: number;
}

/** Until something was measured: a probe that takes nearly nothing, and commits of a few kilobytes. */
const guess = { lookMs: 10, replayMs: 0.02 };

/** Measures a search while it goes on, so that its next step is planned by what its steps have taken. */
export function measureSearch(now: () => number): {
  /** A copy is made. */
  readonly copy: (work: () => Promise<void>) => Promise<void>;
  /** The copy goes from behind one commit to behind another. */
  readonly replay: (from: number, to: number, work: () => Promise<void>) => Promise<void>;
  readonly look: <Answer>(work: () => Promise<Answer>) => Promise<Answer>;
  readonly costs: () => SearchCosts;
  readonly result: () => SearchMeasurements;
} {
  const sum = { restores: 0, restoreMs: 0, looks: 0, probeMs: 0, replayMs: 0, replayedCommits: 0 };
  let shortestReplay: number | undefined;
  const timed = async <Value>(
    work: () => Promise<Value>,
    ended: (elapsed: number) => void,
  ): Promise<Value> => {
    const started = now();
    const value = await work();
    ended(now() - started);
    return value;
  };
  return {
    copy: (work) =>
      timed(work, (elapsed) => {
        sum.restores += 1;
        sum.restoreMs += elapsed;
      }),
    replay: (from, to, work) =>
      timed(work, (elapsed) => {
        sum.replayedCommits += Math.max(0, to - from);
        sum.replayMs += elapsed;
        shortestReplay = Math.min(shortestReplay ?? elapsed, elapsed);
      }),
    look: (work) =>
      timed(work, (elapsed) => {
        sum.looks += 1;
        sum.probeMs += elapsed;
      }),
    costs: () => {
      const returnMs = sum.restores === 0 ? 0 : sum.restoreMs / sum.restores;
      if (sum.looks === 0 || shortestReplay === undefined) return { ...guess, returnMs };
      // What the shortest step took is taken by every step, however many commits it goes over.
      const lookMs = sum.probeMs / sum.looks + shortestReplay;
      const moving = Math.max(0, sum.replayMs - shortestReplay * (sum.looks - 1));
      return { lookMs: Math.max(lookMs, 0.5), replayMs: moving / Math.max(1, sum.replayedCommits), returnMs };
    },
    result: () => ({ ...sum }),
  };
}
