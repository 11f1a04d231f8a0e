import { describe, expect, it } from 'vitest';
import { createSyntheticArchive, lsnAt, minuteOf, nameOf } from '../../../test/support/synthetic-archive.ts';
import { describeWindows } from './describe-windows.ts';

const range = (first: number, last: number, ...without: readonly number[]): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index).filter((n) => !without.includes(n));

const labels = ['20260101-000000F', '20260101-000001F', '20260101-000002F'] as const;

describe('windows of an archive without holes', () => {
  const archive = createSyntheticArchive({
    segments: { 1: range(1, 20) },
    sets: [
      { first: 3, last: 4 },
      { first: 10, last: 11 },
    ],
    max: nameOf(1, 20),
  });

  it('is one, from the end of the oldest set to the last segment', () => {
    const { contiguous, holes, claimed, unusable } = describeWindows(archive);
    expect(contiguous).toMatchObject([
      {
        set: labels[0],
        from: { lsn: lsnAt(4.5), timeline: 1, segment: nameOf(1, 4), time: minuteOf(4.5) + 1000 },
        to: { lsn: lsnAt(21), segment: nameOf(1, 20), time: minuteOf(20), timeFrom: 'stored' },
      },
    ]);
    expect(holes).toEqual([]);
    expect(unusable).toEqual([]);
    expect(claimed).toMatchObject({ set: labels[0], to: { segment: nameOf(1, 20), timeFrom: 'stored' } });
  });

  it('ends at the last heartbeat that is in archived WAL', () => {
    const heartbeats = [18.9, 20.8, 21.2].map((place) => ({
      timeline: 1,
      lsn: lsnAt(place),
      at: minuteOf(place),
    }));
    const seen = describeWindows({
      ...archive,
      heartbeatBefore: (_, before) => heartbeats.findLast(({ lsn }) => lsn <= before),
    });
    expect(seen.contiguous[0]?.to).toMatchObject({ time: minuteOf(20.8), timeFrom: 'heartbeat' });
  });

  it('does not take a heartbeat from before the window for its end', () => {
    const heartbeatBefore = () => ({ at: minuteOf(2), lsn: lsnAt(2) });
    expect(describeWindows({ ...archive, heartbeatBefore }).contiguous[0]?.to.timeFrom).toBe('stored');
  });

  it('ends with its set where no WAL follows', () => {
    const alone = createSyntheticArchive({ segments: { 1: range(1, 4) }, sets: [{ first: 3, last: 4 }] });
    const [window] = describeWindows(alone).contiguous;
    expect(window?.to).toMatchObject({ time: minuteOf(4.5) + 1000, timeFrom: 'set' });
  });
});

describe('a missing segment', () => {
  const sets = [
    { first: 3, last: 4 },
    { first: 14, last: 15 },
  ];

  it('ends a window, and the next set begins another', () => {
    const { contiguous, holes } = describeWindows(
      createSyntheticArchive({ segments: { 1: range(1, 20, 8, 9) }, sets }),
    );
    expect(contiguous.map(({ set, to }) => [set, to.segment])).toEqual([
      [labels[0], nameOf(1, 7)],
      [labels[1], nameOf(1, 20)],
    ]);
    expect(holes).toMatchObject([
      {
        first: nameOf(1, 8),
        last: nameOf(1, 9),
        segments: 2,
        why: 'lost',
        lostFrom: { time: minuteOf(7), timeFrom: 'stored' },
        lostTo: { set: labels[1], time: minuteOf(15.5) + 1000 },
      },
    ]);
  });

  it('leaves no window behind it without a set', () => {
    const { contiguous, holes } = describeWindows(
      createSyntheticArchive({ segments: { 1: range(1, 20, 8) }, sets: sets.slice(0, 1) }),
    );
    expect(contiguous).toHaveLength(1);
    expect(holes).toMatchObject([{ first: nameOf(1, 8), lostTo: undefined }]);
  });

  it('within a set makes that set unusable and the window begin with the next one', () => {
    const { contiguous, unusable } = describeWindows(
      createSyntheticArchive({ segments: { 1: range(1, 20, 4) }, sets }),
    );
    expect(contiguous.map(({ set }) => set)).toEqual([labels[1]]);
    expect(unusable).toEqual([
      { set: labels[0], why: 'broken', problem: `WAL it needs for itself is missing: ${nameOf(1, 4)}` },
    ]);
  });

  it('is on its way while PostgreSQL was not told that it is archived', () => {
    const archive = { segments: { 1: range(1, 20, 19) }, sets: sets.slice(0, 1) };
    expect(describeWindows(createSyntheticArchive({ ...archive, pendingFrom: 19 })).holes).toEqual([]);
    expect(describeWindows(createSyntheticArchive({ ...archive, pendingFrom: 20 })).holes).toHaveLength(1);
  });

  it('before the oldest set is no hole', () => {
    const { holes } = describeWindows(createSyntheticArchive({ segments: { 1: range(1, 20, 2) }, sets }));
    expect(holes).toEqual([]);
  });
});

