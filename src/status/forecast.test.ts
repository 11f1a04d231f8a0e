import { describe, expect, it } from 'vitest';
import { configuration, given, repository, stanza } from '../../test/support/conf-parts.ts';
import { atMinute, primaryAt, segmentSize, type PlainPoint } from '../../test/support/position-parts.ts';
import type { PrimaryObservation } from './primary-observation.ts';
import { findQueueMax } from './find-option.ts';
import { forecastExpiry, forecastSpace, forecastWal } from './forecast.ts';

const hour = 60 * 60_000;
const day = 24 * hour;
const rates = { walBytesPerSecond: segmentSize / 60, overMs: hour };

function walOf(ready: readonly number[], change: Partial<Omit<PrimaryObservation, 'track'>> = {}) {
  const track = ready.map((one, index): PlainPoint => [index - ready.length + 1, 8 + index, { ready: one }]);
  const wal = { segments: 9, bytes: 9 * segmentSize, ready: ready.at(-1) ?? 0 };
  const walDirectory = { ...wal, availableBytes: 600 * segmentSize, totalBytes: 1e12 };
  return primaryAt({ track, rates, walDirectory, ...change });
}

describe('pg_wal', () => {
  it('is not forecast to fill while archiving works, and it is said how long it would take', () => {
    const seen = forecastWal(walOf([0, 1, 0, 2, 1, 0, 1]), atMinute(0), 100 * segmentSize);
    expect(seen).toMatchObject({
      isStalled: false,
      bytesPerSecond: undefined,
      fullAfterSeconds: 600 * 60,
      dropsAfterSeconds: 99 * 60,
      forecasts: [],
    });
  });

  it('fills by the rate at which WAL waits longer and longer', () => {
    // Two segments a minute come to those that wait.
    const { forecasts } = forecastWal(walOf([0, 2, 4, 6, 8, 10, 12]), atMinute(0), undefined);
    expect(forecasts).toEqual([
      {
        kind: 'wal-full',
        at: atMinute(300),
        how: 'WAL that waits in pg_wal grows by 1.9 GiB an hour (measured over 6 min 0 s); 9.4 GiB are left',
      },
    ]);
  });

  it('fills by the rate of WAL where the archiver fails', () => {
    const archiver = { lastFailedAt: atMinute(-1), lastArchivedAt: atMinute(-9), failedCount: 3 };
    const failing = walOf([1], { archiver: { lastArchived: 'A', lastFailed: 'B', ...archiver } });
    const { forecasts, isStalled } = forecastWal(failing, atMinute(0), 61 * segmentSize);
    expect(isStalled).toBe(true);
    expect(forecasts.map(({ kind, at }) => [kind, at])).toEqual([
      ['wal-full', atMinute(600)],
      ['queue-drops', atMinute(60)],
    ]);
  });

  it('has no forecast before two looks lie far enough apart, nor where its room is not seen', () => {
    const unknown = { rates: { walBytesPerSecond: undefined, overMs: 0 } };
    expect(forecastWal(walOf([3, 5], unknown), atMinute(0), 10 * segmentSize).forecasts).toEqual([]);
    const remote = walOf([0, 2, 4, 6, 8, 10, 12], { walDirectory: undefined });
    expect(forecastWal(remote, atMinute(0), 10 * segmentSize).forecasts).toEqual([]);
  });
});

describe('archive-push-queue-max', () => {
  it.each([
    [undefined, [], []],
    [4 * 1024 ** 3, [given('archive-push-queue-max', '4GiB')], []],
    [1024 ** 3, [given('archive-push-queue-max', '4GiB')], [given('archive-push-queue-max', '1GiB')]],
    [
      2 * 1024 ** 3,
      [given('archive-push-queue-max', '2GiB', 'archive-push')],
      [given('archive-push-queue-max', '1GiB')],
    ],
    [undefined, [given('archive-push-queue-max', '2GiB', 'archive-get')], []],
  ] as const)('is %s', (bytes, forAll, forStanza) => {
    const main = stanza('main', [], [repository(1)], [...forStanza]);
    expect(findQueueMax(configuration([main], [...forAll]), main)).toBe(bytes);
  });
});

describe('the room of a repository', () => {
  const track = (hours: number, perHour: number) =>
    Array.from({ length: hours + 1 }, (_, index) => ({
      at: atMinute(0) - (hours - index) * hour,
      value: 500e9 - index * perHour,
    }));

  it('ends by how it shrank over days', () => {
    const forecasts = forecastSpace({ availableBytes: 100e9, totalBytes: 1e12, track: track(48, 1e9) });
    expect(forecasts).toHaveLength(1);
    expect(forecasts[0]?.at).toBeCloseTo(atMinute(0) + 100 * hour, -4);
    expect(forecasts[0]?.how).toMatch(
      /grows by 953\.7 MiB an hour \(measured over 48 h 0 min\); 93\.1 GiB are left/,
    );
  });

  it('is not forecast where it grows, nor for a time far beyond what was measured', () => {
    expect(forecastSpace({ availableBytes: 1e9, totalBytes: 1e12, track: track(48, -1e9) })).toEqual([]);
    expect(forecastSpace({ availableBytes: 100e9, totalBytes: 1e12, track: track(7, 1e9) })).toEqual([]);
    expect(forecastSpace({ availableBytes: 1e9, totalBytes: 1e12, track: track(3, 1e9) })).toEqual([]);
  });
});

describe('an expire', () => {
  const set = (label: string, daysAgo: number, error = false) => ({
    label,
    type: 'full' as const,
    stopTime: (atMinute(0) - daysAgo * day) / 1000,
    repositorySize: 1,
    error,
  });
  const keeping = (minimum: number | undefined) =>
    repository(1, {
      retention: {
        full: { by: 'time', days: 14 },
        diff: undefined,
        archive: 'follow',
        history: undefined,
        minimum,
      },
    });

  it('undercuts a minimum when days let all but one go', () => {
    const sets = [set('A', 20), set('B', 10), set('C', 3)];
    expect(forecastExpiry(keeping(2), { sets })).toEqual([
      {
        kind: 'expire-undercuts',
        at: atMinute(0) + 11 * day,
        how: 'then C is 14 days old, everything before it goes, and 1 of at least 2 full backups without errors stay',
      },
    ]);
    expect(forecastExpiry(keeping(undefined), { sets })).toEqual([]);
    expect(forecastExpiry(keeping(3), { sets })[0]?.at).toBe(atMinute(0) + 4 * day);
  });

  it('undercuts it sooner where the newest ones have errors', () => {
    const sets = [set('A', 20), set('B', 10), set('C', 3, true)];
    expect(forecastExpiry(keeping(undefined), { sets })[0]).toMatchObject({ at: atMinute(0) + 11 * day });
  });

  it('never does where backups are counted: a new one comes before an old one goes', () => {
    expect(forecastExpiry(repository(1), { sets: [set('A', 20)] })).toEqual([]);
  });
});
