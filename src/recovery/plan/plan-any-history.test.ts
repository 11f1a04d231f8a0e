import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  commitTime,
  minute,
  planSynthetic,
  type SyntheticHistory,
} from '../../../test/support/plan-observations.ts';

const histories = fc
  .record({
    length: fc.integer({ min: 4, max: 30 }),
    missing: fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 4 }),
    sets: fc.array(
      fc.record({ first: fc.integer({ min: 1, max: 28 }), span: fc.integer({ min: 0, max: 2 }) }),
      {
        minLength: 1,
        maxLength: 4,
      },
    ),
  })
  .map(({ length, missing, sets }) => ({
    length,
    missing,
    sets: sets
      .map(({ first, span }) => ({ first, last: first + span }))
      .filter(({ last }) => last <= length)
      .toSorted((left, right) => left.last - right.last),
  }))
  .filter((history) => history.sets.length > 0);

function isThere(history: SyntheticHistory, from: number, to: number): boolean {
  for (let number = from; number <= to; number += 1) if (history.missing.includes(number)) return false;
  return to <= history.length;
}

/** What a restore may be: the model against which the planner is held. */
function isReachable(history: SyntheticHistory, target: bigint): boolean {
  const stop = Array.from({ length: history.length }, (_, index) => index + 1).find(
    (n) => commitTime(n) > target,
  );
  if (stop === undefined) return false;
  return history.sets.some((set) => {
    const ended = (commitTime(set.last) + minute / 2n) / 1_000_000n;
    return (ended + 1n) * 1_000_000n <= target && isThere(history, set.first, Math.max(stop, set.last));
  });
}

describe('any history', () => {
  it('is planned exactly when a set before the target and unbroken WAL lead there', async () => {
    await fc.assert(
      fc.asyncProperty(histories, fc.bigInt(0n, 32n * minute), async (history, offset) => {
        const target = commitTime(0) + offset;
        const plan = await planSynthetic(history, {
          kind: 'time',
          microseconds: target,
          given: '',
          zone: 'UTC',
        });
        const accepted = plan.refusals.length === 0;
        expect(accepted).toBe(isReachable(history, target));
        if (!accepted) return;
        expect(BigInt(plan.set.stopTime + 1) * 1_000_000n).toBeLessThanOrEqual(target);
        expect(plan.wal.missing).toEqual([]);
        expect(commitTime((plan.target.stop?.xid ?? 0) - 1000)).toBeGreaterThan(target);
      }),
      { numRuns: 300 },
    );
  });

  it('is refused for latest when anything after the chosen set is missing', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        const plan = await planSynthetic(history, { kind: 'latest' });
        if (plan.refusals.length > 0) return;
        const first = Number.parseInt(plan.set.archiveStart.slice(16), 16);
        const present = Array.from({ length: history.length }, (_, index) => index + 1).filter(
          (number) => !history.missing.includes(number),
        );
        expect(
          history.missing.filter((number) => number >= first && number <= (present.at(-1) ?? 0)),
        ).toEqual([]);
      }),
    );
  });

  it('finds a transaction or refuses it', async () => {
    await fc.assert(
      fc.asyncProperty(histories, fc.integer({ min: 1, max: 32 }), async (history, number) => {
        const plan = await planSynthetic(history, { kind: 'xid', xid: BigInt(1000 + number) });
        const leads = history.sets.some((set) => set.last < number && isThere(history, set.first, number));
        expect(plan.refusals.length === 0).toBe(leads);
        if (!leads) return;
        expect(plan.target.stop?.xid).toBe(1000 + number);
        expect(plan.wal.missing).toEqual([]);
        expect(history.missing).not.toContain(number);
        expect(plan.set.stopTime).toBeLessThan(Number(commitTime(number) / 1_000_000n));
      }),
    );
  });
});
