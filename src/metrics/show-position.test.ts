import { describe, expect, it } from 'vitest';
import { configuration, repository, stanza } from '../../test/support/conf-parts.ts';
import { showOn } from '../../test/support/shown-gauges.ts';
import { segmentName } from '../model/wal.ts';
import type { ArchiveObservation } from '../status/archive-observation.ts';
import type { HealthObservations } from '../status/health-observations.ts';
import type { PrimaryObservation } from '../status/primary-observation.ts';
import type { Sighting } from '../status/sighting.ts';
import { showForecasts } from './show-forecasts.ts';
import { showPosition } from './show-position.ts';
import { showPrimaries } from './show-primaries.ts';

const now = Date.UTC(2026, 10, 20, 12);
const minute = 60_000;
const size = 1024 * 1024;
const place = { stanza: 'main', repository: 'r1' };

/** A server that wrote a segment a minute for an hour, of which the last `missing` are not archived. */
function primaryWith(missing: number): PrimaryObservation {
  const lsn = (minutes: number): bigint => BigInt((100 + minutes) * size);
  return {
    host: undefined,
    systemIdentifier: 1n,
    major: 15,
    timeline: 3,
    history: [],
    insertLsn: lsn(60),
    segmentSize: size,
    archiveTimeout: 60,
    archiveMode: 'on',
    archiver: {
      lastArchived: 'A',
      lastArchivedAt: now - missing * minute,
      failedCount: 4,
      lastFailed: 'B',
      lastFailedAt: now - minute,
    },
    clockAheadMs: -500,
    walDirectory: {
      segments: 70,
      bytes: 70 * size,
      ready: missing,
      availableBytes: 100 * size,
      totalBytes: 1e12,
    },
    heartbeat: { at: now - 10_000, lsn: lsn(59), timeline: 3 },
    heartbeatFailure: undefined,
    rates: { walBytesPerSecond: size / 60, overMs: 60 * minute },
    track: Array.from({ length: 61 }, (_, minutes) => ({
      at: now - (60 - minutes) * minute,
      lsn: lsn(minutes),
      ready: Math.max(0, missing - (60 - minutes)),
    })),
  };
}

function archiveUpTo(segments: number): ArchiveObservation {
  const segment = segmentName({ timeline: 3, number: BigInt(segments - 1) }, size);
  const end = { lsn: BigInt(segments * size), timeline: 3, segment, time: undefined, timeFrom: undefined };
  const window = { set: 'F', from: end, to: end };
  return {
    archiveId: '15-1',
    segments,
    storedBytes: 1,
    timelines: [],
    duplicates: [],
    duplicateCount: 0,
    partials: [],
    oldestLookAt: undefined,
    requests: 1,
    newest: { segment, storedAt: now },
    windows: { claimed: window, contiguous: [window], holes: [], unusable: [], proven: [] },
    followed: { timeline: 3, from: 'primary' },
    foreign: [],
    space: { availableBytes: 5000, totalBytes: 9000, track: [] },
  };
}

function sightingOf<Value>(value: Value, change: Partial<Sighting<Value>> = {}): Sighting<Value> {
  return { observedAt: now, staleAfterMs: 5 * minute, failure: undefined, value, ...change };
}

function show(missing: number, change: Partial<Sighting<PrimaryObservation>> = {}) {
  const seen: Pick<HealthObservations, 'primaries' | 'archives' | 'restores' | 'sightings'> = {
    sightings: [],
    primaries: [{ stanza: 'main', primary: sightingOf(primaryWith(missing), change) }],
    archives: [{ ...place, archive: sightingOf(archiveUpTo(160 - missing)) }],
    restores: [
      {
        id: 'restore-1',
        kind: 'restore',
        stanza: 'main',
        repository: 'r1',
        startedAt: now - 90_000,
        endedAt: now - 30_000,
        result: 'ok',
        problem: undefined,
        alive: undefined,
      },
    ],
  };
  const watched = configuration([stanza('main', [], [repository(1)])]);
  return showOn((gauges) => {
    showPosition(gauges, seen, now);
    showPrimaries(gauges, seen.primaries, now);
    showForecasts(gauges, { configuration: watched, seen: seen as HealthObservations, now });
  });
}

describe('the metrics of position, loss and what is to come', () => {
  it('say by how much an archive is behind, what would be lost, and when pg_wal is full', () => {
    const page = show(20);
    const value = (name: string, labels: Record<string, string> = place) =>
      page.value(`holdfast_${name}`, labels);
    expect(value('wal_position_known')).toBe(1);
    expect(value('wal_position_state', { state: 'behind' })).toBe(1);
    expect(value('wal_position_state', { state: 'idle' })).toBe(0);
    expect(value('wal_lag_segments')).toBe(20);
    expect(value('wal_lag_bytes')).toBe(20 * size);
    expect(value('wal_lag_seconds')).toBeGreaterThan(18 * 60);
    expect(value('rpo_at_least_seconds')).toBeGreaterThan(18 * 60);
    expect(value('rpo_at_most_seconds')).toBeGreaterThanOrEqual(value('rpo_at_least_seconds'));
    expect(value('restorable_until_timestamp_seconds')).toBeLessThanOrEqual(now / 1000 - 20 * 60);
    expect(value('rto_measured_seconds', { stanza: 'main' })).toBe(60);
    // A hundred segments of room, one a minute.
    const full = value('forecast_timestamp_seconds', { stanza: 'main', kind: 'wal-full' });
    expect(full - now / 1000).toBeGreaterThan(90 * 60);
    expect(full - now / 1000).toBeLessThan(310 * 60);
    expect(value('wal_full_after_seconds', { stanza: 'main' })).toBeCloseTo(100 * 60, 0);
    expect(page.has('holdfast_wal_drops_after_seconds')).toBe(false);
    expect(value('repository_available_bytes')).toBe(5000);
    expect(value('primary_timeline', { stanza: 'main' })).toBe(3);
    expect(value('wal_ready_segments', { stanza: 'main' })).toBe(20);
    expect(value('primary_clock_ahead_seconds', { stanza: 'main' })).toBe(-0.5);
    expect(value('archiver_failures', { stanza: 'main' })).toBe(4);
    expect(value('heartbeat_failing', { stanza: 'main' })).toBe(0);
  });

  it('say that nothing is behind when everything is there', () => {
    const page = show(0);
    expect(page.value('holdfast_wal_position_state', { ...place, state: 'complete' })).toBe(1);
    expect(page.value('holdfast_wal_lag_seconds', place)).toBe(0);
    expect(page.value('holdfast_rpo_at_most_seconds', place)).toBe(0);
  });

  it('say nothing of lag, loss and the server when the primary is not known', () => {
    const page = show(20, { failure: { at: now, problem: 'no route' } });
    expect(page.value('holdfast_primary_known', { stanza: 'main' })).toBe(0);
    expect(page.value('holdfast_wal_position_known', place)).toBe(0);
    for (const name of [
      'wal_lag_seconds',
      'rpo_at_most_seconds',
      'primary_timeline',
      'wal_full_after_seconds',
    ])
      expect([name, page.has(`holdfast_${name}`)]).toEqual([name, false]);
  });
});
