import { assert, array, double, integer, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RestoreSample } from '../estimate/restore-sample.ts';
import { extrapolateRto } from './extrapolate-rto.ts';

/** A restore on a machine that always has the same speed: 100 MB/s, 5 segments a second, 3 s for the rest. */
function steady(bytes: number, segments: number, endedAt: number, slower = 1): RestoreSample {
  return {
    repository: 'local',
    mode: 'into',
    endedAt,
    restoredBytes: bytes,
    restoreMs: (bytes / 1e8) * 1000 * slower,
    segments,
    replayMs: segments * 200 * slower,
    otherMs: 3000 * slower,
    estimatedSeconds: undefined,
  };
}

const works = record({
  bytes: integer({ min: 1e6, max: 1e12 }),
  segments: integer({ min: 4, max: 100_000 }),
});

describe('what a restore of production would take', () => {
  it('is not known when nothing was restored from there', () => {
    expect(extrapolateRto({ repository: 'local', bytes: 1, segments: 1 }, [])).toBeUndefined();
  });

  it('is right, and known to be, where the machine is steady, whatever was restored before', () => {
    assert(
      property(works, array(works, { minLength: 2, maxLength: 20 }), (work, past) => {
        const samples = past.map(({ bytes, segments }, index) => steady(bytes, segments, index)).toReversed();
        const found = extrapolateRto({ repository: 'local', ...work }, samples);
        const truth = work.bytes / 1e8 + work.segments / 5 + 3;
        expect(Math.abs((found?.seconds ?? 0) - truth) / truth).toBeLessThan(1e-9);
        expect(found?.error).toBeCloseTo(0, 9);
      }),
    );
  });

  it('is off by no more than the machine scatters', () => {
    const scatter = array(double({ min: 0.8, max: 1.25, noNaN: true }), { minLength: 2, maxLength: 20 });
    assert(
      property(works, scatter, (work, factors) => {
        const samples = factors.map((slower, index) => steady(1e9, 100, index, slower)).toReversed();
        const found = extrapolateRto({ repository: 'local', ...work }, samples);
        const truth = work.bytes / 1e8 + work.segments / 5 + 3;
        const ratio = (found?.seconds ?? 0) / truth;
        expect(ratio).toBeGreaterThanOrEqual(0.8 - 1e-9);
        expect(ratio).toBeLessThanOrEqual(1.25 + 1e-9);
        expect(found?.error ?? 0).toBeLessThanOrEqual(1.25 / 0.8 - 1 + 1e-9);
      }),
    );
  });

  it('counts the errors of what was predicted beforehand, where that was kept', () => {
    const sample = steady(1e9, 100, 5);
    const kept = [
      { ...sample, estimatedSeconds: 30 },
      { ...sample, endedAt: 4, estimatedSeconds: 66 },
      { ...sample, endedAt: 3, estimatedSeconds: 33 },
    ];
    // It took 33 s each time: 10 % more than was said, 50 % less, and just that.
    const found = extrapolateRto({ repository: 'local', bytes: 1e9, segments: 100 }, kept);
    expect(found?.seconds).toBeCloseTo(33, 9);
    expect(found?.error).toBeCloseTo(0.1, 9);
  });

  it('has no error to tell after the first restore, and none of other repositories', () => {
    const other = { ...steady(1e9, 100, 9), repository: 'vault', estimatedSeconds: 1 };
    const found = extrapolateRto({ repository: 'local', bytes: 1e9, segments: 100 }, [
      other,
      steady(1e9, 100, 1),
    ]);
    expect(found).toEqual({ seconds: expect.closeTo(33, 9), error: null });
  });
});
