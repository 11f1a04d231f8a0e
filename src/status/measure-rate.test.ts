import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { measureGrowth, measureTrend } from './measure-rate.ts';

const minute = 60_000;
const hour = 60 * minute;
const now = 1_000 * hour;

/** Measurements so many minutes ago. */
const measured = (...points: readonly (readonly [number, number])[]) =>
  points.map(([ago, value]) => ({ at: now - ago * minute, value }));

describe('growth', () => {
  it('is measured from first to last', () => {
    const track = measured([10, 1000], [5, 1000], [0, 4000]);
    expect(measureGrowth(track, now)).toEqual({ perSecond: 5, overMs: 10 * minute });
    expect(measureGrowth(measured([10, 7], [0, 7]), now).perSecond).toBe(0);
  });

  it.each([
    ['nothing was measured', []],
    ['there is one look', measured([0, 5])],
    ['the looks are too near', measured([4, 5], [0, 500])],
    ['the last one is too long ago: Holdfast did not run', measured([200, 5], [100, 500])],
    ['the clock was set back: what is left is too near', measured([-90, 5], [-60, 50], [0, 500])],
  ])('is not known when %s', (_why, track) => {
    expect(measureGrowth(track, now).perSecond).toBeUndefined();
  });

  it('begins anew where the value went back', () => {
    const track = measured([50, 9000], [40, 9900], [30, 100], [20, 100], [0, 1900]);
    expect(measureGrowth(track, now)).toEqual({ perSecond: 1, overMs: 30 * minute });
  });

  it('is never below zero, whatever was measured', () => {
    const point = fc.record({ at: fc.integer({ min: now - 9 * hour, max: now + hour }), value: fc.nat() });
    fc.assert(
      fc.property(fc.array(point), (points) => {
        const track = points.toSorted((left, right) => left.at - right.at);
        const { perSecond, overMs } = measureGrowth(track, now);
        expect(perSecond ?? 0).toBeGreaterThanOrEqual(0);
        expect(overMs).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe('a trend', () => {
  it('is that of the line, also where backups come and go', () => {
    // A megabyte an hour, and a saw of a day on top of it.
    const track = Array.from({ length: 24 * 7 }, (_, index) => ({
      at: now - (24 * 7 - index) * hour,
      value: index * 1e6 + (index % 24) * 3e5,
    }));
    const { perSecond, overMs } = measureTrend(track);
    expect(((perSecond ?? 0) * 3600) / 1e6).toBeCloseTo(1, 1);
    expect(overMs).toBe((24 * 7 - 1) * hour);
  });

  it('is not told from a few hours', () => {
    expect(measureTrend(measured([300, 1], [200, 2], [0, 3])).perSecond).toBeUndefined();
    expect(measureTrend([]).perSecond).toBeUndefined();
    expect(measureTrend(measured([720, 1], [360, 2], [0, 3])).perSecond).toBeCloseTo(2 / (12 * 3600), 9);
  });
});
