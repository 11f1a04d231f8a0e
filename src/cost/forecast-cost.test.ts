import { describe, expect, it } from 'vitest';
import { exampleLine } from '../../test/support/cost-example.ts';
import type { BackupSet } from '../model/backup-set.ts';
import { parseEngineVersion } from '../model/engine-version.ts';
import { listPrice } from '../model/store-price.ts';
import { scheduledEvents } from '../retention/scheduled-events.ts';
import { applyAssumptions, missingMeasures, parseAssumptions } from './assume.ts';
import { compressionFactor, parseCompression } from './compression.ts';
import { baseScenario, parseScenario, type CostBase } from './cost-scenario.ts';
import { forecastCost, type CostForecast, type ForecastRequest } from './forecast-cost.ts';
import { measureStore } from './measure-store.ts';
import { monthMs } from './price-usage.ts';

const gib = 2 ** 30;
const day = 86_400_000;
const start = Date.UTC(2026, 10, 20);
const engine = parseEngineVersion('2.60');
if (engine === undefined) throw new Error('version');
const lines = [exampleLine('full', '0 2 * * 0'), exampleLine('diff', '0 2 * * 1-6')];
const base: CostBase = {
  retention: { full: { by: 'count', count: 2 }, diff: undefined, archive: 'follow', history: undefined },
  provider: 'aws',
  ownPrice: undefined,
  compression: { type: 'zst', level: 1 },
};

function forecast(
  change: Partial<ForecastRequest> = {},
  what = '',
  assume = 'full=100GiB,diff=10GiB,wal=5GiB',
): CostForecast {
  const scenario = what === '' ? baseScenario(base) : parseScenario(what, base);
  const to = start + 12 * monthMs;
  const empty = measureStore([], {}, undefined, true);
  return forecastCost({
    repository: 'local',
    begin: { now: start, sets: [], wal: [] },
    events: scheduledEvents(lines, 'local', { from: start, to }),
    lines,
    to,
    rules: { retention: scenario.retention, engine: engine!, expireBy: 'holdfast', duration: () => 60_000 },
    measures: applyAssumptions(empty, parseAssumptions([assume]), {
      bundle: true,
      segmentBytes: 16 * 2 ** 20,
    }),
    factor: scenario.factor,
    price: scenario.price,
    ...change,
  });
}

describe('a forecast', () => {
  it('holds what the retention keeps and costs that', () => {
    const { months, endBytes } = forecast();
    // Two full sets at most three, up to two weeks of differential ones and of WAL.
    expect(endBytes / gib).toBeGreaterThan(2 * 100 + 6 * 10 + 7 * 5);
    expect(endBytes / gib).toBeLessThan(2 * 100 + 13 * 10 + 15 * 5);
    const last = months.at(-1);
    expect(months).toHaveLength(12);
    expect(last?.storage).toBeCloseTo(((last?.meanBytes ?? 0) / gib) * 0.023, 6);
    expect(last?.total).toBeCloseTo((last?.storage ?? 0) + (last?.requests ?? 0), 6);
  });

  it('pays for the minimum duration whatever the retention is', () => {
    const wasabi = (what: string): number =>
      forecast({}, what)
        .months.slice(3, 12)
        .reduce((sum, { total }) => sum + total, 0) / 9;
    const [short, long] = [wasabi('provider=wasabi full=1'), wasabi('provider=wasabi full=8')];
    expect(short / long).toBeGreaterThan(0.9);
    // 90 days of full sets each week, of differential ones each other day and of WAL, at 7.99 a TB.
    const kept = (90 / 7) * 100 + ((90 * 6) / 7) * 10 + 90 * 5;
    expect(long).toBeGreaterThan(0.9 * ((kept * gib) / 1e12) * 7.99);
    expect(long).toBeLessThan(1.1 * ((kept * gib) / 1e12) * 7.99);
  });

  it('grows with full sets, and reads with drills and verifies', () => {
    const more = [...lines, exampleLine('drill', '0 5 * * 6'), exampleLine('verify', '0 6 1 * *')];
    expect(forecast().months[5]?.reading).toBe(0);
    const read = forecast({ lines: more }).months[5]?.reading ?? 0;
    // Four or five drills of 110 GiB and a verify of all, of which 100 GB are free.
    expect(read).toBeGreaterThan((4 * 110 + 300 - 100) * 0.09);
    expect(read).toBeLessThan((5 * 110 + 500) * 0.09);
    const grown = forecast({}, '', 'full=100GiB,diff=10GiB,wal=5GiB,growth=1GiB');
    expect((grown.endBytes - forecast().endBytes) / gib).toBeGreaterThan(650);
  });

  it('is of bytes alone where no price is known', () => {
    const { priced, months, restore } = forecast({ price: undefined });
    expect([priced, restore.cost, months[0]?.total]).toEqual([false, undefined, 0]);
    expect(months[0]?.meanBytes).toBeGreaterThan(100 * gib);
  });

  it('compresses what is to come as the benchmark did', () => {
    const factor = compressionFactor(base.compression, parseCompression('lz4:1'));
    const ratio = forecast({}, 'compress=lz4:1').endBytes / forecast().endBytes;
    expect(ratio).toBeGreaterThan(Math.min(factor?.backup ?? 0, factor?.wal ?? 0) - 0.001);
    expect(ratio).toBeLessThan(Math.max(factor?.backup ?? 0, factor?.wal ?? 0) + 0.001);
  });
});