describe('what retention took', () => {
  const sets = [
    { first: 3, last: 4 },
    { first: 8, last: 8 },
    { first: 14, last: 15 },
  ];

  it('is a hole that is no loss: all WAL but what older sets need for themselves', () => {
    const { holes, contiguous } = describeWindows(
      createSyntheticArchive({ segments: { 1: [3, 4, 8, ...range(14, 20)] }, sets }),
    );
    expect(holes.map(({ first, last, why }) => [first, last, why])).toEqual([
      [nameOf(1, 5), nameOf(1, 7), 'expired'],
      [nameOf(1, 9), nameOf(1, 13), 'expired'],
    ]);
    expect(contiguous).toHaveLength(3);
  });

  it('does not hide a loss behind it', () => {
    const { holes } = describeWindows(
      createSyntheticArchive({ segments: { 1: [3, 4, ...range(8, 20, 11)] }, sets }),
    );
    expect(holes.map(({ why }) => why)).toEqual(['expired', 'lost']);
  });

  it('is not what ends in the middle between sets', () => {
    const { holes } = describeWindows(
      createSyntheticArchive({ segments: { 1: [3, 4, 5, ...range(8, 20)] }, sets }),
    );
    expect(holes).toMatchObject([{ first: nameOf(1, 6), why: 'lost' }]);
  });
});

describe('several timelines', () => {
  const archive = {
    segments: { 1: range(1, 12), 2: range(10, 20) },
    switches: [{ timeline: 1, at: 10.5 }],
    sets: [{ first: 3, last: 4 }],
  };

  it('are one window along the way of production', () => {
    const { contiguous, holes } = describeWindows(createSyntheticArchive(archive));
    expect(contiguous).toMatchObject([{ to: { timeline: 2, segment: nameOf(2, 20) } }]);
    expect(holes).toEqual([]);
  });

  it('have no use for a set beyond the point where its timeline was left', () => {
    const { unusable, contiguous } = describeWindows(
      createSyntheticArchive({ ...archive, sets: [...archive.sets, { timeline: 1, first: 11, last: 12 }] }),
    );
    expect(unusable).toMatchObject([{ set: labels[1], why: 'other' }]);
    expect(contiguous).toHaveLength(1);
  });

  it('take heartbeats of each only up to where it was left', () => {
    const { contiguous } = describeWindows(
      createSyntheticArchive({
        ...archive,
        heartbeats: [
          { timeline: 1, lsn: lsnAt(9.5), at: minuteOf(9.5) },
          { timeline: 1, lsn: lsnAt(11.5), at: minuteOf(11.5) },
        ],
      }),
    );
    expect(contiguous[0]?.to).toMatchObject({ time: minuteOf(9.5), timeFrom: 'heartbeat' });
  });
});

describe('proofs and damage', () => {
  it('come from annotations and from info', () => {
    const { proven, unusable, contiguous } = describeWindows(
      createSyntheticArchive({
        segments: { 1: range(1, 20) },
        sets: [
          { first: 3, last: 4, annotations: { 'holdfast-proven': 'at=2026-11-21T05:00:00Z run=drill-1' } },
          { first: 6, last: 7, error: true },
        ],
      }),
    );
    expect(proven).toEqual([
      {
        set: labels[0],
        at: Date.parse('2026-11-21T05:00:00Z'),
        until: undefined,
        text: 'at=2026-11-21T05:00:00Z run=drill-1',
      },
    ]);
    expect(unusable).toMatchObject([{ set: labels[1], why: 'damaged' }]);
    expect(contiguous[0]?.set).toBe(labels[0]);
  });
});
