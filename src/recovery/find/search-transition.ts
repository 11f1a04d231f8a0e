import { planStep, type SearchCosts } from './plan-search.ts';

/** What the probe says of a state: `blocked` where it cannot be asked, because a lock is replayed that it waits for. */
export type ProbeAnswer = 'good' | 'bad' | 'blocked';

/** A copy that stands right behind a commit. Indexes count the commits in the order of the WAL; -1 is before the first. */
export interface Stand {
  /** Goes forward to right behind this commit and asks there. */
  look(index: number): Promise<ProbeAnswer>;
  /** Stands behind an earlier commit once more. */
  returnTo(index: number): Promise<void>;
  /** As measured until now. */
  costs(): SearchCosts;
}

/** What is told before each look. */
export interface SearchProgress {
  /** From 1. */
  readonly look: number;
  /** Index of the last commit seen good. */
  readonly good: number;
  /** Index of the first one seen bad; the number of commits while none was. */
  readonly end: number;
  readonly expectedMs: number;
}

export interface Transition {
  /** Index of the last commit after which the probe was seen true; -1: only at the beginning. */
  readonly good: number;
  /** Index of the first one after which it was seen not to be; undefined: at none. */
  readonly bad: number | undefined;
  /**
   * The first commit behind `good` that could be the culprit: earlier than `bad` only where the probe could not be asked
   * in between. The number of commits where none is bad and all could be asked.
   */
  readonly suspect: number;
  readonly looks: number;
  readonly returns: number;
}

/**
 * Finds two commits next to each other with the probe true behind the first and not behind the second. It must be true
 * at the beginning. Whatever happens in between, what is found was seen on both sides; a probe that changes more than
 * once is answered with one of its changes to bad.
 *
 * @param count how many commits there are
 */
export async function searchTransition(
  count: number,
  stand: Stand,
  onProgress?: (progress: SearchProgress) => void,
): Promise<Transition> {
  let [good, here, end, looks, returns] = [-1, -1, count, 0, 0];
  let bad: number | undefined;
  while (end - good > 1) {
    if (here !== good) {
      await stand.returnTo(good);
      returns += 1;
    }
    const { stride, expectedMs } = planStep(end - good, stand.costs());
    const asked = good + stride;
    here = asked;
    for (;;) {
      looks += 1;
      onProgress?.({ look: looks, good, end, expectedMs });
      const answer = await stand.look(here);
      if (answer === 'good') good = here;
      else if (answer === 'bad') [bad, end] = [here, asked];
      else if (here + 1 < end) {
        here += 1;
        continue;
      } else end = asked;
      break;
    }
  }
  return { good, bad, suspect: end, looks, returns };
}
