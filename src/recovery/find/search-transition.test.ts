import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planStep, type SearchCosts } from './plan-search.ts';
import { type ProbeAnswer, searchTransition, type Transition } from './search-transition.ts';

interface Walk {
  readonly transition: Transition;
  readonly costMs: number;
  readonly looked: ReadonlyMap<number, ProbeAnswer>;
}

/** Searches a line of answers and counts what a real copy would have taken. Replay that goes back is a bug. */
async function walk(
  answers: (index: number) => ProbeAnswer,
  count: number,
  costs: SearchCosts,
): Promise<Walk> {
  const looked = new Map<number, ProbeAnswer>();
  let [here, costMs] = [-1, 0];
  const transition = await searchTransition(count, {
    look: async (index) => {
      if (index <= here || index >= count) throw new Error(`from ${here} to ${index} of ${count}`);
      costMs += costs.lookMs + costs.replayMs * (index - here);
      here = index;
      looked.set(index, answers(index));
      return answers(index);
    },
    returnTo: async (index) => {
      if (index > here) throw new Error('a return goes back');
      costMs += costs.returnMs;
      here = index;
    },
    costs: () => costs,
  });
  return { transition, costMs, looked };
}

const costsGiven = fc.record({
  lookMs: fc.double({ min: 0.5, max: 10_000, noNaN: true }),
  replayMs: fc.double({ min: 0, max: 50, noNaN: true }),
  returnMs: fc.double({ min: 0, max: 10_000_000, noNaN: true }),
});

describe('searching a transition', () => {
  it('finds the first bad commit of a probe that changes once', async () => {
    const cases = fc
      .integer({ min: 1, max: 2000 })
      .chain((count) => fc.tuple(fc.constant(count), fc.nat(count)));
    await fc.assert(
      fc.asyncProperty(cases, costsGiven, async ([count, change], costs) => {
        const { transition } = await walk((index) => (index < change ? 'good' : 'bad'), count, costs);
        expect(transition).toMatchObject({
          good: change - 1,
          bad: change < count ? change : undefined,
          suspect: change,
        });
      }),
      { numRuns: 50 },
    );
  });

  it('answers any probe with a change that it saw on both sides, and names all suspects where it was blocked', async () => {
    const line = fc.array(fc.constantFrom<ProbeAnswer>('good', 'bad', 'blocked'), {
      minLength: 1,
      maxLength: 200,
    });
    await fc.assert(
      fc.asyncProperty(line, costsGiven, async (answers, costs) => {
        const { transition, looked } = await walk((index) => answers[index] ?? 'bad', answers.length, costs);
        const { good, bad, suspect } = transition;
        if (good >= 0) expect(looked.get(good)).toBe('good');
        if (bad !== undefined) expect(looked.get(bad)).toBe('bad');
        expect(suspect).toBe(good + 1);
        for (let index = suspect; index < (bad ?? suspect); index += 1)
          expect(answers[index]).toBe('blocked');
      }),
    );
  });
});

/** A strategy's mean cost over every place where the change could be. */
async function meanOf(count: number, cost: (change: number) => number | Promise<number>): Promise<number> {
  let sum = 0;
  for (let change = 0; change <= count; change += 1) sum += await cost(change);
  return sum / (count + 1);
}

function costOfOnePass(count: number, change: number, { lookMs, replayMs }: SearchCosts): number {
  const looks = Math.min(change + 1, count);
  return looks * (lookMs + replayMs);
}

function costOfBisection(count: number, change: number, costs: SearchCosts): number {
  let [good, end, here, cost] = [-1, count, -1, 0];
  while (end - good > 1) {
    if (here !== good) cost += costs.returnMs;
    const middle = Math.floor((good + end) / 2);
    cost += costs.lookMs + costs.replayMs * (middle - good);
    here = middle;
    if (middle < change) good = middle;
    else end = middle;
  }
  return cost;
}

describe('planning a search', () => {
  it('is on average no worse than one pass or a bisection', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 120 }), costsGiven, async (count, costs) => {
        const planned = await meanOf(
          count,
          async (change) => (await walk((index) => (index < change ? 'good' : 'bad'), count, costs)).costMs,
        );
        const onePass = await meanOf(count, (change) => costOfOnePass(count, change, costs));
        const bisection = await meanOf(count, (change) => costOfBisection(count, change, costs));
        expect(planned).toBeLessThanOrEqual(Math.min(onePass, bisection) * 1.02 + 1e-6);
      }),
      { numRuns: 40 },
    );
  });

  it('tells what it will take on average', async () => {
    const costs = { lookMs: 4, replayMs: 0.1, returnMs: 900 };
    const mean = await meanOf(
      800,
      async (change) => (await walk((index) => (index < change ? 'good' : 'bad'), 800, costs)).costMs,
    );
    const { expectedMs } = planStep(801, costs);
    expect(expectedMs / mean).toBeGreaterThan(0.95);
    expect(expectedMs / mean).toBeLessThan(1.05);
  });

  it('goes on over millions of commits in long strides, and takes hours of restores for none', () => {
    const { stride, expectedMs } = planStep(10_000_000, { lookMs: 5, replayMs: 0.01, returnMs: 3_600_000 });
    expect(stride).toBeGreaterThan(1000);
    expect(stride).toBeLessThan(100_000);
    // One more restore, hardly ever two.
    expect(expectedMs).toBeLessThan(1.5 * 3_600_000);
  });

  it('expects of long spans no more than one pass or a bisection takes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1025, max: 20_000_000 }), costsGiven, (span, costs) => {
        const { lookMs, replayMs, returnMs } = costs;
        const onePass = (span / 2) * (lookMs + replayMs);
        // Each second look comes too late, and the copy goes over as much as the whole span.
        const bisection = Math.log2(span) * (lookMs + returnMs / 2) + replayMs * span;
        expect(planStep(span, costs).expectedMs).toBeLessThanOrEqual(Math.min(onePass, bisection) * 1.02);
      }),
    );
  });

  it('bisects where going back costs nothing, and goes from commit to commit where looks do not', () => {
    expect(planStep(1000, { lookMs: 1000, replayMs: 0, returnMs: 0 }).stride).toBeGreaterThan(300);
    expect(planStep(1000, { lookMs: 1, replayMs: 0, returnMs: 1e7 }).stride).toBe(1);
  });
});
