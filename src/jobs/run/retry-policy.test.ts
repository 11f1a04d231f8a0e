import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure, failureCodes, type FailureKind } from '../../model/failure.ts';
import type { JobOrigin } from '../../model/job.ts';
import { isWorthRetrying, planRetry } from './retry-policy.ts';

function failure(kind: FailureKind, engineError?: number): Failure {
  return new Failure(kind, { operation: 'try', problem: 'it failed', details: { engineError } });
}

const schedule: JobOrigin = { kind: 'schedule', line: 'main/full', occurrence: 0 };
const kinds = Object.keys(failureCodes) as FailureKind[];
const passing = fc.constantFrom<FailureKind>('repository-unreachable', 'server-unreachable', 'lease-lost');

describe('isWorthRetrying', () => {
  it('is decided for every failure of the list', () => {
    expect(kinds.filter((kind) => isWorthRetrying(failure(kind)))).toEqual([
      'engine-busy',
      'repository-unreachable',
      'server-unreachable',
      'archive-failed',
      'lease-lost',
    ]);
  });

  it.each<[FailureKind, number, boolean]>([
    ['archive-failed', 82, true],
    ['archive-failed', 45, false],
    ['engine-busy', 50, true],
    ['engine-busy', 62, false],
    ['engine-failed', 25, false],
    ['engine-failed', 63, true],
    ['interrupted', 63, false],
    ['repository-unreachable', 49, true],
    ['repository-unreachable', 105, false],
  ])('%s with the error %i of the engine: %s', (kind, engineError, worth) => {
    expect(isWorthRetrying(failure(kind, engineError))).toBe(worth);
  });
});

describe('planRetry', () => {
  const plan = (
    attempt: number,
    random: number,
    origin: JobOrigin = schedule,
    kind: FailureKind = 'lease-lost',
  ) => planRetry({ failure: failure(kind), attempt, origin }, { retries: 6, random });

  it('waits twice as long each time, up to a quarter of an hour', () => {
    expect([1, 2, 3, 4, 5, 6].map((attempt) => plan(attempt, 0))).toEqual([
      30_000, 60_000, 120_000, 240_000, 480_000, 900_000,
    ]);
    expect(plan(7, 0)).toBeUndefined();
  });

  it('never tries again what a person asked for, and what is not worth it', () => {
    expect(plan(1, 0, { kind: 'request' })).toBeUndefined();
    expect(plan(1, 0, { kind: 'follow-up', of: 'run' })).toBe(30_000);
    for (const kind of ['config-invalid', 'not-permitted', 'usage', 'disk-full', 'passphrase-wrong'] as const)
      expect(plan(1, 0, schedule, kind)).toBeUndefined();
  });

  it('stays between half of the pause and the whole, and ends after the retries', () => {
    fc.assert(
      fc.property(
        passing,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 0, max: 20 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (kind, attempt, retries, random) => {
          const pause = planRetry({ failure: failure(kind), attempt, origin: schedule }, { retries, random });
          if (attempt > retries) expect(pause).toBeUndefined();
          else {
            const whole = Math.min(900_000, 30_000 * 2 ** (attempt - 1));
            expect(pause).toBeGreaterThanOrEqual(whole / 2);
            expect(pause).toBeLessThanOrEqual(whole);
          }
        },
      ),
    );
  });
});
