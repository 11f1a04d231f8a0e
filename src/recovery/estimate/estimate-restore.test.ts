import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimateRestore, measureSpeed } from './estimate-restore.ts';
import type { RestoreSample } from './restore-sample.ts';

function sample(change: Partial<RestoreSample> = {}): RestoreSample {
  return {
    repository: 'local',
    mode: 'in-place',
    endedAt: 1000,
    restoredBytes: 1e9,
    restoreMs: 10_000,
    segments: 100,
    replayMs: 20_000,
    otherMs: 3000,
    estimatedSeconds: undefined,
    ...change,
  };
}

const work = { repository: 'local', bytes: 2e9, segments: 50 };

describe('the speed of restores', () => {
  it('is the median of the newest ten, so that one bad day does not count', () => {
    const good = Array.from({ length: 10 }, (_, index) => sample({ endedAt: 2000 + index }));
    const samples = [
      sample({ endedAt: 5000, restoreMs: 900_000 }),
      ...good,
      sample({ endedAt: 1, restoreMs: 1 }),
    ];
    expect(measureSpeed(samples, 'local')).toMatchObject({ bytesPerSecond: 1e8, samples: 10 });
  });

  it('is not known of a repository that nothing was restored from', () => {
    expect(measureSpeed([sample()], 'vault')).toBeUndefined();
    expect(estimateRestore({ ...work, repository: 'vault' }, [sample()])).toBeUndefined();
  });

  it('takes replay from all repositories, and not from restores that replayed next to nothing', () => {
    const samples = [
      sample({ segments: 1, replayMs: 400 }),
      sample({ repository: 'vault', replayMs: 50_000 }),
    ];
    expect(measureSpeed(samples, 'local')?.segmentsPerSecond).toBe(2);
  });
});

describe('an estimate', () => {
  it('adds what restoring, replaying and the rest take', () => {
    expect(estimateRestore(work, [sample()])).toMatchObject({
      restoreSeconds: 20,
      replaySeconds: 10,
      otherSeconds: 3,
      seconds: 33,
      replayKnown: true,
      samples: 1,
    });
  });

  it('says when replay is not in it', () => {
    const samples = [sample({ segments: 1 })];
    expect(estimateRestore(work, samples)).toMatchObject({ replaySeconds: 0, replayKnown: false });
    expect(estimateRestore({ ...work, segments: 2 }, samples)?.replayKnown).toBe(true);
  });

  it('has as much room as such estimates were wrong by', () => {
    const equal = Array.from({ length: 5 }, () => sample());
    const steady = estimateRestore(work, equal);
    expect([steady?.lowSeconds, steady?.highSeconds]).toEqual([33 * 0.8, 33 * 1.2]);
    const wild = estimateRestore(work, [...equal, sample({ restoreMs: 100_000 })]);
    expect((wild?.highSeconds ?? 0) / (wild?.seconds ?? 1)).toBeCloseTo(123 / 33, 5);
  });

  it('lies within its room, and is right of a restore like the ones before', () => {
    const factor = fc.double({ min: 0.1, max: 10, noNaN: true });
    fc.assert(
      fc.property(fc.array(factor, { minLength: 1, maxLength: 20 }), (factors) => {
        const samples = factors.map((by) => sample({ restoreMs: 10_000 * by }));
        const found = estimateRestore({ repository: 'local', bytes: 1e9, segments: 100 }, samples);
        if (found === undefined) throw new Error('nothing was estimated');
        expect(found.lowSeconds).toBeLessThanOrEqual(found.seconds);
        expect(found.highSeconds).toBeGreaterThanOrEqual(found.seconds);
        if (new Set(factors).size === 1)
          expect(found.seconds).toBeCloseTo(10 * (factors[0] as number) + 20 + 3, 6);
      }),
    );
  });
});
