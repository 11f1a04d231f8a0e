import { describe, expect, it } from 'vitest';
import { listPrice, type StorePrice } from '../model/store-price.ts';
import { monthMs, priceReading, priceUsage, type Traffic } from './price-usage.ts';

const day = 86_400_000;
const gigabyte = 1e9;
const nothing: Traffic = { writes: [], reads: [], segmentsPerDay: 0, removals: [] };

function store(change: Partial<StorePrice> = {}): StorePrice {
  const base = listPrice('r2');
  if (base === undefined) throw new Error('r2');
  return { ...base, storage: 0.01, put: 0.005, get: 0.001, egress: 0.1, freeGigabytes: 0, ...change };
}

/** So many GB at the begin and at the end of a month. */
function usage(...gigabytes: readonly number[]) {
  return gigabytes.map((value, index) => ({
    at: index * monthMs,
    setBytes: value * gigabyte,
    walBytes: 0,
  }));
}

function month(sizes: readonly number[], traffic: Partial<Traffic> = {}, price: Partial<StorePrice> = {}) {
  const [first] = priceUsage(usage(...sizes), { ...nothing, ...traffic }, store(price), {
    from: 0,
    to: monthMs,
  });
  return first;
}

describe('a month', () => {
  it('costs what was stored on average, less what is free', () => {
    expect(month([100, 300])).toMatchObject({ meanBytes: 200 * gigabyte, storage: 2, total: 2 });
    expect(month([100, 300], {}, { freeGigabytes: 50 })?.storage).toBeCloseTo(1.5);
    expect(month([100, 100], {}, { freeGigabytes: 150 })?.storage).toBe(0);
  });

  it('follows what comes and goes at a moment', () => {
    const samples = [
      { at: 0, setBytes: 0, walBytes: 0 },
      { at: monthMs / 2, setBytes: 0, walBytes: 0 },
      { at: monthMs / 2, setBytes: 100 * gigabyte, walBytes: 0 },
      { at: monthMs, setBytes: 100 * gigabyte, walBytes: 0 },
    ];
    const [first] = priceUsage(samples, nothing, store(), { from: 0, to: monthMs });
    expect(first?.meanBytes).toBeCloseTo(50 * gigabyte);
  });

  it('charges for what was deleted before the minimum duration, for the rest of it', () => {
    const removals = [{ at: 20 * day, since: 10 * day, bytes: 100 * gigabyte }];
    const early = month([0, 0], { removals }, { minimumDays: 90 })?.early ?? 0;
    expect(early).toBeCloseTo(((80 * day) / monthMs) * 1);
    expect(month([0, 0], { removals }, { minimumDays: 5 })?.early).toBe(0);
    expect(
      month([0, 0], { removals: [{ ...removals[0]!, at: monthMs + 1 }] }, { minimumDays: 90 })?.early,
    ).toBe(0);
  });

  it('costs at least the least volume, which what was deleted early counts for', () => {
    expect(month([100, 100], {}, { minimumGigabytes: 1000 })).toMatchObject({
      storage: 1,
      minimum: 9,
      total: 10,
    });
    const removals = [{ at: day, since: day, bytes: 2000 * gigabyte }];
    expect(month([100, 100], { removals }, { minimumGigabytes: 1000, minimumDays: 30.4375 })?.minimum).toBe(
      0,
    );
  });

  it('counts writes of files and of segments, and what is read', () => {
    const traffic = {
      writes: [{ at: day, objects: 4000 }],
      segmentsPerDay: (1000 * day) / monthMs,
      reads: [{ at: day, bytes: 10 * gigabyte, objects: 1000 }],
    };
    expect(month([0, 0], traffic)).toMatchObject({
      requests: expect.closeTo(0.025),
      reading: expect.closeTo(1.001),
    });
  });

  it('says that a price is not known instead of taking it for nothing', () => {
    const traffic = { writes: [{ at: day, objects: 1 }], reads: [{ at: day, bytes: 1, objects: 1 }] };
    const found = month([100, 100], traffic, { put: undefined, retrieval: undefined });
    expect(found).toMatchObject({ requests: undefined, reading: undefined, total: 1 });
  });
});

describe('reading', () => {
  it('is free up to a volume or a multiple of what is stored', () => {
    const read = { bytes: 350 * gigabyte, objects: 0 };
    expect(priceReading(read, 100, store({ freeEgress: { timesStored: 3 } }))).toBeCloseTo(5);
    expect(priceReading(read, 100, store({ freeEgress: { gigabytes: 400 } }))).toBe(0);
    expect(priceReading(read, 100, store({ retrieval: 0.02, egress: 0 }))).toBeCloseTo(7);
    expect(priceReading(read, 100, store({ egress: undefined }))).toBeUndefined();
    expect(priceReading({ bytes: 0, objects: 0 }, 0, store({ egress: undefined }))).toBe(0);
  });
});
