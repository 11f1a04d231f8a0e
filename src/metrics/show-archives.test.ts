import { describe, expect, it } from 'vitest';
import { showOn } from '../../test/support/shown-gauges.ts';
import type { WindowEdge } from '../model/window.ts';
import type { ArchiveObservation } from '../status/archive-observation.ts';
import type { Sighting } from '../status/sighting.ts';
import { showArchives } from './show-archives.ts';

const now = Date.UTC(2026, 10, 20, 12);
const hour = 3_600_000;
const place = { stanza: 'main', repository: 'offsite' };

function edge(time: number | undefined): WindowEdge {
  return { lsn: 1n, timeline: 1, segment: 'A', time, timeFrom: time === undefined ? undefined : 'set' };
}

const seen: ArchiveObservation = {
  archiveId: '15-1',
  segments: 12,
  storedBytes: 4096,
  timelines: [
    {
      timeline: 1,
      firstSegment: 'A',
      lastSegment: 'B',
      segments: 10,
      hasHistory: false,
      lastStoredAt: now,
      standing: 'production',
    },
    {
      timeline: 2,
      firstSegment: 'C',
      lastSegment: 'D',
      segments: 2,
      hasHistory: true,
      lastStoredAt: now,
      standing: 'foreign',
    },
  ],
  duplicates: ['X'],
  duplicateCount: 140,
  partials: ['Y'],
  oldestLookAt: now - 2 * hour,
  requests: 3,
  newest: { segment: 'B', storedAt: now - 5000 },
  windows: {
    claimed: { set: 'F1', from: edge(now - 9 * hour), to: edge(now) },
    contiguous: [
      { set: 'F1', from: edge(now - 9 * hour), to: edge(now - 8 * hour) },
      { set: 'F2', from: edge(now - 2 * hour), to: edge(undefined) },
    ],
    holes: [
      {
        timeline: 1,
        first: 'A',
        last: 'A',
        segments: 1,
        lostFrom: edge(now),
        lostTo: undefined,
        why: 'expired',
      },
      {
        timeline: 1,
        first: 'B',
        last: 'D',
        segments: 3,
        lostFrom: edge(now),
        lostTo: undefined,
        why: 'lost',
      },
    ],
    unusable: [{ set: 'F3', problem: 'x', why: 'broken' }],
    proven: [
      { set: 'F1', at: now - 3 * hour, until: now - 7 * hour, text: '' },
      { set: 'F1', at: now - hour, until: undefined, text: '' },
      { set: 'F2', at: undefined, until: undefined, text: '' },
    ],
  },
  followed: { timeline: 1, from: 'primary' },
  foreign: [
    {
      why: 'timeline-unknown-to-production',
      timeline: 2,
      firstFile: 'C',
      files: 3,
      firstStoredAt: undefined,
    },
  ],
};

function show(change: Partial<Sighting<ArchiveObservation>>) {
  const archive = { observedAt: now - 1000, staleAfterMs: hour, value: seen, failure: undefined, ...change };
  return showOn((gauges) => showArchives(gauges, [{ ...place, archive }], now));
}

describe('the metrics of archives', () => {
  it('show what is there, windows and holes', () => {
    const page = show({});
    const value = (name: string, labels: Record<string, string> = {}) =>
      page.value(`holdfast_${name}`, { ...place, ...labels });
    expect(value('archive_known')).toBe(1);
    expect(value('archive_observed_timestamp_seconds')).toBe((now - 1000) / 1000);
    expect(value('archive_segments', { timeline: '2', standing: 'foreign' })).toBe(2);
    expect(value('archive_duplicates')).toBe(140);
    expect(value('archive_foreign_files', { why: 'timeline-unknown-to-production' })).toBe(3);
    expect(value('archive_oldest_look_age_seconds')).toBe(7200);
    expect(value('archive_newest_segment_timestamp_seconds')).toBe((now - 5000) / 1000);
    expect(value('windows_known')).toBe(1);
    expect(value('window_start_timestamp_seconds', { window: 'claimed' })).toBe((now - 9 * hour) / 1000);
    expect(value('window_start_timestamp_seconds', { window: 'contiguous' })).toBe((now - 2 * hour) / 1000);
    // Nothing tells when the newest stretch ends.
    expect(page.has('holdfast_window_end_timestamp_seconds', { window: 'contiguous' })).toBe(false);
    expect(value('contiguous_windows')).toBe(2);
    expect([value('holes', { why: 'lost' }), value('hole_segments', { why: 'lost' })]).toEqual([1, 3]);
    expect(value('hole_segments', { why: 'expired' })).toBe(1);
    expect(value('unusable_sets', { why: 'broken' })).toBe(1);
    expect(value('unusable_sets', { why: 'damaged' })).toBe(0);
    expect(value('proven_sets')).toBe(2);
    expect(value('last_proof_timestamp_seconds')).toBe((now - hour) / 1000);
    expect(value('proven_until_timestamp_seconds')).toBe((now - 7 * hour) / 1000);
  });

  it.each([
    ['a later look failed', { failure: { at: now, problem: 'x' } }],
    ['it is too long ago', { observedAt: now - hour - 1 }],
    ['the clock was set back', { observedAt: now + 1 }],
    ['nobody looked yet', { observedAt: undefined, value: undefined }],
  ])('say that nothing is known, and nothing else, when %s', (_, change) => {
    const names = show(change).samples.map(({ name, value }) => [name, value]);
    const observedAt = 'observedAt' in change ? change.observedAt : now - 1000;
    const observed =
      observedAt === undefined ? [] : [['holdfast_archive_observed_timestamp_seconds', observedAt / 1000]];
    expect(names).toEqual([['holdfast_archive_known', 0], ...observed, ['holdfast_windows_known', 0]]);
  });

  it('show an archive without windows where no timeline is followed', () => {
    const page = show({ value: { ...seen, windows: undefined, followed: undefined, newest: undefined } });
    expect(page.value('holdfast_windows_known')).toBe(0);
    expect(page.value('holdfast_archive_stored_bytes')).toBe(4096);
    expect(page.has('holdfast_holes')).toBe(false);
    expect(page.has('holdfast_archive_followed_timeline')).toBe(false);
  });
});