describe('scenarios', () => {
  it('leave prices of holdfast.yaml at their own store', () => {
    const own = { ...base, ownPrice: { storage: 1 } };
    expect(parseScenario('full=3', own).price?.storage).toBe(1);
    expect(parseScenario('provider=r2', own).price).toEqual(listPrice('r2'));
    expect(parseScenario('class=standard-ia', base).price).toEqual(listPrice('aws', 'standard-ia'));
  });

  it.each([
    ['provider=amazon', 'there is no list price of it'],
    ['class=nearline', 'there is no list price of this class of aws'],
    ['compress=zst:19', 'this compression was not measured'],
    ['colour=red', 'there is no colour'],
    ['full=soon', 'this is no value of full'],
  ])('%s is refused', (text, problem) => expect(() => parseScenario(text, base)).toThrow(problem));
});

describe('measures', () => {
  const set = (type: 'full' | 'diff', daysAgo: number, bytes: number): BackupSet =>
    ({
      label: `x${daysAgo}${type}`,
      type,
      stopTime: (start - daysAgo * day) / 1000,
      repositorySize: bytes,
      repositoryDeltaSize: bytes,
    }) as Partial<BackupSet> as BackupSet;

  it('are the newest full set, the middle differential one, and the line through full sets', () => {
    const sets = [
      set('full', 21, 100),
      set('full', 14, 107),
      set('full', 7, 114),
      set('diff', 5, 3),
      set('diff', 4, 9),
      set('diff', 3, 4),
    ];
    const measures = measureStore(sets, { full: 7 }, { bytes: 1000, segments: 10, overMs: 2 * day }, true);
    expect(measures.sets).toMatchObject({
      full: { value: 114, from: 'measured' },
      diff: { value: 4 },
      incr: undefined,
    });
    expect(measures.growthPerDay.value).toBeCloseTo(1);
    expect(measures.walBytesPerDay?.value).toBe(500);
    expect(measures.objects.full).toMatchObject({ value: 7, from: 'measured' });
    expect(missingMeasures(measures, ['full', 'diff', 'incr'])).toEqual(['incr']);
  });

  it('say nothing where there is too little to tell', () => {
    const measures = measureStore([set('full', 1, 5)], {}, { bytes: 9, segments: 3, overMs: 60_000 }, false);
    expect(measures.walBytesPerDay).toBeUndefined();
    expect(measures.growthPerDay).toMatchObject({ value: 0, from: 'assumed' });
    expect(measures.objects.full).toBeUndefined();
    expect(missingMeasures(measures, ['full'])).toEqual(['wal']);
  });

  it('refuse what is no size', () => expect(() => parseAssumptions(['full=big'])).toThrow('is no size'));
});
